"""Protocol 2, no aggregation (w/o): train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_noS_metric
    make test MODEL=noS_metric WEIGHTS=training_and_testing/runs/BIWI

The paper's mean absolute errors: BIWI_test 3.95 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = (protocol_2("noS_metric"),)
