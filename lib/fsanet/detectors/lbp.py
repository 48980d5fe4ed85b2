"""OpenCV's improved LBP cascade for frontal faces (Puttemans, Ergun and Goedeme, VISAPP 2017): needs no download.

Box: MTCNN's is 1.195 as wide and 1.566 as high, its centre 0.013 widths to the right and 0.077 heights up (medians over
225 faces of `BoxConvention`; interquartile ranges 0.125, 0.179, 0.221, 0.063). The box wanders with the yaw: at |pan|
25 to 50 degrees it lies 0.2 of its width further to where the face looks. One constant serves for all.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import BoxConvention, Detection, checked_long_side, checked_threshold, sorted_detections
from fsanet.detectors.loading import PerThread
from fsanet.detectors.working_image import fit

CASCADE_FILE = "lbpcascade_frontalface_improved.xml"

CONVENTION = BoxConvention((1.195, 1.566), (0.013, -0.077))

_PYRAMID_STEP = 1.1


class LBPDetector:
    """Faces by the LBP cascade: frontal ones of at least 45 pixels.

    A face is where several windows agree; its score is 1 - 1 / (number of windows).

    Args:
        threshold: least score of a face, 0..1; 0.75 asks for four windows.
        long_side: larger images are shrunk to this many pixels.
    """

    name = "lbp"
    convention = CONVENTION

    def __init__(self, threshold: float = 0.75, long_side: int = 640):
        self.threshold = checked_threshold(threshold)
        self.long_side = checked_long_side(long_side)
        # OpenCV keeps groups of more windows than this; score s needs 1 / (1 - s) of them
        self._neighbours = max(1, math.ceil(1 / (1 - self.threshold) - 1e-9) - 1)
        self._cascade = PerThread(_load_cascade)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        frame = fit(image_bgr, self.long_side)
        grey = cv2.cvtColor(frame.image_bgr, cv2.COLOR_BGR2GRAY)
        found, counts = self._cascade.get().detectMultiScale2(grey, _PYRAMID_STEP, self._neighbours)
        return sorted_detections(
            _detection(box, count, frame.to_original_xy) for box, count in zip(found, counts, strict=True)
        )


def _load_cascade() -> cv2.CascadeClassifier:
    from importlib.resources import as_file, files  # takes its time to import

    with as_file(files("fsanet.detectors") / "cascades" / CASCADE_FILE) as path:
        cascade = cv2.CascadeClassifier(str(path))
    if cascade.empty():
        raise FileNotFoundError(f"The cascade '{CASCADE_FILE}' of this package is missing or damaged: install it anew.")
    return cascade


def _detection(box_xywh: NDArray[np.int32], count: int, to_original_xy: tuple[float, float]) -> Detection:
    corner, size = np.asarray(box_xywh, np.float64).reshape(2, 2) * to_original_xy
    box = CONVENTION.to_common((*corner, *(corner + size)))
    return Detection(box, 1 - 1 / int(count))
