"""Protocol 2, no aggregation (var): train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_var_metric
    make test MODEL=var_metric WEIGHTS=training_and_testing/runs/BIWI

The paper's mean absolute errors: BIWI_test 3.83 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = (protocol_2("var_metric"),)
