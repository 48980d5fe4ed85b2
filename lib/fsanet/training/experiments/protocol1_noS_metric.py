"""Protocol 1, no aggregation (w/o): train on 300W-LP.

    make train EXPERIMENT=protocol1_noS_metric
    make test MODEL=noS_metric WEIGHTS=training_and_testing/runs/300W_LP

The paper's mean absolute errors: AFLW2000 5.54, BIWI_noTrack 4.61 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = (protocol_1("noS_metric"),)
