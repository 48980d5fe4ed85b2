"""Protocol 1, no aggregation (1x1): train on 300W-LP.

    make train EXPERIMENT=protocol1_metric
    make test MODEL=metric WEIGHTS=training_and_testing/runs/300W_LP

The paper's mean absolute errors: AFLW2000 5.48, BIWI_noTrack 4.53 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = (protocol_1("metric"),)
