"""Photographs of one labelled face each, whole: folders of images and .mat files as 300W-LP and AFLW2000 have them.

What measures whole pictures reads them here, so that all of it leaves out the same ones.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image.boxes import AnyBox, BoxXYXY, iou, share_inside
from fsanet.image.face_crop import landmark_box
from fsanet.pose.errors import LABEL_LIMIT_DEG, within_limit
from fsanet.readers.set_builder import RawItem, Unusable, read_raw_image
from fsanet.readers.type1 import both_files, list_type1, read_label

LEAST_IOU = 0.2  # of a found box and the landmarks' box of the labelled face; a neighbour's overlaps less
log = logging.getLogger(__name__)


class LabelledPhotograph(NamedTuple):
    """A photograph and the label of one face in it.

    Attributes:
        file: the image.
        image_bgr: (h, w, 3) uint8.
        pose_deg: (3,) yaw, pitch, roll.
        points_xy: (68, 2) all landmarks in pixels, hidden ones too; NaN where the label has no 68.
        box_xyxy: around the landmarks, as `landmark_box` takes it.
    """

    file: Path
    image_bgr: NDArray[np.uint8]
    pose_deg: NDArray[np.float64]
    points_xy: NDArray[np.float64]
    box_xyxy: BoxXYXY


def labelled_photographs(
    folder: Path, *, limit_deg: float | None = LABEL_LIMIT_DEG, with_points: bool = False, most: int | None = None
) -> Iterator[LabelledPhotograph]:
    """The photographs of a folder in the order of their names, one after the other.

    Those with a damaged or missing file are left out; how many these are is said in a warning, once a folder.

    Args:
        folder: of images and .mat files.
        limit_deg: of every angle; those beyond are left out in silence. None for no limit.
        with_points: leave out those without all 68 landmarks too.
        most: how many to read; None for all.

    Raises:
        FileNotFoundError: when there is no such folder.
        InputError: when none is left.
    """
    given, unusable = 0, []
    for item in list_type1(folder):
        if most is not None and given >= most:
            break
        try:
            photograph = read_photograph(item, with_points=with_points)
        except Unusable as reason:
            unusable.append(f"{item.name}, {reason}")
            continue
        if limit_deg is None or within_limit(photograph.pose_deg, limit_deg):
            given += 1
            yield photograph
    if unusable:
        _say_left_out(folder, len(unusable), unusable[0])
    if not given:
        within = "" if limit_deg is None else f" and a pose within {limit_deg:g} degrees"
        raise InputError(f"'{folder}' holds no photograph with a .mat file beside it that can be used{within}.")


def read_photograph(item: RawItem, *, with_points: bool = False) -> LabelledPhotograph:
    """Read an item of `list_type1`.

    Raises:
        Unusable: with the reason.
    """
    image_path, mat_path = both_files(item)
    label = read_label(mat_path)
    if with_points and not np.isfinite(label.points_xy).all():
        raise Unusable("missing landmarks", f"{mat_path.name} has no 68 landmarks in 'pt3d_68' or 'pt2d'")
    image, box = read_raw_image(image_path), landmark_box(label.landmarks_xy)
    if box is None or not share_inside(box, *image.shape[1::-1]):
        raise Unusable("empty box", f"the landmarks of {mat_path.name} have no area on the image")
    return LabelledPhotograph(image_path, image, label.pose_deg, label.points_xy, box)


def labelled_among(found_xyxy: Sequence[AnyBox], photograph: LabelledPhotograph) -> int | None:
    """Which of the boxes found in a photograph is that of the labelled face; None where none is."""
    overlap = iou(np.array(found_xyxy, np.float64).reshape(-1, 4), np.array([photograph.box_xyxy]))[:, 0]
    return int(overlap.argmax()) if len(overlap) and overlap.max() >= LEAST_IOU else None


@cache
def _say_left_out(folder: Path, count: int, first: str) -> None:
    """Cached, so that what reads a folder once for each detector says it once."""
    log.warning("Left out: %d of the photographs in '%s', which cannot be used; the first is %s", count, folder, first)
