"""The sides of a comparison, each of which turns crops into angles in its own way, and how they are timed in turn.

Each side is alone in its process, and a product of matrices in every round tells what the machine could do.
"""

from collections.abc import Callable, Sequence
from functools import cache
from statistics import median
from typing import NamedTuple

from fsanet.benchmarks.own_process import OwnProcess, own_processes
from fsanet.benchmarks.speed.arithmetic import peak_gflops
from fsanet.benchmarks.speed.measurement import Effort, Row, median_ms
from fsanet.console import quiet_native_stderr

BATCHES = (1, 8, 64)
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


def in_turn(sides: Sequence[Side], effort: Effort) -> tuple[Row, dict[tuple[Side, int], tuple[float, ...]]]:
    """A row with the machine's matrix product, and {(side, batch): milliseconds of each round}."""
    samples: dict[tuple[Side, int], list[float]] = {(side, batch): [] for side in sides for batch in BATCHES}
    peaks = []
    with own_processes(len(sides)) as processes, OwnProcess() as other:
        for side, process in zip(sides, processes, strict=True):  # opened before the first of them is timed
            process(side_ms, side, 1, 0.0)
        for _ in range(effort.rounds):
            peaks.append(other(peak_gflops, effort.seconds))
            for side, process in zip(sides, processes, strict=True):
                for batch in BATCHES:
                    samples[side, batch].append(process(side_ms, side, batch, effort.seconds))
    peak = Row("product of two matrices of 2048 x 2048", "GFLOP/s", tuple(peaks))
    return peak, {case: tuple(times) for case, times in samples.items()}


def faces_per_second(milliseconds: Sequence[float], batch: int) -> float:
    """Throughput of the middle round."""
    return 1000.0 * batch / median(milliseconds)


def side_ms(side: Side, batch: int, seconds: float) -> float:
    """Median milliseconds for a batch of uint8 crops. What the side needs stays in the process for the next call."""
    import numpy as np

    predict = _opened(side)
    crops = np.random.default_rng(0).integers(0, 256, (batch, _SIZE, _SIZE, 3)).astype(np.uint8)
    return median_ms(lambda: predict(crops), seconds)


def side_mflop(side: Side) -> float:
    """Millions of floating-point operations for one crop."""
    from fsanet.benchmarks.speed import arithmetic, original

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
    from fsanet.benchmarks.speed.original import open_original, original_graphs

    return open_original(original_graphs(side.model))


_OPENERS = {"onnx": _engine, "litert": _engine, "keras": _engine, "original": _original}
