"""Weights of our own, from rendered heads alone: the three capsule models of the fusion, and the baseline.

make preprocess DB=synthetic
make train EXPERIMENT=synthetic
make test MODEL=fusion_capsule WEIGHTS=training_and_testing/runs/synthetic
"""

from fsanet.training.experiments.base import synthetic

RUNS = tuple(synthetic(model) for model in ("capsule", "var_capsule", "noS_capsule", "ssrnet_mt"))
