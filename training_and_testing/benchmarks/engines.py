"""Engines and the original's frozen graphs: one crop, some, many."""

from collections.abc import Sequence

from training_and_testing.benchmarks.arithmetic import peak_gflops
from training_and_testing.benchmarks.measurement import Effort, Row, Section
from training_and_testing.benchmarks.original import original_graphs
from training_and_testing.benchmarks.own_process import OwnProcess, own_processes
from training_and_testing.benchmarks.sides import Side, side_mflop, side_ms

TITLE = "Crops to angles in float32, all cores; each side alone in its process, in turn"
MODELS = ("fusion_capsule", "var_capsule")
BATCHES = (1, 8, 64)
PEER = "original"
_NAMES = {"onnx": "ONNX Runtime", "keras": "Keras predict_on_batch", PEER: "original's frozen graphs"}


def run(effort: Effort) -> Section:
    """Time every engine, the original's graphs where there are any, and a product of matrices."""
    kinds, left_out = ["onnx", "keras"], []
    try:
        for model in MODELS:
            original_graphs(model)
        kinds.append(PEER)
    except FileNotFoundError as error:
        left_out.append(f"The original's frozen graphs: {error}")
    sides = [Side(kind, model) for model in MODELS for kind in kinds]
    peak, samples = in_turn(sides, effort)
    with OwnProcess() as process:
        mflop = {side: process(side_mflop, side) for side in sides}
    rows = [_row(side, batch, samples, mflop[side], peak) for side in sides for batch in BATCHES]
    return Section("engines", TITLE, [*rows, peak], left_out)


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
    return 1000.0 * batch / Row("", "ms", tuple(milliseconds)).median


def _row(side: Side, batch: int, samples: dict, mflop: float, peak: Row) -> Row:
    own = samples[side, batch]
    faces = faces_per_second(own, batch)
    more: dict[str, float | str] = {"faces/s": faces}
    theirs = samples.get((Side(PEER, side.model), batch))
    if theirs:
        more["times the original"] = faces / faces_per_second(theirs, batch)
    more["MFLOP a face"] = mflop
    more["% of the matrix product"] = 100.0 * faces * mflop / 1000.0 / peak.median
    return Row(f"{side.model}, {_NAMES[side.kind]}, batch {batch}", "ms", own, more)
