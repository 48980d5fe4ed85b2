"""Tensors of whichever backend Keras runs on: what hints call them, their precision within a model and within a layer.

Sums, norms and softmaxes are taken in at least float32, whatever the precision of the model around them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import keras
from keras import ops

Tensor: TypeAlias = Any  # the backends share no type, and none of them knows its axes
Shape: TypeAlias = tuple[Any, ...]  # whole numbers, but for the batch, which is None

_FLOAT16_MAX = 65504.0


@contextmanager
def layers_in(policy: str) -> Iterator[None]:
    """Within it, this thread builds layers in a precision of Keras, such as "float32", whatever is set outside.

    So are inputs of models, whose precision, Keras's `floatx`, is that of all threads meanwhile.
    """
    before, floatx_before = keras.config.dtype_policy(), keras.config.floatx()
    keras.config.set_dtype_policy(policy)
    keras.config.set_floatx(keras.config.dtype_policy().variable_dtype)
    try:
        yield
    finally:
        keras.config.set_floatx(floatx_before)
        keras.config.set_dtype_policy(before)


def widen(x: Tensor) -> Tensor:
    """Cast to float32; float64 stays as it is.

    Sums over up to 192 positions and squared norms lose digits in bfloat16 and overflow in float16.
    """
    return x if keras.backend.standardize_dtype(x.dtype) == "float64" else ops.cast(x, "float32")


def narrow(x: Tensor, dtype: str) -> Tensor:
    """Cast to a layer's compute dtype; what float16 cannot hold becomes its largest value instead of infinity."""
    if dtype == "float16":
        x = ops.clip(x, -_FLOAT16_MAX, _FLOAT16_MAX)
    return ops.cast(x, dtype)
