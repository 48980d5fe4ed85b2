"""Protocol 1, FSA-Caps (var): train on 300W-LP.

    make train EXPERIMENT=protocol1_var_capsule
    make test MODEL=var_capsule WEIGHTS=training_and_testing/runs/300W_LP

The paper's mean absolute errors: AFLW2000 5.36, BIWI_noTrack 4.28 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = (protocol_1("var_capsule"),)
