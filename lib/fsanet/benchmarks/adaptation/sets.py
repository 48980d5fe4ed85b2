"""Rendered sets with the roles that SynHead and BIWI+ have in Kuhnke and Ostermann (ICCV 2019).

The source is ten people, sharp and clean, in poses wider than the target's. The target is people that the source has
not, with hair and backgrounds that it has not, through a poor camera; its people for testing are others than those
adapted to. Nobody's face is needed, and equal seeds give equal sets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.datasets.npz_file import read_meta
from fsanet.datasets.npz_stream import Chunk, PoseStream
from fsanet.datasets.pose_set import PoseSet
from fsanet.image.face_crop import LANDMARK_MARGIN, crop_face
from fsanet.rendering.code_version import code_version
from fsanet.rendering.frame import RenderSettings, render_frame
from fsanet.rendering.photo import compressed
from fsanet.rendering.poses import draw_pose
from fsanet.rendering.samples import jittered_box
from fsanet.workers import run_on_all_cores

Random = np.random.Generator


def wide_pose(rng: Random) -> NDArray[np.float64]:
    """Of the source: yaw within 90, pitch and roll within 60 degrees. (3,)"""
    return draw_pose(rng, "mixed")


def narrow_pose(rng: Random) -> NDArray[np.float64]:
    """Of the target, as BIWI's people turn their heads: yaw within 75, pitch -60 to 45, roll within 25 degrees. (3,)"""
    return np.array([rng.triangular(-75, 0, 75), rng.triangular(-60, 0, 45), rng.triangular(-25, 0, 25)])


def sharp(image_bgr: NDArray[np.uint8], rng: Random) -> NDArray[np.uint8]:
    """The crop as it is."""
    return image_bgr


def poor_camera(image_bgr: NDArray[np.uint8], rng: Random) -> NDArray[np.uint8]:
    """The crop (S, S, 3) as a cheap camera under lamps has it: soft, dim, yellowish, grainy and compressed."""
    soft = cv2.GaussianBlur(image_bgr.astype(np.float32), (0, 0), 0.012 * len(image_bgr))
    dim = 255 * (soft / 255) ** 1.3 * np.array([0.62, 0.8, 0.92], np.float32)
    grainy = 18 + dim + 7 * rng.standard_normal(image_bgr.shape)
    return compressed(np.clip(grainy, 0, 255).astype(np.uint8), 60)


@dataclass(frozen=True)
class Role:
    """One set of the benchmark.

    Attributes:
        people: how many.
        first: number of the first of them in the renderer's split.
        settings: of the renderer.
        pose: draws a pose.
        camera: from a sharp crop to the set's.
    """

    people: int
    first: int
    settings: RenderSettings
    pose: Callable[[Random], NDArray[np.float64]]
    camera: Callable[[NDArray[np.uint8], Random], NDArray[np.uint8]]


_CLEAN = RenderSettings(split="train", clean=True, headwear=0.0, occluded=0.0)
_PHOTO = RenderSettings(split="test")

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "source": Role(10, 0, _CLEAN, wide_pose, sharp),
        "target": Role(16, 0, _PHOTO, narrow_pose, poor_camera),
        "test": Role(8, 16, _PHOTO, narrow_pose, poor_camera),
    }
)


class BenchSets(NamedTuple):
    """What a run reads: a labelled source, a target whose labels the oracle alone reads, and other people to test."""

    source: PoseSet
    target: PoseSet
    test: PoseSet


def rendered_sets(
    folder: Path,
    pictures: Mapping[str, int],
    size: int,
    *,
    seed: int = 0,
    workers: int | None = None,
    quiet: bool = False,
) -> BenchSets:
    """Render what is missing of the sets, person by person, and read them.

    Args:
        folder: for the npz files.
        pictures: of each person, by role.
        size: side of the crops in pixels.
        seed: of the whole benchmark.
        workers: processes; None for one per core.
        quiet: no progress bar.
    """
    sets = []
    for name, role in ROLES.items():
        meta = {"role": name, "pictures": pictures[name], "size": size, "seed": seed, "code": code_version()}
        stream = PoseStream(folder / f"{name}.npz", role.people, meta)
        if not meta.items() <= read_meta(stream.path).items():
            job = partial(_render, stream, name, pictures[name], size, seed)
            done = run_on_all_cores(job, stream.missing(), workers)
            missing = len(stream.missing())
            for _ in progress(done, total=missing, unit="person", label=f"rendering {name}", quiet=quiet):
                pass
            stream.finish(meta)
        sets.append(PoseSet.load(stream.path, img_size=size))
    return BenchSets(*sets)


def _render(stream: PoseStream, name: str, pictures: int, size: int, seed: int, person: int) -> None:
    """One person of a role into its part of the set."""
    role = ROLES[name]
    settings = replace(role.settings, per_person=pictures)
    first = (role.first + person) * pictures
    crops = [_crop(role, settings, seed, index, size) for index in range(first, first + pictures)]
    image, pose, source = zip(*crops, strict=True)
    stream.add(person, Chunk(np.stack(image), np.stack(pose), source))


def _crop(
    role: Role, settings: RenderSettings, seed: int, index: int, size: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64], str]:
    """One sample: crop, pose in degrees, person."""
    rng = np.random.default_rng((seed, role.first, role.people, index))
    frame = render_frame(seed, index, settings, pose=role.pose(rng))
    box = jittered_box(frame.box_xyxy, rng, settings.jitter)
    return role.camera(crop_face(frame.image_bgr, box, LANDMARK_MARGIN, size), rng), frame.pose, frame.source
