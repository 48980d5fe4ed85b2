"""YuNet (Wu, Peng and Yu, Machine Intelligence Research 2023), OpenCV's small face detector.

Box: MTCNN's is 0.990 as wide and 0.966 as high, its centre 0.014 widths to the left and 0.007 heights up (medians over
the 500 faces of `BoxConvention`; interquartile ranges 0.069, 0.077, 0.048, 0.028).
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import (
    BoxConvention,
    Detection,
    checked_long_side,
    checked_threshold,
    merged_detections,
    sorted_detections,
)
from fsanet.detectors.loading import PerThread, read_detector_file
from fsanet.detectors.nearby import Place, detect_near
from fsanet.detectors.working_image import WorkingImage, fit, pad_to, require_bgr, sizes_above, tiles
from fsanet.errors import InputError

MODEL_FILE = "face_detection_yunet_2023mar.onnx"
THRESHOLD = 0.7
LONG_SIDE = 1280  # pixels: larger images are searched at this size at most

CANDIDATE = 0.4  # least score of what is worth a closer look
NMS_IOU = 0.3
_MOST_CANDIDATES = 5000
COARSE = 640  # pixels of the longer side, at which every image is searched first
_TILE, _TILE_OVERLAP = 1280, 96  # a face that no tile has whole is large enough for the size before
LEAST_SIDE = 64  # below 33 pixels on one side OpenCV 4.14 answers with boxes of random numbers and score 1
LARGE_FACE = 240  # pixels at working size; larger faces get loose boxes, or none


CONVENTION = BoxConvention((0.990, 0.966), (-0.014, -0.007))


class YuNetDetector:
    """Faces by YuNet 2023mar.

    Images are searched at 640 pixels and then, for faces that are too small there, at 1280, 2560 and so on up to
    `long_side` and the size that they have, in tiles from 1280 on. The network was trained for faces of 10 to 300
    pixels: where it finds nothing or a large face at 640, the image is searched at 320 too, and large faces are taken
    from there.

    Args:
        threshold: least score of a face, 0..1.
        long_side: the longer side in pixels of the largest size at which an image is searched.
        model_path: the ONNX file, where it is not to be looked for.

    Raises:
        FileNotFoundError: when the model file is not there.
        ValueError: when it is no YuNet model.
    """

    name = "yunet"
    convention = CONVENTION
    fewer_pixels_in_videos = True  # than its own: those are for the smallest faces of pictures
    sure_score = 0.9  # upright faces mostly have more, those that lie or stand on their head less

    def __init__(self, threshold: float = THRESHOLD, long_side: int = LONG_SIDE, model_path: str | Path | None = None):
        self.threshold = checked_threshold(threshold)
        self.long_side = checked_long_side(long_side)
        self._model = np.frombuffer(read_detector_file(MODEL_FILE, model_path), np.uint8)
        self._network = PerThread(self._build)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        require_bgr(image_bgr)
        largest = min(self.long_side, max(image_bgr.shape[:2]))
        faces = self._coarse(image_bgr, min(self.long_side, COARSE))
        for size in sizes_above(COARSE, largest):
            faces = self._with_smaller(image_bgr, faces, size)
        return sorted_detections(faces)

    def _with_smaller(self, image_bgr: NDArray[np.uint8], faces: list[Detection], size: int) -> list[Detection]:
        """The faces, and those that are too small where they were found.

        What looks somewhat like a face is searched again in the image's own pixels: that is cheaper than all of them.
        """
        frame = fit(image_bgr, size)
        for tile in tiles(frame, _TILE, _TILE_OVERLAP):
            for face in self._search(tile, CANDIDATE):
                if face.score >= self.threshold:
                    faces = merged_detections(faces, [face])
                elif max(frame.to_original_xy) > 1 and merged_detections(faces, [face]) != faces:
                    [seen] = detect_near(self._sure, image_bgr, [Place(face.box_xyxy)])
                    faces = faces if seen is None else merged_detections(faces, [seen])
        return faces

    def _sure(self, images_bgr: Sequence[NDArray[np.uint8]]) -> list[list[Detection]]:
        return [self._search(fit(image, COARSE), self.threshold) for image in images_bgr]

    def _coarse(self, image_bgr: NDArray[np.uint8], size: int) -> list[Detection]:
        frame = fit(image_bgr, size)
        faces = self._search(frame, self.threshold)
        long_side, large = max(frame.image_bgr.shape[:2]), LARGE_FACE * max(frame.to_original_xy)
        if long_side > LARGE_FACE and (not faces or any(_side(face) > large for face in faces)):
            coarse = self._search(fit(image_bgr, long_side // 2), self.threshold)
            faces = merged_detections([face for face in coarse if _side(face) > large], faces)
        return faces

    def _search(self, frame: WorkingImage, least_score: float) -> list[Detection]:
        image = pad_to(frame.image_bgr, LEAST_SIDE)
        network = self._network.get()
        network.setInputSize((image.shape[1], image.shape[0]))  # it refuses every other size
        _, rows = network.detect(image)
        if rows is None:  # its way to say: no face
            return []
        return [_detection(row, frame) for row in rows if row[14] >= least_score]

    def _build(self) -> cv2.FaceDetectorYN:
        no_config, any_size = np.empty(0, np.uint8), (320, 320)
        try:
            return cv2.FaceDetectorYN.create(
                "onnx", self._model, no_config, any_size, min(self.threshold, CANDIDATE), NMS_IOU, _MOST_CANDIDATES
            )
        except cv2.error:
            raise InputError("The YuNet model file is not an ONNX network that OpenCV reads: get it anew.") from None


def _side(face: Detection) -> float:
    x1, y1, x2, y2 = face.box_xyxy
    return max(x2 - x1, y2 - y1)


def _detection(row: NDArray[np.float32], frame: WorkingImage) -> Detection:
    """From x, y, width, height, five (x, y) landmarks and the score, in pixels of the working size."""
    points = row[:14].astype(np.float64).reshape(7, 2)
    points[1] += points[0]
    points = (points + frame.corner_xy) * frame.to_original_xy
    box = CONVENTION.to_common((*points[0], *points[1]))
    return Detection(box, min(float(row[14]), 1.0), tuple(map(tuple, points[2:])))
