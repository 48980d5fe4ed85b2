"""The masked twin of a pose set: every face wears a mask, order and labels stay.

Where the set holds landmarks (`points_xy`) the masks follow them; else they follow the label of the pose and the box of
the face, which is known from `box_xyxy`, or from the margin that the crop was made with. No face is left out.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.derive import Derivation, Row
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.rendering.masks.kinds import check_kind
from fsanet.rendering.masks.overlay import mask_by_points, mask_by_pose

POINTS, POSE = "points", "pose"
POINTS_KEY, BOX_KEY = "points_xy", "box_xyxy"
SUFFIX = "_masked"

# The landmarks' box in widths and heights of a detector's (MTCNN's convention): its size, and its centre's shift to the
# side where the face looks, and down. Medians over renders of the validation people.
_FROM_DETECTOR = ((0.82, 0.76), (0.0, 0.10))


def masked_set(
    source: Path, target: Path, given: PoseSet, by: str | None = None, kind: str | None = None, seed: int = 0
) -> Derivation:
    """How to make the masked twin of a set.

    Args:
        source, target: the npz files.
        given: the set.
        by: `points` or `pose`: what places the masks; None for points where the set holds them.
        kind: one of `KINDS`; None draws one for each face.
        seed: of the masks.

    Raises:
        ValueError: for an unknown kind, or a set that does not hold what places the masks.
    """
    if kind is not None:
        check_kind(kind)
    by = by or (POINTS if POINTS_KEY in given.extras else POSE)
    settings: dict[str, Any] = {"by": by, "kind": kind or "any"}
    if by == POINTS:
        _check_points(given, source)
        return Derivation(source, target, partial(_by_points, kind=kind), "masked", settings, seed)
    place = usual_box(given.meta, given.img_size) if BOX_KEY not in given.extras else None
    if BOX_KEY not in given.extras and place is None:
        raise InputError(
            f"'{source}' says neither where the faces lie (`{BOX_KEY}`) nor with which margin they were cut: "
            "make it again with `fsanet prepare`."
        )
    detector = "detector" in given.meta
    change = partial(_by_pose, kind=kind, place=place, detector=detector)
    return Derivation(source, target, change, "masked", settings, seed)


def usual_box(meta: Mapping[str, Any], img_size: int) -> NDArray[np.float64] | None:
    """The face's box (4,) in pixels of a crop that no border has cut; None where the margin is not recorded."""
    if "margin" not in meta:
        return None
    margin = float(meta["margin"])
    return np.array([margin, margin, 1 + margin, 1 + margin]) / (1 + 2 * margin) * img_size


def _check_points(given: PoseSet, source: Path) -> None:
    points = given.extras.get(POINTS_KEY)
    if points is None:
        raise InputError(
            f"'{source}' holds no landmarks (`{POINTS_KEY}`): make it again with `fsanet prepare`, or place the masks "
            "by pose."
        )
    bad = np.flatnonzero(~np.isfinite(points).all(axis=(1, 2)))
    if len(bad):
        raise InputError(
            f"'{source}': {len(bad)} faces have no landmarks, the first is sample {bad[0]}: place by pose."
        )


def landmark_box_of(box_xyxy: NDArray, yaw_deg: float) -> NDArray[np.float64]:
    """The box that the 68 landmarks span, from a detector's box in the common convention."""
    (wide, high), (aside, down) = _FROM_DETECTOR
    size = box_xyxy[2:] - box_xyxy[:2]
    towards = -np.sin(np.radians(yaw_deg))  # yaw > 0 looks to the image's left
    centre = (box_xyxy[:2] + box_xyxy[2:]) / 2 + size * [aside * towards, down]
    half = size * [wide, high] / 2
    return np.concatenate([centre - half, centre + half])


def _by_points(row: Row, rng: np.random.Generator, *, kind: str | None) -> Row:
    return _with_kind(row, mask_by_points(row.image, row.extras[POINTS_KEY], rng, kind))


def _by_pose(row: Row, rng: np.random.Generator, *, kind: str | None, place: NDArray | None, detector: bool) -> Row:
    box = np.asarray(row.extras.get(BOX_KEY, place), np.float64)
    box = landmark_box_of(box, row.pose[0]) if detector else box
    return _with_kind(row, mask_by_pose(row.image, row.pose, box, rng, kind))


def _with_kind(row: Row, result) -> Row:
    kinds = {"masked": True, "mask": np.str_(result.kind), "mask_worn": np.str_(result.worn)}
    return Row(result.image_bgr, row.pose, {**row.extras, **kinds})
