"""Stable face numbers in a video, and boxes for the frames in which no detection is at hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fsanet.detectors.detection import Detection
from fsanet.image.boxes import BoxXYXY, iou

BoxOrigin = Literal["detected", "kept", "held"]


@dataclass(frozen=True)
class TrackedFace:
    """A face in one frame of a video.

    Attributes:
        face_id: number of the face, the same as long as it is followed; counts from 0 and is never given again.
        box_xyxy: its box in pixels.
        score: confidence of the last detection.
        origin: "detected" in this frame; "kept" where the detector was not run on this frame; "held" where it was run
            and did not find the face, so that the last box serves.
        seen_s: time of the last detection in seconds.
    """

    face_id: int
    box_xyxy: BoxXYXY
    score: float
    origin: BoxOrigin
    seen_s: float


class FaceTracker:
    """Follows faces from frame to frame by the overlap of their boxes.

    Args:
        hold_s: how long the last box of a face serves while the detector misses it, in seconds.
        min_iou: least overlap (intersection over union) of two boxes of one face.
    """

    def __init__(self, hold_s: float = 0.5, min_iou: float = 0.25):
        self.hold_s = hold_s
        self.min_iou = min_iou
        self._faces: list[TrackedFace] = []
        self._next_id = 0

    def update(self, detections: Sequence[Detection], time_s: float) -> list[TrackedFace]:
        """Faces of a frame on which the detector was run: those found, and those missed for at most `hold_s`.

        Pairs are formed in the order of falling overlap, so that the result does not depend on the detector's order.
        """
        pairs = self._match(detections)
        found = [self._seen(d, pairs.get(i), time_s) for i, d in enumerate(detections)]
        missed = [face for i, face in enumerate(self._faces) if i not in pairs.values()]
        held = [replace(face, origin="held") for face in missed if time_s - face.seen_s <= self.hold_s]
        self._faces = sorted(found + held, key=lambda face: face.face_id)
        return list(self._faces)

    def keep(self, time_s: float) -> list[TrackedFace]:
        """Faces of a frame on which the detector was not run: the boxes of the frame before."""
        kept = [face if face.origin == "held" else replace(face, origin="kept") for face in self._faces]
        self._faces = [face for face in kept if face.origin == "kept" or time_s - face.seen_s <= self.hold_s]
        return list(self._faces)

    def _match(self, detections: Sequence[Detection]) -> dict[int, int]:
        """{index of a detection: index of the face that it continues}."""
        overlap = iou(
            np.array([d.box_xyxy for d in detections], dtype=float).reshape(-1, 4),
            np.array([face.box_xyxy for face in self._faces], dtype=float).reshape(-1, 4),
        )
        pairs: dict[int, int] = {}
        for flat in np.argsort(-overlap, axis=None, kind="stable"):
            i, j = np.unravel_index(flat, overlap.shape)
            if overlap[i, j] < self.min_iou:
                break
            if i not in pairs and j not in pairs.values():
                pairs[int(i)] = int(j)
        return pairs

    def _seen(self, detection: Detection, index: int | None, time_s: float) -> TrackedFace:
        if index is None:
            face_id = self._next_id
            self._next_id += 1
        else:
            face_id = self._faces[index].face_id
        return TrackedFace(face_id, detection.box_xyxy, detection.score, "detected", time_s)
