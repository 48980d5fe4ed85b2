"""Profiling a folder of photographs: copies in other poses, or as they are, on disk in the layout of 300W-LP."""

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.datasets.npz_stream import LeftOut
from fsanet.datasets.parts import refuse_other_settings
from fsanet.datasets.protocols import FLIPPED
from fsanet.errors import InputError
from fsanet.files import write_json
from fsanet.image.kinds import pictures_in
from fsanet.image.reading import read_image
from fsanet.pose.angles import angles_from_rotation
from fsanet.profiling.copies import Copy, can_keep_to, make_copies, mirrored
from fsanet.profiling.fitted_head import FittedHead
from fsanet.profiling.heads import Photograph, find_photographs
from fsanet.profiling.shapes import write_shapes
from fsanet.profiling.subject import make_subject
from fsanet.readers.set_builder import Unusable
from fsanet.rendering.code_version import PROFILED, code_version
from fsanet.rendering.write_frames import write_with_label
from fsanet.workers import run_on_all_cores

_JPEG_QUALITY = 92
_RECORD, _MESHES, _SHAPES = "profile.json", "meshes.npz", "shapes.npy"


@dataclass(frozen=True)
class ProfileSettings:
    """How photographs are profiled.

    Attributes:
        copies: of each photograph.
        yaw_limit_deg: largest yaw of a turned copy, also of a person who looks a little further aside; who looks so far
            aside that turning back would show what the photograph hides is left out.
        seed: equal seeds give equal copies.
        flips: write mirrored copies too, into a folder of their own.
        only: pattern for the file names of the photographs.
        other_shapes: put the shape of another photographed person beneath each copy, see `shapes`.
        turned: False leaves each photograph as it is, one labelled copy of it; `copies` are the crops in the npz then.
    """

    copies: int = 18
    yaw_limit_deg: float = 90.0
    seed: int = 0
    flips: bool = True
    only: str = "*"
    other_shapes: bool = False
    turned: bool = True

    @property
    def written(self) -> int:
        """How many pictures are written of each photograph."""
        return self.copies if self.turned else 1

    @property
    def crops(self) -> int:
        """How many crops the npz has of each picture that is written."""
        return 1 if self.turned else self.copies

    def __post_init__(self):
        if self.copies < 1:
            raise InputError(f"A photograph needs at least 1 copy, got {self.copies}.")
        if not 0 < self.yaw_limit_deg <= 90:
            raise InputError(f"The largest yaw lies between 0 and 90 degrees, got {self.yaw_limit_deg}.")


@dataclass(frozen=True)
class Profiled:
    """What became of a folder: the folders written, the number of photographs used, and those that were not."""

    folders: tuple[Path, ...]
    photographs: int
    left_out: tuple[LeftOut, ...]


def profile_folder(
    raw: Path, out: Path, settings: ProfileSettings, workers: int | None = None, quiet: bool = False
) -> Profiled:
    """Profile the photographs of a folder; a stopped run of this version goes on where it was.

    Writes <out>/<folder>/<stem>_<k>.jpg with .mat, and the mirrored ones to <out>/<folder>_Flip/.

    Raises:
        FileNotFoundError: there is no such folder.
        InputError: it has no picture, none is usable (one alone where shapes of others are asked for), or the copies
            would come among other pictures than their like: the photographs themselves, copies of other settings or
            of another version.
        OSError: Face Mesh cannot be set up, or something cannot be written.
    """
    folder = out / raw.resolve().name
    folders = (folder, _flip_folder(folder)) if settings.flips else (folder,)
    _refuse_other_pictures(raw, folders)
    record = dataclasses.asdict(settings) | {"code": code_version(PROFILED)}
    refuse_other_settings(folder / _RECORD, record, "copies")
    photographs = find_photographs(raw, folder / _MESHES, settings.only)
    write_json(folder / _RECORD, record)
    if settings.other_shapes and write_shapes(folder / _SHAPES, photographs, workers) == 1:
        raise InputError(f"Only one photograph in '{raw}' can be used: no other face shape is there for its copies.")
    work = partial(_profile, folder=folder, settings=settings)
    done = run_on_all_cores(work, photographs, workers)
    bar = progress(done, total=len(photographs), unit="photo", label="profiling", quiet=quiet)
    left_out = sorted((item for item in bar if item is not None), key=lambda item: item.name)
    if len(left_out) == len(photographs):
        raise InputError(
            f"None of {len(photographs)} photographs in '{raw}' can be used; the first: {left_out[0].detail}"
        )
    return Profiled(folders, len(photographs) - len(left_out), tuple(left_out))


def _refuse_other_pictures(raw: Path, folders: Sequence[Path]) -> None:
    """Raise where copies would be written among photographs, whose files may have the names of copies."""
    for folder in folders:
        if folder.is_dir() and folder.resolve() == raw.resolve():
            raise InputError(
                f"The copies would be written among the photographs in '{raw}': name another folder with --out "
                "(OUT= of make)."
            )
        if not (folders[0] / _RECORD).is_file() and pictures_in(folder):
            raise InputError(
                f"'{folder}' holds pictures that are no copies of an earlier run: name another folder with --out "
                "(OUT= of make)."
            )


def _profile(photograph: Photograph, folder: Path, settings: ProfileSettings) -> LeftOut | None:
    """Write the copies of one photograph that are not there yet; what hinders it, if something does."""
    stem = photograph.file.stem
    if _label(folder, stem, settings.written - 1).is_file():  # the last that is written
        return None
    try:
        image, head = read_image(photograph.file), _usable_head(photograph, settings)
    except Unusable as error:
        return LeftOut(photograph.file.name, error.reason, error.detail, error.broken)
    except (InputError, OSError) as error:
        return LeftOut(photograph.file.name, "unreadable image", str(error))
    for number, copy in enumerate(_copies(photograph, image, head, folder, settings)):
        if settings.flips:
            write_copy(_label(_flip_folder(folder), stem, number), mirrored(copy))
        write_copy(_label(folder, stem, number), copy)
    return None


def _usable_head(photograph: Photograph, settings: ProfileSettings) -> FittedHead:
    """The head of a photograph.

    Raises:
        Unusable: there is none that is sure, or it looks so far aside that no copy could keep to the largest yaw.
    """
    head = photograph.head()
    yaw, limit = float(angles_from_rotation(head.placement.rotation)[0]), settings.yaw_limit_deg
    if settings.turned and not can_keep_to(limit, yaw):
        detail = f"from a yaw of {yaw:.0f} degrees a face cannot be turned back to {limit:g}; raise --yaw"
        raise Unusable("looks too far aside", detail, broken=False)
    return head


def _copies(
    photograph: Photograph, image_bgr: NDArray[np.uint8], head: FittedHead, folder: Path, settings: ProfileSettings
) -> Iterator[Copy]:
    """What is written of a photograph: itself, or copies in other poses."""
    if not settings.turned:
        yield Copy(image_bgr, angles_from_rotation(head.placement.rotation), head.landmarks * [1.0, -1.0, 1.0])
        return
    name = photograph.file.stem.encode("utf-8", "surrogateescape")
    rng = np.random.default_rng([settings.seed, *hashlib.sha256(name).digest()[:8]])
    subject = make_subject(image_bgr, head, photograph.matte)
    shapes = np.load(folder / _SHAPES, mmap_mode="r") if settings.other_shapes else None
    yield from make_copies(subject, settings.copies, rng, settings.yaw_limit_deg, shapes)


def write_copy(label: Path, copy: Copy) -> None:
    """Write a copy as 300W-LP has it: `label`, a .mat, and the .jpg beside it, the .mat last."""
    yaw, pitch, roll = np.deg2rad(copy.yaw_pitch_roll_deg)
    content = {
        "Pose_Para": np.array([[pitch, yaw, roll, 0, 0, 0, 0]], np.float32),
        "pt2d": copy.landmarks[:, :2].T.astype(np.float32),
        "pt3d_68": copy.landmarks.T.astype(np.float32),
    }
    write_with_label(label, copy.image_bgr, content, _JPEG_QUALITY)


def _label(folder: Path, stem: str, number: int) -> Path:
    return folder / f"{stem}_{number}.mat"


def _flip_folder(folder: Path) -> Path:
    return folder.with_name(folder.name + FLIPPED)


def left_out_lines(left_out: Sequence[LeftOut]) -> list[str]:
    """One line for each reason, with an example."""
    by_reason: dict[str, list[LeftOut]] = {}
    for item in left_out:
        by_reason.setdefault(item.reason, []).append(item)
    return [f"left out, {reason}: {len(items)}, such as {items[0].name}" for reason, items in by_reason.items()]
