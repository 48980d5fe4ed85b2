"""Faces and their poses by one network in one pass over the whole picture, without a crop."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.decode import Found
from fsanet.detectors.detection import checked_threshold
from fsanet.detectors.nearby import best_near, view_near
from fsanet.detectors.scout import LONG_SIDE, THRESHOLD, ScoutNetwork, detections_of
from fsanet.image.boxes import area
from fsanet.inference.face_estimator import Face, find_faces


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
        self.threshold = checked_threshold(threshold)
        self.long_side = long_side
        self.name = "scout, single stage"
        self._network = ScoutNetwork(model_path)

    def __call__(self, image_bgr: NDArray[np.uint8]) -> list[Face]:
        """Poses of all faces in an image (h, w, 3) uint8, the largest first."""
        return find_faces(self, [image_bgr])[0]

    def prepare(self, picture_bgr: NDArray[np.uint8]) -> list[Face]:
        """All of the work is one picture's; see `FaceEstimator.prepare`."""
        faces = faces_of(self._network.search(picture_bgr, self.long_side, self.threshold))
        return sorted(faces, key=lambda face: (-area(face.box_xyxy), -face.score, face.box_xyxy))

    def estimate(self, prepared: Sequence[list[Face]]) -> list[list[Face]]:
        """What was found; see `FaceEstimator.estimate`."""
        return list(prepared)

    def look_again(self, picture_bgr: NDArray[np.uint8], faces: Sequence[Face]) -> list[Face | None]:
        """Search around the boxes of faces of the frame before; see `FaceEstimator.look_again`."""
        return [self._near(picture_bgr, face) for face in faces]

    def _near(self, picture_bgr: NDArray[np.uint8], face: Face) -> Face | None:
        view = view_near(picture_bgr, face.box_xyxy)
        if view is None:
            return None
        found = [replace(seen, box_xyxy=view.box_in_whole(seen.box_xyxy)) for seen in self.prepare(view.image_bgr)]
        best = best_near([seen.box_xyxy for seen in found], face.box_xyxy)
        return None if best is None else found[best]


def faces_of(found: Found) -> list[Face]:
    """Faces that the network found, with boxes in the common convention."""
    return [Face(face.box_xyxy, face.score, face.pose) for face in detections_of(found) if face.pose]
