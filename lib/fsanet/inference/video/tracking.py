"""Stable face numbers in a video, and faces for the frames in which the search is not run or misses them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fsanet.image.boxes import iou
from fsanet.inference.face_estimator import Face

FaceOrigin = Literal["detected", "kept", "held", "lost"]
LookAgain = Callable[[Sequence[Face]], Sequence[Face | None]]

SAME_FACE_IOU = 0.25  # least overlap of the boxes of one face in two frames
SAME_HEAD_IOU = 0.3  # a face seen again that covers a found one so far is that one


@dataclass(frozen=True)
class TrackedFace:
    """A face in one frame of a video.

    Attributes:
        face_id: number of the face, the same as long as it is followed; counts from 0 and is never given again.
        face: its box, score and pose in this frame.
        origin: "detected" in this frame; "kept" where the search was not run on this frame, and the face was seen near
            its last box; "held" where the search was run and missed it, and it was seen near its last box. "lost" where
            it was not seen there either: such a face is not reported, only remembered for a while.
        seen_s: time up to which it was seen without doubt, in seconds.
    """

    face_id: int
    face: Face
    origin: FaceOrigin
    seen_s: float


class FaceTracker:
    """Follows faces from frame to frame by the overlap of their boxes.

    Args:
        hold_s: how long a face that the search misses is remembered, in seconds; one that the search is not run for is
            followed from frame to frame, however far these are apart.
        min_iou: least overlap (intersection over union) of two boxes of one face.
    """

    def __init__(self, hold_s: float = 0.5, min_iou: float = SAME_FACE_IOU):
        self.hold_s = hold_s
        self.min_iou = min_iou
        self._faces: list[TrackedFace] = []
        self._next_id = 0

    def update(self, faces: Sequence[Face], time_s: float, look_again: LookAgain) -> list[TrackedFace]:
        """Faces of a frame that was searched: those found, and those missed that are there all the same.

        Pairs are formed in the order of falling overlap, so that the result does not depend on the order of the faces.

        Args:
            faces: what the search found.
            time_s: time of the frame.
            look_again: looks in this frame near the boxes of faces of the last one, see `FaceEstimator.look_again`.
        """
        pairs = self._match(faces)
        found = [self._seen(face, pairs.get(i), time_s) for i, face in enumerate(faces)]
        missed = [replace(face, origin="held") for i, face in enumerate(self._faces) if i not in pairs.values()]
        return self._go_on(found, missed, time_s, look_again)

    def keep(self, time_s: float, look_again: LookAgain) -> list[TrackedFace]:
        """Faces of a frame that was not searched: those of the frame before that are still there."""
        return self._go_on([], [_expected(face) for face in self._faces], time_s, look_again)

    def numbers(self) -> set[int]:
        """Numbers of the faces that are followed or still remembered; no other is ever given again."""
        return {face.face_id for face in self._faces}

    def forget(self) -> None:
        """Follow no face any longer: what comes shows another scene."""
        self._faces = []

    def _go_on(
        self, found: list[TrackedFace], expected: list[TrackedFace], time_s: float, look_again: LookAgain
    ) -> list[TrackedFace]:
        expected = [face for face in expected if face.origin == "kept" or time_s - face.seen_s <= self.hold_s]
        again = look_again([face.face for face in expected]) if expected else []
        checked = [_checked(known, now, time_s) for known, now in zip(expected, again, strict=True)]
        self._faces = _without_doubles(found, checked)
        return [face for face in self._faces if face.origin != "lost"]

    def _match(self, faces: Sequence[Face]) -> dict[int, int]:
        """{index of a found face: index of the face that it continues}."""
        return best_pairs(_overlap(faces, [face.face for face in self._faces]), self.min_iou)

    def _seen(self, face: Face, index: int | None, time_s: float) -> TrackedFace:
        if index is None:
            face_id = self._next_id
            self._next_id += 1
        else:
            face_id = self._faces[index].face_id
        return TrackedFace(face_id, face, "detected", time_s)


def best_pairs(agreement: NDArray[np.float64], least: float) -> dict[int, int]:
    """{row: column} of a table, one to one, formed in the order of falling agreement.

    Args:
        agreement: (rows, columns).
        least: what a pair must have.
    """
    pairs: dict[int, int] = {}
    for flat in np.argsort(-agreement, axis=None, kind="stable"):
        i, j = np.unravel_index(flat, agreement.shape)
        if agreement[i, j] < least:
            break
        if i not in pairs and j not in pairs.values():
            pairs[int(i)] = int(j)
    return pairs


def _expected(face: TrackedFace) -> TrackedFace:
    """How a face that is still there counts in a frame that is not searched: one that was missed stays doubtful."""
    return replace(face, origin="kept" if face.origin in ("detected", "kept") else "held")


def _checked(known: TrackedFace, now: Face | None, time_s: float) -> TrackedFace:
    if now is None:
        return replace(known, origin="lost")
    return replace(known, face=now, seen_s=time_s if known.origin == "kept" else known.seen_s)


def _without_doubles(found: list[TrackedFace], checked: list[TrackedFace]) -> list[TrackedFace]:
    """All faces by number, without those seen again that another one covers: one head has one number."""
    kept = list(found)
    for face in checked:
        if (_overlap([face.face], [known.face for known in kept]) < SAME_HEAD_IOU).all():
            kept.append(face)
    return sorted(kept, key=lambda face: face.face_id)


def _overlap(faces: Sequence[Face], others: Sequence[Face]) -> NDArray[np.float64]:
    a, b = (np.array([face.box_xyxy for face in some], float).reshape(-1, 4) for some in (faces, others))
    return iou(a, b)
