"""`scout`: our own network, bundled. Trained on rendered heads and faces of free photographs; licence as the project's.

Box: MTCNN's is 0.951 as wide and 1.043 as high, its centre 0.009 widths to the left and 0.071 heights up (medians over
498 faces of `BoxConvention`; interquartile ranges 0.098, 0.133, 0.098, 0.036).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.decode import Found
from fsanet.detectors.convention import BoxConvention
from fsanet.detectors.detection import Detection, checked_threshold, sorted_detections
from fsanet.detectors.scout_network import LONG_SIDE, ScoutNetwork

THRESHOLD = 0.7
CONVENTION = BoxConvention((0.951, 1.043), (-0.009, -0.071))


class ScoutDetector:
    """Faces by `scout`.

    Args:
        threshold: least score of a face, 0..1.
        long_side: larger images are shrunk to this many pixels.
        model_path: an ONNX file of the network, None for the bundled one.

    Raises:
        FileNotFoundError: when there is no such file.
        InputError: when it is no such network.
    """

    name = "scout"
    convention = CONVENTION
    # Of 47 upright faces of free portraits 40 have more; of the 90 found of 150 turned by quarters 1.
    sure_score = 0.9

    def __init__(self, threshold: float = THRESHOLD, long_side: int = LONG_SIDE, model_path: str | Path | None = None):
        self.threshold = checked_threshold(threshold)
        self.long_side = long_side
        self._network = ScoutNetwork(model_path)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        return sorted_detections(detections_of(self._network.search(image_bgr, self.long_side, self.threshold)))


def detections_of(found: Found) -> list[Detection]:
    """Faces that the network found, in its order, with boxes in the common convention."""
    return [
        Detection(CONVENTION.to_common(box), score, tuple(map(tuple, points)))
        for score, box, points in zip(found.score, found.box_xyxy, found.points_xy, strict=True)
    ]
