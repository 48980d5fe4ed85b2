"""Protocol 2, FSA-Caps (w/o): train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_noS_capsule
    make test MODEL=noS_capsule WEIGHTS=training_and_testing/runs/BIWI

The paper's mean absolute errors: BIWI_test 3.84 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = (protocol_2("noS_capsule"),)
