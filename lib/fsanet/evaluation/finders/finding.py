"""How well face finders find: on rendered scenes, Pointing'04, AFLW2000 and pictures without a face."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fsanet.dense.layout import MASKS
from fsanet.detectors.detection import BoxConvention, Detection
from fsanet.evaluation.finders.average_precision import Searched, average_precision
from fsanet.evaluation.finders.detectors import measured_detector
from fsanet.image.boxes import holds, iou
from fsanet.image.reading import read_image
from fsanet.readers.labelled_photographs import labelled_photographs
from fsanet.readers.pointing04 import labelled_faces
from fsanet.rendering.landmarks import five_points
from fsanet.scenes.compose import Composer, Scene
from fsanet.scenes.labels import findable

SIZES_PX = {"48 and more": (48.0, np.inf), "24 to 48": (24.0, 48.0), "12 to 24": (12.0, 24.0)}
PANS_DEG = (0, 30, 60, 90)  # lower ends of the ranges that are told apart

_LEAST_SCORE = 0.02  # for average precision, which wants unsure boxes too
_SURE, _SAME = 0.5, 0.5  # score and overlap of faces whose masks are counted


class OnScenes(NamedTuple):
    """Average precision by size, faces of each size, and masks.

    Attributes:
        masks: of the faces that wear each of `MASKS` and are found with a score of one half, the share that is told
            so; empty where the detector does not tell.
    """

    precision: dict[str, float]
    faces: dict[str, int]
    masks: dict[str, float]


class OnLabelled(NamedTuple):
    """On photographs of one labelled face each.

    Attributes:
        images: how many.
        found: share of the faces, by group; "all" is one.
        false: boxes that do not show the face.
        point_error: mean distance of the five points, as a share of the landmark box's side; NaN without points.
    """

    images: int
    found: dict[str, float]
    false: int
    point_error: float = float("nan")


def rendered_scenes(composer: Composer, number: int, seed: int = 0) -> list[Scene]:
    """The first scenes of a seed."""
    return [composer.scene(np.random.default_rng([seed, i])) for i in range(number)]


def on_scenes(detector: str, scenes: Sequence[Scene], convention: BoxConvention) -> OnScenes:
    """Average precision of a detector by size.

    Args:
        detector: its name.
        scenes: with labels.
        convention: from the scenes' boxes to the detectors' common ones.
    """
    search = measured_detector(detector, threshold=_LEAST_SCORE).detect
    answers = [search(scene.image_bgr) for scene in scenes]
    pictures = [_searched(scene, found, convention) for scene, found in zip(scenes, answers, strict=True)]
    measured = {name: average_precision(pictures, limits) for name, limits in SIZES_PX.items()}
    return OnScenes(
        precision={name: precision for name, (precision, _) in measured.items()},
        faces={name: faces for name, (_, faces) in measured.items()},
        masks=_masks_told(scenes, answers, pictures),
    )


def _masks_told(
    scenes: Sequence[Scene], answers: Sequence[Sequence[Detection]], pictures: Sequence[Searched]
) -> dict[str, float]:
    told: dict[str, list[bool]] = {name: [] for name in MASKS}
    for scene, found, picture in zip(scenes, answers, pictures, strict=True):
        sure = [face if face.score >= _SURE else None for face in found]
        overlap = iou(picture.faces_xyxy, picture.found_xyxy)
        for number in np.flatnonzero(picture.counted & (overlap.max(axis=1, initial=0) >= _SAME)):
            face, worn = sure[overlap[number].argmax()], MASKS[scene.faces.mask[number]]
            if face is not None and face.mask is not None:
                told[worn].append(face.mask == worn)
    return {name: float(np.mean(right)) for name, right in told.items() if right}


def _searched(scene: Scene, found: Sequence[Detection], convention: BoxConvention) -> Searched:
    faces = scene.faces
    boxes = np.array([convention.to_common(box) for box in faces.box_xyxy]).reshape(-1, 4)
    own = np.array([face.box_xyxy for face in found]).reshape(-1, 4)
    return Searched(boxes, findable(faces), own, np.array([face.score for face in found]))


def on_pointing04(detector: str, folder: Path, persons: Iterable[int]) -> OnLabelled:
    """Faces of Pointing'04 that a detector finds, by pan.

    Args:
        detector: its name.
        folder: with one folder a person.
        persons: which of them.

    Raises:
        FileNotFoundError: when the folder holds none of these.
        InputError: when the text beside an image is missing or damaged.
    """
    faces, search = labelled_faces(folder, persons), measured_detector(detector).detect
    hits: dict[str, list[bool]] = {"all": []}
    false = 0
    for face in faces:
        right = [holds(found.box_xyxy, face.center_xy) for found in search(read_image(face.path))]
        false += right.count(False)
        for group in ("all", f"pan from {max(pan for pan in PANS_DEG if pan <= abs(face.pan_deg))}"):
            hits.setdefault(group, []).append(any(right))
    return OnLabelled(len(faces), {group: float(np.mean(hit)) for group, hit in hits.items()}, false)


def on_aflw2000(detector: str, folder: Path) -> OnLabelled:
    """Faces of AFLW2000 that a detector finds, and how far off its five points are.

    Raises:
        FileNotFoundError: when there is no such folder.
        InputError: when it holds none that can be used, see `labelled_photographs`.
    """
    search, hits, errors, false = measured_detector(detector).detect, [], [], 0
    for photograph in labelled_photographs(folder, limit_deg=None, with_points=True):
        low, high = photograph.points_xy.min(axis=0), photograph.points_xy.max(axis=0)
        middle = (low + high) / 2
        found = search(photograph.image_bgr)
        right = [face for face in found if holds(face.box_xyxy, middle)]
        hits.append(bool(right))
        false += len(found) - len(right)
        if right and (surest := max(right, key=lambda face: face.score)).landmarks_xy:
            off = np.linalg.norm(np.array(surest.landmarks_xy) - five_points(photograph.points_xy), axis=1).mean()
            errors.append(off / np.sqrt(np.prod(high - low)))
    return OnLabelled(len(hits), {"all": float(np.mean(hits))}, false, float(np.mean(errors)) if errors else np.nan)


def on_nothing(detector: str, pictures: Sequence[Path]) -> int:
    """Boxes that a detector draws in pictures without a face."""
    search = measured_detector(detector).detect
    return sum(len(search(read_image(picture))) for picture in pictures)
