"""A pose set of faces cut out of composed scenes: heads before all kinds of backgrounds, light and cameras.

Renders and profiled photographs come with the background and the light that they have. In scenes both stand before
other ones, relit, degraded and beside other heads, and a network for crops learns from them too.
"""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.datasets.npz_stream import Chunk, PoseStream, megabytes_for
from fsanet.datasets.parts import kept_for_the_next_run, sole_writer
from fsanet.errors import InputError
from fsanet.image.face_crop import INPUT_SIZE, crop_face, landmark_box, points_in_crop
from fsanet.pose.angles import angles_from_rotation
from fsanet.pose.errors import within_limit
from fsanet.readers.scattered import MARGINS, SHIFT, scatter
from fsanet.rendering.code_version import CROPS, code_version
from fsanet.scenes.bank import Bank
from fsanet.scenes.compose import CLOSE
from fsanet.scenes.ingredients import Ingredients, open_composer
from fsanet.scenes.labels import Faces
from fsanet.workers import run_on_all_cores

_SIDE = 256  # of a scene, pixels
_CHUNK = 100  # scenes
_SHOWN = 0.6  # least share of a face that is seen
_MOST_ROLL_DEG = 60.0


class CropPlan(NamedTuple):
    """What crops are made of.

    Attributes:
        ingredients: of the scenes.
        scenes: how many.
        seed: of the scenes; scene i depends on it and on i alone.
    """

    ingredients: Ingredients
    scenes: int
    seed: int = 0


class _Crop(NamedTuple):
    image_bgr: NDArray[np.uint8]
    pose: NDArray[np.float64]
    points_xy: NDArray[np.float32]
    masked: bool


def write_crops(path: Path, plan: CropPlan, *, workers: int | None = None, quiet: bool = False) -> int:
    """Write a pose set of the faces of scenes; a killed run of this version goes on where it was.

    The crops are scattered as those of `readers.scattered`; poses are relative to the line of sight.

    Args:
        path: the npz.
        plan: what of.
        workers: number of processes; None for one per core.
        quiet: no progress bar.

    Returns:
        The number of crops.

    Raises:
        FileNotFoundError: when a folder holds no bank or no pictures.
        ValueError: when the npz exists.
        OSError: when another process writes it, or it cannot be written.
    """
    open_composer(plan.ingredients, _SIDE, CLOSE)  # says what is missing
    with sole_writer(path):
        if path.exists():
            raise InputError(f"'{path}' exists: remove it, or give the new set another place.")
        return _write(path, plan, workers, quiet)


def _write(path: Path, plan: CropPlan, workers: int | None, quiet: bool) -> int:
    settings = {"set": path.stem, "crop": "landmark box, scattered", "margin": MARGINS, "shift": SHIFT}
    banks = [asdict(Bank(bank).plan) for bank in _banks(plan)]
    made = {"scenes": plan.scenes, "seed": plan.seed, "banks": banks, "code": code_version(CROPS)}
    stream = PoseStream(path, -(-plan.scenes // _CHUNK), settings | made)
    with (
        kept_for_the_next_run(megabytes_for(2 * plan.scenes, INPUT_SIZE), stream.parts),
        progress(total=stream.chunks * _CHUNK, unit="scene", label=path.stem, quiet=quiet) as bar,
    ):
        bar.update((stream.chunks - len(missing := stream.missing())) * _CHUNK)
        for _ in run_on_all_cores(partial(_write_chunk, stream, plan), missing, workers):
            bar.update(_CHUNK)
        return stream.finish({"img_size": INPUT_SIZE, **settings, **made}).samples


def _banks(plan: CropPlan) -> list[Path]:
    return [bank for bank in (plan.ingredients.bank, plan.ingredients.photographs) if bank is not None]


def _write_chunk(stream: PoseStream, plan: CropPlan, index: int) -> None:
    """Cut the faces of a run of scenes; in a worker process."""
    numbers = range(index * _CHUNK, min((index + 1) * _CHUNK, plan.scenes))
    pairs = [(f"{stream.path.stem}/{number}", crop) for number in numbers for crop in _crops(plan, number)]
    crops = [crop for _, crop in pairs]
    images = np.array([crop.image_bgr for crop in crops]).reshape(-1, INPUT_SIZE, INPUT_SIZE, 3)
    points = np.array([crop.points_xy for crop in crops], np.float32).reshape(-1, 68, 2)
    extras = {"points_xy": points, "masked": np.array([crop.masked for crop in crops], bool)}
    stream.add(index, Chunk(images, np.array([c.pose for c in crops]).reshape(-1, 3), [n for n, _ in pairs], extras))


def _crops(plan: CropPlan, number: int) -> Iterator[_Crop]:
    rng = np.random.default_rng([plan.seed, number])
    scene = open_composer(plan.ingredients, _SIDE, CLOSE).scene(rng)
    for i in np.flatnonzero(_usable(scene.faces)):
        points = scene.faces.mesh_xyz[i, :, :2]
        whole = landmark_box(points.T)
        if whole is None:
            continue
        box, margin = scatter(whole, rng), rng.uniform(*MARGINS)
        image = crop_face(scene.image_bgr, box, margin)
        seen = points_in_crop(points - 0.5, box, margin, (_SIDE, _SIDE))  # which counts from the middle of a pixel
        yield _Crop(image, angles_from_rotation(scene.faces.rotation[i]), seen, bool(scene.faces.mask[i]))


def _usable(faces: Faces) -> NDArray[np.bool_]:
    """(F,) which faces are seen well and stand or lean, with angles that a network for crops is to give."""
    poses = angles_from_rotation(faces.rotation)
    return (faces.shown >= _SHOWN) & within_limit(poses) & (np.abs(poses[:, 2]) <= _MOST_ROLL_DEG)
