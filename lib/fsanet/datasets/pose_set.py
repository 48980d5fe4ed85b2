"""A pose set in memory and as npz: crops, labels, where each came from, and how they were made.

The npz holds what the original's holds (`image`, `pose`, `img_size`) and, if ours, `source`, `meta` and extra columns.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.datasets.npz_file import RESERVED_KEYS, read_arrays, set_arrays, write_npz
from fsanet.datasets.protocols import FLIPPED, command_that_makes
from fsanet.errors import InputError

TAG = "tag_"  # how the names of columns begin that say what is seen in a picture
LINE_OF_SIGHT = "line_of_sight"  # the column that says where a face was seen from
POINTS_KEY = "points_xy"  # the column of landmarks, (N, 68, 2) pixels of the crop
BOX_KEY = "box_xyxy"  # the column of the faces' boxes, (N, 4) pixels of the crop


@dataclass(frozen=True, eq=False)
class PoseSet:
    """Face crops with their head poses.

    Attributes:
        image: (N, S, S, 3) uint8, BGR.
        pose: (N, 3) float64, yaw, pitch, roll in degrees, finite.
        source: (N,) str: samples of one source show one face, image or video and stay on one side of a split.
        meta: how the set was made: margin, detector, Euler order, ... as JSON can say it.
        extras: further arrays with N rows, by name, e.g. `masked` (N,) bool; names that begin with `tag_` are `tags`.

    Raises:
        ValueError: when it is empty, when shapes or dtypes are others, or when a label is NaN or infinite.
    """

    image: NDArray[np.uint8]
    pose: NDArray[np.float64]
    source: NDArray[np.str_]
    meta: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, NDArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "image", np.asarray(self.image))
        object.__setattr__(self, "pose", _numbers(self.pose))
        object.__setattr__(self, "source", _texts(self.source))
        object.__setattr__(self, "extras", {key: np.asarray(value) for key, value in self.extras.items()})
        _validate(self)

    def __len__(self) -> int:
        return len(self.pose)

    @property
    def img_size(self) -> int:
        """Side of the crops in pixels."""
        return self.image.shape[1]

    @property
    def roll_labelled(self) -> bool:
        """False where the raw labels have no roll: it is stored as 0 and counts in no loss and no error.

        In a turned twin it is that of a head whose ears were level, and counts as little.
        """
        return bool(self.meta.get("roll_labelled", True))

    @property
    def tags(self) -> dict[str, NDArray[np.bool_]]:
        """What is seen in the pictures: by tag, such as "fringe", whether each sample has it, (N,)."""
        return {key.removeprefix(TAG): value for key, value in self.extras.items() if key.startswith(TAG)}

    @property
    def line_of_sight(self) -> NDArray[np.float64] | None:
        """Where labels are relative to the axes of a known camera: unit vectors (N, 3) from each face to the camera.

        They are in these axes: x right, y up, z to the camera. None for other labels, and where nothing is known.
        """
        return self.extras.get(LINE_OF_SIGHT)

    @classmethod
    def load(cls, path: str | Path, img_size: int | None = None) -> "PoseSet":
        """Read an npz of this project or of the original repository.

        The original's files have no `source`: every sample then is its own source, with that of its number in the
        mirrored half of the set (AFW and AFW_Flip), so that no split parts the two.

        Args:
            path: the npz.
            img_size: side in pixels that the crops must have; None takes any.

        Raises:
            FileNotFoundError: when there is none, with the command that makes it.
            ValueError: when it is truncated, lacks a key, has another image size, or is no valid pose set.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"No pose set at '{path}'. {command_that_makes(path.stem)}")
        try:
            arrays = read_arrays(path)
        except InputError as error:
            raise InputError(f"{error} {command_that_makes(path.stem)}") from None
        if missing := [key for key in ("image", "pose") if key not in arrays]:
            raise InputError(f"'{path}' is no pose set: it lacks {_quoted(missing)} and has {_quoted(arrays)}.")
        image, pose = arrays["image"], arrays["pose"]
        name = path.stem.removesuffix(FLIPPED)
        source = arrays.get("source", np.array([f"{name}/{index}" for index in range(pose.size // 3)], dtype=np.str_))
        try:
            meta = _meta_of(str(arrays.get("meta", "{}")))
            extras = {key: value for key, value in arrays.items() if key not in RESERVED_KEYS}
            loaded = cls(image, pose, source, meta, extras)
        except InputError as error:
            raise InputError(f"'{path}': {error}") from None
        if img_size is not None and loaded.img_size != img_size:
            raise InputError(
                f"'{path}' holds crops of {loaded.img_size}x{loaded.img_size} pixels where {img_size}x{img_size} are "
                f"needed: make it again. {command_that_makes(path.stem)}"
            )
        return loaded

    def save(self, path: str | Path) -> None:
        """Write the npz, whole or not at all; equal sets give equal bytes."""
        write_npz(path, set_arrays(self.image, self.pose, self.source, self.meta, self.extras))

    def select(self, indices: ArrayLike) -> "PoseSet":
        """The samples at `indices` (integers or a mask), in that order, with the same meta."""
        chosen = np.asarray(indices)
        extras = {key: value[chosen] for key, value in self.extras.items()}
        return PoseSet(self.image[chosen], self.pose[chosen], self.source[chosen], self.meta, extras)


def _meta_of(text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise InputError(f"meta must be JSON, got {text!r:.80}.") from None


def _numbers(pose: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(pose)
    if array.dtype.kind not in "iuf":
        raise InputError(f"poses must be numbers, got {array.dtype}.")
    return array.astype(np.float64, copy=False)


def _texts(source: ArrayLike) -> NDArray[np.str_]:
    array = np.asarray(source)
    if array.size and array.dtype.kind not in "USiu":
        raise InputError(f"sources must be texts, got {array.dtype}.")
    return np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array.astype(np.str_, copy=False)


def _validate(pose_set: PoseSet) -> None:
    image, pose = pose_set.image, pose_set.pose
    if image.dtype != np.uint8 or image.ndim != 4 or image.shape[1] != image.shape[2] or image.shape[3] != 3:
        raise InputError(f"images must be uint8 (N, S, S, 3), got {image.dtype} {image.shape}.")
    if pose.ndim != 2 or pose.shape[1] != 3:
        raise InputError(f"poses must be (N, 3) yaw, pitch, roll, got {pose.shape}.")
    if not isinstance(pose_set.meta, Mapping):
        raise InputError(f"meta must be names and values, got {pose_set.meta!r:.80}.")
    if len(pose) == 0:
        raise InputError("the set is empty (0 samples).")
    columns = {"image": image, "source": pose_set.source, **pose_set.extras}
    if wrong := {key: value.shape for key, value in columns.items() if value.shape[:1] != (len(pose),)}:
        raise InputError(f"{len(pose)} poses, but {wrong}: every array needs one row per sample.")
    if taken := set(pose_set.extras) & set(RESERVED_KEYS):
        raise InputError(f"extra arrays cannot be named {_quoted(sorted(taken))}.")
    if wrong_tags := [key for key, value in pose_set.extras.items() if key.startswith(TAG) and not _is_flags(value)]:
        raise InputError(f"tags must be boolean (N,), which {_quoted(wrong_tags)} are not.")
    sight = pose_set.line_of_sight
    if sight is not None and not (sight.shape == pose.shape and sight.dtype.kind == "f" and (sight[:, 2] > 0).all()):
        raise InputError(f"lines of sight must be (N, 3) numbers with z above 0, got {sight.dtype} {sight.shape}.")
    bad = np.flatnonzero(~np.isfinite(pose).all(axis=1))
    if len(bad):
        raise InputError(f"{len(bad)} of {len(pose)} labels are NaN or infinite, the first at sample {bad[0]}.")


def _is_flags(array: NDArray) -> bool:
    return array.dtype == np.bool_ and array.ndim == 1


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "nothing"
