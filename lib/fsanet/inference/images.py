"""Poses in many image files: decoded and searched in parallel, estimated in batches across files, kept in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError, sentence_of
from fsanet.image.reading import read_picture
from fsanet.inference.face_estimator import Face, FaceEstimator, Prepared
from fsanet.inference.overlap import mapped_in_order

_IMAGES_PER_BATCH = 16  # images kept in memory while a batch fills


@dataclass(frozen=True)
class ImageResult:
    """What was found in one image file.

    Attributes:
        name: path of the file.
        image_bgr: (h, w, 3) uint8; None where it could not be read.
        faces: its faces with their poses.
        error: why it could not be read; empty where it could.
        note: what was done to its values that a person should know; mostly empty.
    """

    name: str
    image_bgr: NDArray[np.uint8] | None
    faces: tuple[Face, ...] = ()
    error: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Ready(Generic[Prepared]):
    """An image that waits for its batch; without anything prepared where it could not be read."""

    name: str
    image_bgr: NDArray[np.uint8] | None
    prepared: list[Prepared]
    error: str = ""
    note: str = ""


def estimate_images(
    estimator: FaceEstimator[Prepared], names: Iterable[str], workers: int = 2
) -> Iterator[ImageResult]:
    """Poses in image files, in the order of the names and in constant memory.

    A file that cannot be read gives a result with its error; the others are not affected.

    Args:
        estimator: finds the faces and estimates the poses.
        names: paths of images; read no further than needed.
        workers: threads that decode and prepare.
    """
    waiting: list[_Ready[Prepared]] = []
    for ready in mapped_in_order(lambda name: _read(estimator, name), names, workers):
        waiting.append(ready)
        if len(waiting) >= _IMAGES_PER_BATCH:
            yield from _estimate(estimator, waiting)
            waiting = []
    yield from _estimate(estimator, waiting)


def _read(estimator: FaceEstimator[Prepared], name: str) -> _Ready[Prepared]:
    try:
        image, note = read_picture(name)
        return _Ready(name, image, [estimator.prepare(image)], note=note)
    except (InputError, OSError) as error:
        return _Ready(name, None, [], sentence_of(error))


def _estimate(estimator: FaceEstimator[Prepared], waiting: list[_Ready[Prepared]]) -> Iterator[ImageResult]:
    estimated = iter(estimator.estimate([prepared for ready in waiting for prepared in ready.prepared]))
    for ready in waiting:
        faces = tuple(next(estimated)) if ready.prepared else ()
        yield ImageResult(ready.name, ready.image_bgr, faces, ready.error, ready.note)
