"""The masked twin of a pose set: every face wears a mask, order and labels stay.

Where the set holds landmarks (`points_xy`) the masks follow them; else they follow the label of the pose and the box of
the face, which is known from `box_xyxy`, or from the margin that the crop was made with. A rendered set may be rendered
again with masks. No face is left out.

The renderer is imported where a mask is drawn: the process that hands out the work does not wait for it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.derive import Change, Derivation, Row
from fsanet.datasets.pose_set import BOX_KEY, POINTS_KEY, TAG, PoseSet
from fsanet.datasets.twins import changes_of, check_landmarks, says_only_where_faces_look
from fsanet.errors import InputError
from fsanet.pose.angles import angles_of_facing
from fsanet.rendering.code_version import MASKED, RENDERED, code_version
from fsanet.rendering.masks.kinds import POINTS, POSE, RENDER, check_kind

if TYPE_CHECKING:
    from fsanet.overlays.mask import MaskedPicture
    from fsanet.rendering.frame import RenderSettings

_MASK_TAG = f"{TAG}mask"
_RENDERER = "fsanet.rendering"

# The landmarks' box in widths and heights of a detector's in the common convention: its size, and how far its centre is
# below. Medians over YuNet's finds in 37 renders of the validation people; width 1.01 to 1.11 by yaw.
_FROM_DETECTOR_WH, _LOWER = (1.05, 0.79), 0.12


def masked_set(
    source: Path, target: Path, given: PoseSet, by: str | None = None, kind: str | None = None, seed: int = 0
) -> Derivation:
    """How to make the masked twin of a set.

    Args:
        source, target: the npz files.
        given: the set.
        by: one of `WAYS`: what places the masks; None for points where the set holds them, else pose.
        kind: one of `KINDS`; None draws one for each face.
        seed: of the masks; rendered ones follow the seed of the set.

    Raises:
        ValueError: for an unknown kind, a set that does not hold what places the masks, one that cannot be rendered
            again as it is, or a seed of masks that are rendered.
    """
    if kind is not None:
        check_kind(kind)
    by = by or (POINTS if POINTS_KEY in given.extras else POSE)
    if by == RENDER and seed:
        raise InputError(
            "Masks that are rendered follow the seed of the set: leave --seed out, or place them otherwise."
        )
    make = {POINTS: _points_change, POSE: _pose_change, RENDER: _render_change}[by]
    change = make(given, source, kind)
    code = code_version(RENDERED if by == RENDER else MASKED)
    settings = {"by": by, "kind": kind or "any", "code": code}
    if by == POSE and says_only_where_faces_look(given.meta):
        settings["pose"] = "where the face looks"  # a twin whose masks followed the bare labels is another one
    return Derivation(source, target, change, "masked", settings, seed)


def _points_change(given: PoseSet, source: Path, kind: str | None) -> Change:
    check_landmarks(given, source, ", or place the masks by pose")
    return partial(_by_points, kind=kind)


def _pose_change(given: PoseSet, source: Path, kind: str | None) -> Change:
    place = usual_box(given.meta, given.img_size)
    if BOX_KEY not in given.extras and place is None:
        raise InputError(
            f"'{source}' says neither where the faces lie (`{BOX_KEY}`) nor with which one margin they were "
            "cut: make it again with `fsanet prepare`, or place the masks by points where it holds them."
        )
    ears_level = says_only_where_faces_look(given.meta)
    return partial(_by_pose, kind=kind, place=place, detector="detector" in given.meta, ears_level=ears_level)


def _render_change(given: PoseSet, source: Path, kind: str | None) -> Change:
    from fsanet.rendering.frame import RenderSettings

    _check_can_be_rendered_again(given.meta, source)
    settings = dataclasses.replace(RenderSettings(**given.meta["settings"]), masked=1.0, mask_kind=kind)
    return partial(_rendered, seed=given.meta["seed"], settings=settings)


def _check_can_be_rendered_again(meta: Mapping[str, Any], source: Path) -> None:
    """Raise unless rendering a set again gives its very pictures."""
    if meta.get("made_by") != _RENDERER:
        raise InputError(f"'{source}' was not rendered by this program: place the masks by points or by pose.")
    if changes := changes_of(meta):
        raise InputError(
            f"'{source}' is a twin ({', '.join(changes)}), and rendered again its faces would lose that: render the "
            "set that it was made of, or place the masks by points or by pose."
        )
    if meta.get("code") != code_version():
        raise InputError(f"'{source}' was rendered by another version of this program: render the set again.")


def usual_box(meta: Mapping[str, Any], img_size: int) -> NDArray[np.float64] | None:
    """The face's box (4,) in pixels of a crop that no border has cut; None where not one margin is recorded for all."""
    margin = meta.get("margin")
    if not isinstance(margin, (int, float)):
        return None
    return np.array([margin, margin, 1 + margin, 1 + margin]) / (1 + 2 * margin) * img_size


def landmark_box_of(box_xyxy: NDArray) -> NDArray[np.float64]:
    """The box (4,) that the 68 landmarks span, from a detector's box in the common convention."""
    size = box_xyxy[2:] - box_xyxy[:2]
    centre = (box_xyxy[:2] + box_xyxy[2:]) / 2 + size * [0, _LOWER]
    half = size * _FROM_DETECTOR_WH / 2
    return np.concatenate([centre - half, centre + half])


def _by_points(row: Row, rng: np.random.Generator, *, kind: str | None) -> Row:
    from fsanet.overlays.mask import mask_by_points

    return _with_kind(row, mask_by_points(row.image, row.extras[POINTS_KEY], rng, kind))


def _by_pose(
    row: Row, rng: np.random.Generator, *, kind: str | None, place: NDArray | None, detector: bool, ears_level: bool
) -> Row:
    from fsanet.overlays.mask import mask_by_pose

    box = np.asarray(row.extras.get(BOX_KEY, place), np.float64)
    box = landmark_box_of(box) if detector else box
    pose = angles_of_facing(row.pose[:2]) if ears_level else row.pose
    return _with_kind(row, mask_by_pose(row.image, pose, box, rng, kind))


def _rendered(row: Row, rng: np.random.Generator, *, seed: int, settings: RenderSettings) -> Row:
    """The row rendered again with a mask; masks follow the seed of the renderer, not that of the twin."""
    from fsanet.rendering.samples import render_samples

    sample = render_samples(seed, [row.number], settings)
    if not np.array_equal(sample.pose[0], row.pose):
        raise InputError(f"Sample {row.number} was rendered by another version of this program: render the set again.")
    return Row(row.number, sample.image[0], row.pose, {key: values[0] for key, values in sample.kinds.items()})


def _with_kind(row: Row, result: MaskedPicture) -> Row:
    kinds = {"masked": True, "mask": np.str_(result.kind), "mask_worn": np.str_(result.worn)}
    tag = {_MASK_TAG: True} if _MASK_TAG in row.extras else {}
    return Row(row.number, result.image_bgr, row.pose, {**row.extras, **kinds, **tag})
