"""Faces and their poses by one network in one pass over the whole picture, without a crop."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import Detection
from fsanet.detectors.nearby import Place, detect_near
from fsanet.detectors.scout import CLOSEUP, LONG_SIDE, THRESHOLD, ScoutDetector
from fsanet.detectors.working_image import require_bgr
from fsanet.image.boxes import share_inside
from fsanet.inference.face_estimator import Face, estimate_pictures, flags_of


class SingleStageEstimator:
    """Finds faces and reads their yaw, pitch and roll at once; a `FaceEstimator` without crops.

    Faster than crops where a picture shows many faces, and less exact: see the model card. One instance may be called
    from several threads.

    Args:
        threshold: least score of a face, 0..1.
        long_side: larger images are shrunk to this many pixels.
        model_path: an ONNX file of the `scout` network, None for the bundled one.

    Raises:
        FileNotFoundError: when there is no such file.
        InputError: when it is no such network.
    """

    def __init__(self, threshold: float = THRESHOLD, long_side: int = LONG_SIDE, model_path: str | Path | None = None):
        self.name = "scout, single stage"
        self._detector = ScoutDetector(threshold, long_side, model_path)

    def __call__(self, image_bgr: NDArray | None) -> list[Face]:
        """Poses of all faces in an image (h, w, 3) uint8, the largest first; see `HeadPoseEstimator.__call__`."""
        return estimate_pictures(self, [require_bgr(image_bgr)])[0]

    def prepare(self, picture_bgr: NDArray[np.uint8]) -> list[Face]:
        """All of the work is one picture's; see `FaceEstimator.prepare`."""
        return [face for face in _faces(self._detector.detect(picture_bgr), picture_bgr) if face]

    def estimate(self, prepared: Sequence[list[Face]]) -> list[list[Face]]:
        """What was found; see `FaceEstimator.estimate`."""
        return list(prepared)

    def look_again(self, picture_bgr: NDArray[np.uint8], faces: Sequence[Face]) -> list[Face | None]:
        """Search around the boxes of faces of the frame before; see `FaceEstimator.look_again`."""
        require_bgr(picture_bgr)
        places = [Place(face.box_xyxy) for face in faces]
        return _faces(detect_near(self._detector.detect_each, picture_bgr, places, CLOSEUP), picture_bgr)


def _faces(found: Sequence[Detection | None], picture_bgr: NDArray[np.uint8]) -> list[Face | None]:
    """A face for each that was found; None where there is none, or none of it is in the picture."""
    size_wh = picture_bgr.shape[1::-1]
    return [
        Face(one.box_xyxy, one.score, one.pose, flags=flags_of(one.box_xyxy, size_wh), mask=one.mask)
        if one and one.pose and share_inside(one.box_xyxy, *size_wh) > 0
        else None
        for one in found
    ]
