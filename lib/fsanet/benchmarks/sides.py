"""The sides of a comparison: each turns crops into angles in its own way."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from fsanet.benchmarks.timing import median_ms
from fsanet.console import quiet_native_stderr

_SIZE = 64


class Side(NamedTuple):
    """A way to turn crops into angles.

    Attributes:
        kind: a row of `_OPENERS`.
        model: a name of `fsanet.MODELS`.
        file: an exported file; empty for the bundled weights, which the kinds that have them take.
    """

    kind: str
    model: str
    file: str = ""


def side_ms(side: Side, batch: int, seconds: float) -> float:
    """Median milliseconds for a batch of uint8 crops. What the side needs stays in the process for the next call."""
    import numpy as np

    predict = _opened(side)
    crops = np.random.default_rng(0).integers(0, 256, (batch, _SIZE, _SIZE, 3)).astype(np.uint8)
    return median_ms(lambda: predict(crops), seconds)


def side_mflop(side: Side) -> float:
    """Millions of floating-point operations for one crop."""
    from fsanet.benchmarks import arithmetic, original

    with quiet_native_stderr():
        if side.kind == "original":
            paths = original.original_graphs(side.model)
            return sum(arithmetic.frozen_graph_mflop(path, original.INPUT_NAME) for path in paths)
        return arithmetic.model_mflop(side.model, lean=side.kind != "keras")


@cache
def _opened(side: Side) -> Callable:
    with quiet_native_stderr():
        return _OPENERS[side.kind](side)


def _engine(side: Side) -> Callable:
    from fsanet.engines.choose import create_engine

    return create_engine(side.kind, model=side.model, weights=side.file or "synthetic").predict


def _original(side: Side) -> Callable:
    from fsanet.benchmarks.original import open_original, original_graphs

    return open_original(original_graphs(side.model))


_OPENERS = {"onnx": _engine, "litert": _engine, "keras": _engine, "original": _original}
