"""A run of seconds on a few hundred rendered heads, to see that everything works; its weights are good for nothing.

make train EXPERIMENT=smoke
"""

import dataclasses

from training_and_testing.experiments.base import synthetic
from training_and_testing.settings import RUNS

RUNS = (
    dataclasses.replace(
        synthetic("var_capsule"),
        run="smoke",
        data_folder=str(RUNS / "smoke_data"),  # `make preprocess DB=synthetic N=480 OUT=` that folder
        epochs=3,
        batch_size=16,
        warmup_steps=10,
        ema=0.9,
    ),
)
