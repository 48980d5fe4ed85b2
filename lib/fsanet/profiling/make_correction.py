"""Fit the correction of `correction`: what Face Mesh says of renders that are turned or smile, against what they are.

    python -m fsanet.profiling.make_correction [--renders 2800]

It renders heads, every second of them lively, and other heads with three expressions each, has Face Mesh read them
(`mesh_points`), reads poses off the meshes by the template (`make_template`, which comes first) and fits. What it
prints by yaw was measured on halves of the renders, each by the fit to the other one; what it prints by expression, on
60 more heads. Twelve minutes of one core.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.console import EXIT_OK, run_command
from fsanet.datasets.npz_file import write_npz
from fsanet.errors import InputError
from fsanet.options import positive
from fsanet.pose.angles import angles_from_rotation
from fsanet.profiling.correction import CORRECTION_FILE, ReadingCorrection, fit_correction
from fsanet.profiling.fitted_head import MeshReading, read_mesh
from fsanet.profiling.make_template import known_renders
from fsanet.profiling.mesh_points import read_meshes
from fsanet.rendering.expression import EXPRESSIONS
from fsanet.rendering.frame import RenderSettings

_LIMITS_DEG, _FRONTAL_DEG = (68.0, 40.0, 12.0), (20.0, 12.0, 5.0)
_SEED, _PAIRED_SEED, _OTHER_SEED = 99, 33, 56
_PAIRED, _OTHERS = 160, 60  # heads
_LEAST = 100  # renders: twice as many as coefficients
_MOST_DEG = 75.0  # an angle read beyond is no reading
_BINS_DEG = ((0, 20), (20, 40), (40, 55), (55, 70))
_SETTINGS = RenderSettings(per_person=1, headwear=0.0, occluded=0.0, clean=True)


class Readings(NamedTuple):
    """What Face Mesh says of renders, and what they are; see `fit_correction`."""

    read_deg: NDArray[np.float64]
    bent: NDArray[np.float64]
    known_deg: NDArray[np.float64]

    def part(self, chosen: NDArray) -> "Readings":
        """Some of them."""
        return Readings(*(column[chosen] for column in self))


class Expressions(NamedTuple):
    """What Face Mesh says of heads with each expression; see `fit_correction`."""

    bent: NDArray[np.float64]
    lacking_deg: NDArray[np.float64]


def read_renders(count: int, seed: int, limits_deg: tuple[float, float, float], settings: RenderSettings) -> Readings:
    """Render heads and have them read; those that are not found or contradict themselves are left out."""
    found, known = _read(count, seed, limits_deg, settings)
    there = [number for number, reading in enumerate(found) if reading is not None]
    rotations, bent = zip(*(reading for reading in found if reading is not None), strict=True)
    readings = Readings(angles_from_rotation(np.array(rotations)), np.array(bent), known[there])
    return readings.part(np.abs(readings.read_deg).max(axis=1) < _MOST_DEG)


def read_expressions(count: int, seed: int) -> Expressions:
    """Render heads in one pose with each expression; those that are not read with all are left out."""
    settings = [replace(_SETTINGS, expression=name) for name in EXPRESSIONS]
    heads = zip(*(zip(*_read(count, seed, _FRONTAL_DEG, each), strict=True) for each in settings), strict=True)
    bent, lacking_deg = [], []
    for head in heads:
        read = [(reading, known) for reading, known in head if reading is not None]
        if len(read) == len(head):
            bent.append([reading.bent for reading, _ in read])
            lacking_deg.append([(known - angles_from_rotation(reading.rotation))[1] for reading, known in read])
    return Expressions(np.array(bent), np.array(lacking_deg))


def _read(
    count: int, seed: int, limits_deg: tuple[float, float, float], settings: RenderSettings
) -> tuple[list[MeshReading | None], NDArray[np.float64]]:
    """What is read of renders, None where nothing is, and their poses (N, 3) in degrees."""
    with tempfile.TemporaryDirectory() as folder:
        files, _, rotations = known_renders(Path(folder), count, seed, limits_deg, settings)
        found = [read_mesh(mesh.astype(np.float64)) for mesh in read_meshes(files).points]
    return found, angles_from_rotation(np.array(rotations))


def corrected_by_halves(readings: Readings, expressions: Expressions) -> NDArray[np.float64]:
    """Angles (N, 3), each corrected by what was fitted to the half of the readings that it is not in."""
    half = np.arange(len(readings.read_deg)) % 2 == 0
    corrected = np.empty_like(readings.read_deg)
    for part in (half, ~half):
        read_deg, bent, _ = readings.part(part)
        corrected[part] = fit_correction(*readings.part(~part), *expressions).corrected_deg(read_deg, bent)
    return corrected


def errors_by_yaw(said_deg: NDArray, known_deg: NDArray) -> list[str]:
    """Lines of a table: for bins of yaw the mean absolute error of angles (N, 3), and the bias of pitch."""
    lines = []
    for low, high in _BINS_DEG:
        here = (np.abs(known_deg[:, 0]) >= low) & (np.abs(known_deg[:, 0]) < high)
        if here.any():
            error = said_deg[here] - known_deg[here]
            yaw, pitch, roll = np.abs(error).mean(axis=0)
            lines.append(
                f"|yaw| {low} to {high}, {here.sum()} renders: yaw {yaw:.1f}, pitch {pitch:.1f} "
                f"(bias {error[:, 1].mean():+.1f}), roll {roll:.1f}"
            )
    return lines


def biases_by_expression(correction: ReadingCorrection) -> list[str]:
    """Lines of a table: what is read too high of the pitch of the same heads at rest and smiling, and what is left."""
    lines = []
    for expression in ("rest", "smile"):
        settings = replace(_SETTINGS, split="validation", expression=expression)
        readings = read_renders(_OTHERS, _OTHER_SEED, _FRONTAL_DEG, settings)
        read, corrected = readings.read_deg, correction.corrected_deg(readings.read_deg, readings.bent)
        before, after = ((said - readings.known_deg)[:, 1].mean() for said in (read, corrected))
        lines.append(f"{expression}, {len(read)} renders: bias of pitch {before:+.1f} as read, {after:+.1f} corrected")
    return lines


@run_command
def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renders", type=positive, default=2800, help="default: %(default)s")
    args = parser.parse_args(argv)
    if args.renders < _LEAST:
        raise InputError(f"A correction needs at least {_LEAST} renders, got {args.renders}.")
    halves = [
        read_renders(args.renders // 2, _SEED + number, _LIMITS_DEG, replace(_SETTINGS, expression=name))
        for number, name in enumerate((None, "lively"))
    ]
    readings = Readings(*(np.concatenate(columns) for columns in zip(*halves, strict=True)))
    expressions = read_expressions(_PAIRED, _PAIRED_SEED)
    correction = fit_correction(*readings, *expressions)
    write_npz(CORRECTION_FILE, {name: np.asarray(value, np.float32) for name, value in vars(correction).items()})
    print("\n".join(["as read", *errors_by_yaw(readings.read_deg, readings.known_deg)]))
    print("\n".join(["corrected", *errors_by_yaw(corrected_by_halves(readings, expressions), readings.known_deg)]))
    print("\n".join(biases_by_expression(correction)))
    print(f"{CORRECTION_FILE}: {len(readings.read_deg)} of {args.renders} renders")
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
