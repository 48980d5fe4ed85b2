"""Engines and the original's frozen graphs: one crop, some, many."""

from fsanet.benchmarks.own_process import OwnProcess
from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.benchmarks.speed.original import original_graphs
from fsanet.benchmarks.speed.sides import BATCHES, Side, faces_per_second, in_turn, side_mflop

TITLE = "Crops to angles in float32, all cores; each side alone in its process, in turn"
MODELS = ("fusion_capsule", "var_capsule")
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
