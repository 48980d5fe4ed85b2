"""Protocol 1, FSA-Caps (1x1): train on 300W-LP.

    make train EXPERIMENT=protocol1_capsule
    make test MODEL=capsule WEIGHTS=training_and_testing/runs/300W_LP

The paper's mean absolute errors: AFLW2000 5.25, BIWI_noTrack 4.31 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = (protocol_1("capsule"),)
