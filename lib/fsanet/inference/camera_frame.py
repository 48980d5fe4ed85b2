"""Poses in the camera's frame: networks say them relative to the line of sight to each face (`fsanet.image.lens`)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from fsanet.image.lens import Lens
from fsanet.inference.face_estimator import Face, FaceEstimator, Prepared
from fsanet.pose.angles import Pose, angles_near
from fsanet.pose.turned_errors import turned_errors


class InCameraFrame(Generic[Prepared]):
    """A `FaceEstimator` whose poses are in the frame of the camera.

    Args:
        estimator: reads poses relative to the line of sight.
        lens: of the camera that took the pictures.
    """

    def __init__(self, estimator: FaceEstimator[Prepared], lens: Lens):
        self.lens = lens
        self.name = f"{estimator.name}, in the camera's frame"
        self._estimator = estimator

    def prepare(self, picture_bgr: NDArray[np.uint8]) -> tuple[Prepared, tuple[int, int]]:
        """See `FaceEstimator.prepare`."""
        height, width = picture_bgr.shape[:2]
        return self._estimator.prepare(picture_bgr), (width, height)

    def estimate(self, prepared: Sequence[tuple[Prepared, tuple[int, int]]]) -> list[list[Face]]:
        """See `FaceEstimator.estimate`."""
        faces = self._estimator.estimate([inner for inner, _ in prepared])
        return [[self._turned(face, size) for face in some] for some, (_, size) in zip(faces, prepared, strict=True)]

    def look_again(self, picture_bgr: NDArray[np.uint8], faces: Sequence[Face]) -> list[Face | None]:
        """See `FaceEstimator.look_again`."""
        height, width = picture_bgr.shape[:2]
        seen = self._estimator.look_again(picture_bgr, faces)
        return [None if face is None else self._turned(face, (width, height)) for face in seen]

    def _turned(self, face: Face, size_wh: tuple[int, int]) -> Face:
        to_face, error = self.lens.to_face(face.box_xyxy, size_wh), face.expected_error
        pose = Pose(*angles_near(to_face @ face.pose.rotation, face.pose).tolist())
        return replace(
            face, pose=pose, expected_error=error and Pose(*turned_errors(face.pose, error, to_face).tolist())
        )
