"""OpenCV's SSD face detector with a ResNet-10 backbone, 300x300 (samples/dnn/face_detector).

Box: MTCNN's is 0.947 as wide and 0.952 as high, its centre 0.019 widths to the left and 0.019 heights down (medians
over 499 faces of `BoxConvention`; interquartile ranges 0.065, 0.075, 0.040, 0.027).
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import BoxConvention, Detection, checked_threshold, merged_detections, sorted_detections
from fsanet.detectors.loading import PerThread, find_detector_file, read_detector_file
from fsanet.detectors.working_image import require_bgr
from fsanet.errors import InputError
from fsanet.image import boxes

# framework, weights, graph: the first pair that is found is taken
VARIANTS = (
    ("caffe", "res10_300x300_ssd_iter_140000.caffemodel", "deploy.prototxt"),
    ("tensorflow", "opencv_face_detector_uint8.pb", "opencv_face_detector.pbtxt"),
)

_INPUT = 300
_MEAN_BGR = (104.0, 177.0, 123.0)  # of the training images, as deploy's authors give it
_LEAST_INSIDE = 0.75  # boxes with more of their area outside the frame are ghosts
_LARGE_FACE = 0.5  # of the frame's width or height; ghosts begin to appear beside faces beyond this
_BORDER = 0.25  # of width and height, on each side

CONVENTION = BoxConvention((0.947, 0.952), (-0.019, 0.019))


class SSDDetector:
    """Faces by the SSD network.

    The frame is squeezed to 300x300 pixels, whatever its shape. A face that fills most of it comes with ghost boxes, or
    as ghosts alone. Boxes with over a quarter of their area outside the frame are dropped; where there is one of them,
    or a box over half of the frame, the frame is searched again with a border around it, and large faces are taken from
    there.

    Args:
        threshold: least score of a face, 0..1.
        model_path: caffemodel or TensorFlow .pb, where the files are not to be looked for.
        config_path: the prototxt or pbtxt that belongs to `model_path`.

    Raises:
        FileNotFoundError: when the files are not there.
        ValueError: when OpenCV cannot read them, or only one of the two paths is given.
    """

    name = "ssd"
    convention = CONVENTION
    only_side = _INPUT  # pixels: others take a `long_side` instead

    def __init__(
        self, threshold: float = 0.5, model_path: str | Path | None = None, config_path: str | Path | None = None
    ):
        if (model_path is None) != (config_path is None):
            raise InputError("The SSD detector needs model_path and config_path together, or neither.")
        self.threshold = checked_threshold(threshold)
        if model_path is not None and config_path is not None:
            self._framework = "caffe" if Path(model_path).suffix == ".caffemodel" else "tensorflow"
            model, config = Path(model_path).name, Path(config_path).name
        else:
            self._framework, model, config = next(filter(_is_there, VARIANTS), VARIANTS[0])
        self._model = np.frombuffer(read_detector_file(model, model_path), np.uint8)
        self._config = np.frombuffer(read_detector_file(config, config_path), np.uint8)
        self._network = PerThread(self._build)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        require_bgr(image_bgr)
        size_wh = np.array(image_bgr.shape[1::-1], np.float64)
        found = self._search(_squeezed(image_bgr))
        whole = [row for row in found if _inside(row) >= _LEAST_INSIDE]
        small = [row for row in whole if _share(row) <= _LARGE_FACE]
        faces = [_detection(row, size_wh) for row in small]
        if len(small) < len(found):
            # the surest box where the border helps nothing: profiles, now and then
            second = self._search_with_border(image_bgr) or sorted(whole, key=_score)[-1:]
            faces = merged_detections([_detection(row, size_wh) for row in second], faces)
        return sorted_detections(faces)

    def _search(self, squeezed_bgr: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        """Rows of x1, y1, x2, y2 as shares of the frame, and the score; over the threshold and not empty."""
        network = self._network.get()
        network.setInput(cv2.dnn.blobFromImage(squeezed_bgr, mean=_MEAN_BGR))
        rows = network.forward()[0, 0, :, [3, 4, 5, 6, 2]].T.astype(np.float64)  # (candidates, 5)
        return [row for row in rows if row[4] >= self.threshold and row[2] > row[0] and row[3] > row[1]]

    def _search_with_border(self, image_bgr: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        inner = round(_INPUT / (1 + 2 * _BORDER))
        before = (_INPUT - inner) // 2
        canvas = np.full((_INPUT, _INPUT, 3), _MEAN_BGR, np.uint8)  # which the network sees as zero
        canvas[before : before + inner, before : before + inner] = _squeezed(image_bgr, inner)
        rows = self._search(canvas)
        for row in rows:
            row[:4] = (row[:4] * _INPUT - before) / inner
        return [row for row in rows if _inside(row) >= _LEAST_INSIDE]

    def _build(self) -> cv2.dnn.Net:
        try:
            return cv2.dnn.readNet(self._framework, self._model, self._config)
        except cv2.error:
            raise InputError(
                f"The SSD detector's files are not a {self._framework} network that OpenCV reads: get them anew."
            ) from None


def _is_there(variant: tuple[str, str, str]) -> bool:
    return all(find_detector_file(name) for name in variant[1:])


def _squeezed(image_bgr: NDArray[np.uint8], side: int = _INPUT) -> NDArray[np.uint8]:
    shrinks = min(image_bgr.shape[:2]) > side
    return cv2.resize(image_bgr, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _inside(row: NDArray[np.float64]) -> float:
    return boxes.share_inside(row[:4], 1, 1)


def _share(row: NDArray[np.float64]) -> float:
    """The larger of the shares of the frame's width and height that a box takes."""
    return max(row[2] - row[0], row[3] - row[1])


def _score(row: NDArray[np.float64]) -> float:
    return row[4]


def _detection(row: NDArray[np.float64], size_wh: NDArray[np.float64]) -> Detection:
    box = (row[:4].reshape(2, 2) * size_wh).ravel()
    return Detection(CONVENTION.to_common(box), min(row[4], 1.0))
