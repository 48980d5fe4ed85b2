"""Protocol 1, no aggregation, fusion: train on 300W-LP.

    make train EXPERIMENT=protocol1_fusion_metric
    make test MODEL=fusion_metric WEIGHTS=training_and_testing/runs/300W_LP

The members are trained one by one; the fusion is their mean.

The paper's mean absolute errors: AFLW2000 5.14, BIWI_noTrack 4.19 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = tuple(protocol_1(model) for model in ("metric", "var_metric", "noS_metric"))
