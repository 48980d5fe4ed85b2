"""Protocol 2, no aggregation, fusion: train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_fusion_metric
    make test MODEL=fusion_metric WEIGHTS=training_and_testing/runs/BIWI

The members are trained one by one; the fusion is their mean.

The paper's mean absolute errors: BIWI_test 3.75 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = tuple(protocol_2(model) for model in ("metric", "var_metric", "noS_metric"))
