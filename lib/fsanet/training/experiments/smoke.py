"""A run of seconds on the few rendered heads of the demo, to see that all works; its weights are good for nothing.

make train EXPERIMENT=smoke
"""

import dataclasses

from fsanet.locations import work_dir
from fsanet.training.experiments.base import own_data

_HEADS = work_dir("demo/assets/synthetic_heads.npz")

_TINY = {"image_size": 128, "epochs": 3, "batch_size": 8, "ema": 0.9}

RUNS = (dataclasses.replace(own_data("var_capsule", str(_HEADS)), run="smoke", **_TINY),)
