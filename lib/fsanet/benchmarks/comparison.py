"""Sides timed in turn, each alone in its process, with a product of matrices in every round."""

from collections.abc import Sequence
from statistics import median

from fsanet.benchmarks.arithmetic import peak_gflops
from fsanet.benchmarks.measurement import Effort, Row
from fsanet.benchmarks.own_process import OwnProcess, own_processes
from fsanet.benchmarks.sides import Side, side_ms

BATCHES = (1, 8, 64)


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
