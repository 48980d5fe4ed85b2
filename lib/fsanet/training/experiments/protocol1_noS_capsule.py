"""Protocol 1, FSA-Caps (w/o): train on 300W-LP.

    make train EXPERIMENT=protocol1_noS_capsule
    make test MODEL=noS_capsule WEIGHTS=training_and_testing/runs/300W_LP

The paper's mean absolute errors: AFLW2000 5.75, BIWI_noTrack 4.22 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = (protocol_1("noS_capsule"),)
