"""What hints call tensors of whichever backend Keras runs on, and the symbols of them while a model is built."""

from typing import Any, TypeAlias

Tensor: TypeAlias = Any  # the backends share no type, and none of them knows its axes
Shape: TypeAlias = tuple[Any, ...]  # whole numbers, but for the batch, which is None
