"""Protocol 2, no aggregation (1x1): train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_metric
    make test MODEL=metric WEIGHTS=training_and_testing/runs/BIWI

The paper's mean absolute errors: BIWI_test 4.01 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = (protocol_2("metric"),)
