"""Faces of pictures, as a network sees them and as a person likes to see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image.face_crop import crop_turned
from fsanet.image.reading import read_image
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.pose.angles import Pose

_VIEW_SIZE = 256


@dataclass(frozen=True)
class PicturedFace:
    """One face.

    Attributes:
        crop_bgr: (64, 64, 3) uint8, the network's input.
        view_bgr: (256, 256, 3) uint8, the same part of the picture in finer pixels.
        pose: as the estimator has it.
    """

    crop_bgr: NDArray[np.uint8]
    view_bgr: NDArray[np.uint8]
    pose: Pose


def pictured_faces(estimator: HeadPoseEstimator, pictures: Sequence[Path]) -> list[PicturedFace]:
    """All faces of some image files, in their order.

    Raises:
        ValueError: when there is no face in any of them.
    """
    faces = []
    for path in pictures:
        image = read_image(path)
        for face in estimator(image):
            crop = estimator.crop(image, [face.box_xyxy])[0]
            view = crop_turned(image, face.box_xyxy, 0, estimator.margin, _VIEW_SIZE)
            faces.append(PicturedFace(crop, view, face.pose))
    if not faces:
        names = ", ".join(path.name for path in pictures) or "nothing"
        raise InputError(f"No face was found in {names}: the figure needs at least one.")
    return faces
