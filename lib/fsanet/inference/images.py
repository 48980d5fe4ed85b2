"""Poses in many image files: decoded and searched in parallel, estimated in batches across files, kept in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import Detection
from fsanet.image.reading import read_image
from fsanet.inference.estimator import Face, HeadPoseEstimator
from fsanet.inference.overlap import mapped_in_order
from fsanet.pose.angles import Pose

BATCH_SIZE = 64
_IMAGES_PER_BATCH = 16  # images kept in memory while a batch fills


@dataclass(frozen=True)
class ImageResult:
    """What was found in one image file.

    Attributes:
        name: path of the file.
        image_bgr: (h, w, 3) uint8; None where it could not be read.
        faces: its faces with their poses.
        error: why it could not be read; empty where it could.
    """

    name: str
    image_bgr: NDArray[np.uint8] | None
    faces: tuple[Face, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class _Found:
    """An image whose faces are found and cut, but not estimated."""

    name: str
    image_bgr: NDArray[np.uint8] | None
    detections: list[Detection]
    crops_bgr: NDArray[np.uint8]
    error: str = ""


def estimate_images(
    estimator: HeadPoseEstimator, names: Iterable[str], workers: int = 2, batch_size: int = BATCH_SIZE
) -> Iterator[ImageResult]:
    """Poses in image files, in the order of the names and in constant memory.

    A file that cannot be read gives a result with its error; the others are not affected.

    Args:
        estimator: finds the faces and estimates the poses.
        names: paths of images; read no further than needed.
        workers: threads that decode and detect.
        batch_size: most crops that the network gets at once.
    """
    waiting: list[_Found] = []
    for found in mapped_in_order(lambda name: _find_faces(estimator, name), names, workers):
        waiting.append(found)
        if len(waiting) >= _IMAGES_PER_BATCH or sum(len(f.crops_bgr) for f in waiting) >= batch_size:
            yield from _estimate(estimator, waiting, batch_size)
            waiting = []
    yield from _estimate(estimator, waiting, batch_size)


def _find_faces(estimator: HeadPoseEstimator, name: str) -> _Found:
    try:
        image = read_image(name)
    except (ValueError, OSError) as error:
        return _Found(name, None, [], estimator.crop(np.empty((0, 0, 3), np.uint8), []), str(error))
    detections = estimator.detect(image)
    return _Found(name, image, detections, estimator.crop(image, [d.box_xyxy for d in detections]))


def _estimate(estimator: HeadPoseEstimator, waiting: list[_Found], batch_size: int) -> Iterator[ImageResult]:
    if not waiting:
        return
    crops = np.concatenate([found.crops_bgr for found in waiting])
    batches = [estimator.predict_crops(crops[i : i + batch_size]) for i in range(0, len(crops), batch_size)]
    poses = iter(np.concatenate([np.empty((0, 3)), *batches]).tolist())
    for found in waiting:
        faces = tuple(Face(d.box_xyxy, d.score, Pose(*next(poses))) for d in found.detections)
        yield ImageResult(found.name, found.image_bgr, faces, found.error)
