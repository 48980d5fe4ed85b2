"""Protocol 1, no aggregation (var): train on 300W-LP.

    make train EXPERIMENT=protocol1_var_metric
    make test MODEL=var_metric WEIGHTS=training_and_testing/runs/300W_LP

The paper's mean absolute errors: AFLW2000 5.41, BIWI_noTrack 4.16 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = (protocol_1("var_metric"),)
