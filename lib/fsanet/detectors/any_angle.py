"""Faces that stand, lie or stand on their head: a detector for upright faces, run on the picture turned four ways."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import TURNS, Detection, OwnDetector, merged_detections, sorted_detections
from fsanet.pose.angles import Pose, rotate_in_plane


class AnyAngleDetector:
    """Searches a picture as it is and turned by 90, 180 and 270 degrees; of boxes of one face the surest is kept.

    It takes four times as long as its detector, and tells by how much a face has to be turned to stand upright.

    Args:
        detector: finds faces that stand upright, turned by 45 degrees at most.
    """

    def __init__(self, detector: OwnDetector):
        self._detector = detector

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        found = [
            turned_back(face, turn, (image_bgr.shape[1], image_bgr.shape[0]))
            for turn in TURNS
            for face in self._detector.detect(turned(image_bgr, turn))
        ]
        kept: list[Detection] = []
        for face in sorted(found, key=lambda face: -face.score):
            kept = merged_detections(kept, [face])
        return sorted_detections(kept)


def turned(image_bgr: NDArray[np.uint8], clockwise_deg: int) -> NDArray[np.uint8]:
    """An image turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image_bgr, -clockwise_deg // 90))


def turned_back(face: Detection, clockwise_deg: int, size_wh: tuple[int, int]) -> Detection:
    """A face that was found in a turned image, in the pixels of the image as it is.

    Args:
        face: found in the turned image.
        clockwise_deg: by how much the image was turned, 0, 90, 180 or 270.
        size_wh: width and height of the image as it is.
    """

    def back(x: float, y: float) -> tuple[float, float]:
        width, height = size_wh
        return {0: (x, y), 90: (y, height - x), 180: (width - x, height - y), 270: (width - y, x)}[clockwise_deg]

    (ax, ay), (bx, by) = back(*face.box_xyxy[:2]), back(*face.box_xyxy[2:])
    box = min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
    points = face.landmarks_xy and tuple(back(*point) for point in face.landmarks_xy)
    pose = face.pose and Pose(*rotate_in_plane(face.pose, -clockwise_deg).tolist())
    return replace(face, box_xyxy=box, landmarks_xy=points, upright_turn=clockwise_deg, pose=pose)
