"""Exported files, those in fewer bits above all, beside the bundled float32 model."""

from pathlib import Path

from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.benchmarks.speed.sides import BATCHES, Side, faces_per_second, in_turn
from fsanet.locations import command_here

TITLE = "Exports of fusion_capsule, all cores; each alone in its process, in turn"
MODEL = "fusion_capsule"
_KINDS = {".onnx": "onnx", ".tflite": "litert"}


def run(effort: Effort) -> Section:
    """Time every export of the model in the folder; `make export` says what each costs in degrees."""
    bundled = Side("onnx", MODEL)
    sides = {"bundled, ONNX Runtime float32": bundled} | {Path(side.file).name: side for side in find(effort.exports)}
    left_out = []
    if len(sides) == 1:
        command = command_here("export FORMAT=tflite QUANTIZE=int8", "export --format tflite --quantize int8")
        left_out.append(f"Exports: there are none of {MODEL} in '{effort.exports}'; make one with {command}.")
    peak, samples = in_turn(list(sides.values()), effort)
    cases = [(name, side, batch) for name, side in sides.items() for batch in BATCHES]
    rows = [_row(name, batch, samples[side, batch], samples[bundled, batch]) for name, side, batch in cases]
    return Section("exports", TITLE, [*rows, peak], left_out)


def find(folder: Path) -> list[Side]:
    """A side for each file of the model that an engine runs, by name."""
    files = sorted(folder.glob(f"{MODEL}_*"))
    return [Side(_KINDS[file.suffix], MODEL, str(file)) for file in files if file.suffix in _KINDS]


def _row(name: str, batch: int, samples: tuple[float, ...], bundled: tuple[float, ...]) -> Row:
    faces = faces_per_second(samples, batch)
    more = {"faces/s": faces, "times the bundled": faces / faces_per_second(bundled, batch)}
    return Row(f"{name}, batch {batch}", "ms", samples, more)
