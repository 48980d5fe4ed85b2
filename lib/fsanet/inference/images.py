"""Poses in many image files: decoded and searched in parallel, estimated in batches across files, kept in order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError, sentence_of
from fsanet.image.reading import Picture, read_picture
from fsanet.inference.face_estimator import Face, FaceEstimator, Prepared
from fsanet.inference.stages import mapped_in_order

# What waits in memory while a batch fills, at most: images, and bytes of their pixels.
_IMAGES_PER_BATCH = 16
_BYTES_PER_BATCH = 256_000_000


@dataclass(frozen=True)
class ImageResult:
    """What was found in one image file.

    Attributes:
        name: path of the file.
        image_bgr: (h, w, 3) uint8; None where it could not be read, and where pictures are not kept.
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
    """An image that waits for its batch; without anything prepared where it could not be read.

    Its picture is None there too, and where pictures are not kept.
    """

    name: str
    image_bgr: NDArray[np.uint8] | None
    prepared: list[Prepared]
    error: str = ""
    note: str = ""


def estimate_images(
    estimator: FaceEstimator[Prepared],
    names: Iterable[str],
    workers: int = 2,
    keep_pictures: bool = True,
    read: Callable[[str], Picture] = read_picture,
) -> Iterator[ImageResult]:
    """Poses in image files, in the order of the names, with as much in memory for many as for some.

    Of pictures that are kept those are held that fill 256 MB, at most 16, and at most 2 * `workers` + 1 more; else each
    is let go of when it is searched. A file that cannot be read gives a result with its error; the others are not
    affected.

    Args:
        estimator: finds the faces and estimates the poses.
        names: paths of images; read no further than needed.
        workers: threads that decode and prepare.
        keep_pictures: whether results have their pictures.
        read: the picture of a name.
    """
    waiting: list[_Ready[Prepared]] = []
    for ready in mapped_in_order(lambda name: _ready(estimator, name, keep_pictures, read), names, workers):
        waiting.append(ready)
        if len(waiting) >= _IMAGES_PER_BATCH or _bytes_of(waiting) >= _BYTES_PER_BATCH:
            yield from _estimate(estimator, waiting)
            waiting = []
    yield from _estimate(estimator, waiting)


def _bytes_of(waiting: list[_Ready[Prepared]]) -> int:
    return sum(ready.image_bgr.nbytes for ready in waiting if ready.image_bgr is not None)


def _ready(
    estimator: FaceEstimator[Prepared], name: str, keep_picture: bool, read: Callable[[str], Picture]
) -> _Ready[Prepared]:
    try:
        image, note = read(name)
        return _Ready(name, image if keep_picture else None, [estimator.prepare(image)], note=note)
    except (InputError, OSError) as error:
        return _Ready(name, None, [], sentence_of(error))


def _estimate(estimator: FaceEstimator[Prepared], waiting: list[_Ready[Prepared]]) -> Iterator[ImageResult]:
    estimated = iter(estimator.estimate([prepared for ready in waiting for prepared in ready.prepared]))
    for ready in waiting:
        faces = tuple(next(estimated)) if ready.prepared else ()
        yield ImageResult(ready.name, ready.image_bgr, faces, ready.error, ready.note)
