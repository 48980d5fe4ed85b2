"""Protocol 2, NetVLAD, fusion: train on 16 videos of BIWI.

    make train EXPERIMENT=protocol2_fusion_netvlad
    make test MODEL=fusion_netvlad WEIGHTS=training_and_testing/runs/BIWI

The members are trained one by one; the fusion is their mean.

The paper's mean absolute errors: BIWI_test 3.68 degrees.
"""

from fsanet.training.experiments.base import protocol_2

RUNS = tuple(protocol_2(model) for model in ("netvlad", "var_netvlad", "noS_netvlad"))
