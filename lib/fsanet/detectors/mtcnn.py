"""MTCNN (Zhang et al., IEEE Signal Processing Letters 2016) by the `mtcnn` package, which carries its weights.

Its box is the common convention of all our detectors: the BIWI protocol takes its crops from it.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.console import quiet_native_stderr
from fsanet.detectors.convention import BoxConvention
from fsanet.detectors.detection import Detection, checked_threshold, sorted_detections
from fsanet.detectors.per_thread import PerThread
from fsanet.detectors.working_image import fit
from fsanet.errors import MissingPackageError

CONVENTION = BoxConvention()  # the common one itself

_BUILDING = threading.Lock()  # the first import of TensorFlow and the hook below are one for the whole process


class MTCNNDetector:
    """Faces by MTCNN, of 20 pixels and more.

    The package's `min_face_size` is left at 20: its image pyramid does not allow for it, and larger values make it miss
    every face without a word. A larger image is shrunk instead. Frames under 24 pixels on a side give no face.

    Args:
        threshold: least score of a face, 0..1.
        long_side: larger images are shrunk to this many pixels.

    Raises:
        ImportError: when the `mtcnn` package or TensorFlow is not installed.
    """

    name = "mtcnn"
    convention = CONVENTION

    def __init__(self, threshold: float = 0.95, long_side: int = 640):
        self.threshold = checked_threshold(threshold)
        self.long_side = long_side
        self._network = PerThread(_build)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        frame = fit(image_bgr, self.long_side)
        image_rgb = cv2.cvtColor(frame.image_bgr, cv2.COLOR_BGR2RGB)  # BGR loses faces and moves boxes
        # Boxes are not cut at the frame: a face at its edge would get a narrower box and crop.
        rows = self._network.get().detect_faces(image_rgb, fit_to_image=False, box_format="xyxy", output_type="numpy")
        faces = (_detection(row, frame.to_original_xy) for row in np.asarray(rows, np.float64))
        return sorted_detections(face for face in faces if face is not None and face.score >= self.threshold)


def _build():
    """A network of its own, without TensorFlow's notices."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read once, when TensorFlow is loaded
    with _BUILDING, quiet_native_stderr(), _without_lz4_noise():
        try:
            from mtcnn import MTCNN
        except ImportError as error:
            raise MissingPackageError(
                f"The MTCNN detector cannot be loaded ({error}): pip install 'fsanet[mtcnn]', or choose yunet."
            ) from None
        return MTCNN()


@contextmanager
def _without_lz4_noise() -> Iterator[None]:
    """Keep Python 3.13 from reporting the lz4 files that the package leaves half closed; all else is reported."""
    report = sys.unraisablehook
    sys.unraisablehook = lambda event: None if "lz4" in repr(event.object).lower() else report(event)
    try:
        yield
    finally:
        sys.unraisablehook = report


def _detection(row: NDArray[np.float64], to_original_xy: tuple[float, float]) -> Detection | None:
    """From image number, x1, y1, x2, y2, score, five x and five y; None for a box that regression turned inside out."""
    box = row[1:5].reshape(2, 2) * to_original_xy
    if not (box[1] > box[0]).all():
        return None
    points = row[6:16].reshape(2, 5).T * to_original_xy
    return Detection(tuple(box.ravel()), min(row[5], 1.0), tuple(map(tuple, points)))
