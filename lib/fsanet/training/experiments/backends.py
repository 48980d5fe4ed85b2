"""Whether Keras' backends train alike: 2,000 steps of the paper's recipe, its schedule shrunk to them, on renders.

make preprocess DB=synthetic N=16000 OUT=data/backends
make train EXPERIMENT=backends
.venv/bin/pip install jax
KERAS_BACKEND=jax make train EXPERIMENT=backends ARGS="--run backends_jax"
"""

import dataclasses

from fsanet.training.experiments.base import protocol_1
from fsanet.training.settings import DATA

_SHORT = {"data": "synthetic", "data_folder": str(DATA / "backends"), "epochs": 2, "batch_size": 16}

RUNS = (dataclasses.replace(protocol_1("var_capsule"), run="backends", **_SHORT),)
