"""Protocol 2, FSA-Caps (1x1): train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_capsule
    make test MODEL=capsule WEIGHTS=training_and_testing/runs/BIWI

The paper's mean absolute errors: BIWI_test 3.77 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = (protocol_2("capsule"),)
