"""Protocol 1, FSA-Caps-Fusion: train on 300W-LP.

    make train EXPERIMENT=protocol1_fusion_capsule
    make test MODEL=fusion_capsule WEIGHTS=training_and_testing/runs/300W_LP

The members are trained one by one; the fusion is their mean.

The paper's mean absolute errors: AFLW2000 5.07, BIWI_noTrack 4.00 degrees.
"""

from fsanet.training.experiments.base import protocol_1

RUNS = tuple(protocol_1(model) for model in ("capsule", "var_capsule", "noS_capsule"))
