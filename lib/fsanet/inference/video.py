"""Poses in a video: decoding, detection and estimation overlap in threads, faces are followed and may be smoothed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image.boxes import clip
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.inference.overlap import prefetched
from fsanet.inference.smoothing import OneEuroRotationFilter, relative_to
from fsanet.inference.tracking import FaceTracker, TrackedFace
from fsanet.inference.video_file import Frame
from fsanet.pose.angles import Pose


@dataclass(frozen=True)
class VideoSettings:
    """How a video is gone through.

    Attributes:
        detect_every: run the detector on every n-th frame; the boxes in between are kept.
        hold_s: how long the last box serves while the detector misses a face, in seconds.
        smooth: smooth the rotation of each face with the One-Euro filter.
        min_cutoff_hz, beta: the filter's settings, see `OneEuroRotationFilter`.
        neutral: take the first pose of each face as its zero.
    """

    detect_every: int = 1
    hold_s: float = 0.5
    smooth: bool = False
    min_cutoff_hz: float = 0.5
    beta: float = 0.05
    neutral: bool = False

    def __post_init__(self):
        if self.detect_every < 1:
            raise InputError(f"The detector must run on every 1st, 2nd, ... frame; got every {self.detect_every}.")
        if self.hold_s < 0:
            raise InputError(f"Boxes can be held for 0 seconds or more; got {self.hold_s}.")


@dataclass(frozen=True)
class PosedFace:
    """A followed face with its pose: as estimated, and as reported (smoothed and re-centred where asked for)."""

    tracked: TrackedFace
    raw_pose: Pose
    pose: Pose


@dataclass(frozen=True)
class FrameResult:
    """One frame and its faces."""

    frame: Frame
    faces: tuple[PosedFace, ...]


class VideoPoses:
    """Poses in the frames of a video: iterates over `FrameResult`s, each stage a few frames ahead of the next.

    Args:
        estimator: finds the faces and estimates the poses.
        frames: the frames, for one a `VideoReader`.
        settings: how to go through them.
    """

    def __init__(self, estimator: HeadPoseEstimator, frames: Iterable[Frame], settings: VideoSettings | None = None):
        self._estimator = estimator
        self._frames = frames
        self._settings = settings or VideoSettings()
        self._tracker = FaceTracker(hold_s=self._settings.hold_s)
        self._filters: dict[int, OneEuroRotationFilter] = {}
        self._neutral: dict[int, Pose] = {}
        self._latest: dict[int, Pose] = {}

    def __iter__(self) -> Iterator[FrameResult]:
        """Results in the order of the frames."""
        located = prefetched(self._locate(prefetched(self._frames)))
        yield from prefetched(self._pose(located))

    def recentre(self) -> None:
        """Take the last pose of each face in view as its zero from here on."""
        self._neutral.update(self._latest)

    def _locate(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[TrackedFace], NDArray[np.uint8]]]:
        for count, frame in enumerate(frames):
            if count % self._settings.detect_every == 0:
                faces = self._tracker.update(self._estimator.detect(frame.image_bgr), frame.time_s)
            else:
                faces = self._tracker.keep(frame.time_s)
            height, width = frame.image_bgr.shape[:2]
            # A camera may change its resolution under way: a kept box may then lie outside the frame.
            faces = [face for face in faces if min(_sides(clip(face.box_xyxy, width, height))) >= 1]
            yield frame, faces, self._estimator.crop(frame.image_bgr, [face.box_xyxy for face in faces])

    def _pose(self, located: Iterable[tuple[Frame, list[TrackedFace], NDArray[np.uint8]]]) -> Iterator[FrameResult]:
        for frame, faces, crops in located:
            raw = [Pose(*pose) for pose in self._estimator.predict_crops(crops).tolist()]
            posed = [self._report(face, pose, frame.time_s) for face, pose in zip(faces, raw, strict=True)]
            self._latest = {face.face_id: self._latest[face.face_id] for face in faces}
            yield FrameResult(frame, tuple(posed))

    def _report(self, face: TrackedFace, raw: Pose, time_s: float) -> PosedFace:
        pose = self._smoothed(face.face_id, raw, time_s) if self._settings.smooth else raw
        self._latest[face.face_id] = pose
        if self._settings.neutral:
            self._neutral.setdefault(face.face_id, pose)
        neutral = self._neutral.get(face.face_id)
        return PosedFace(face, raw, relative_to(pose, neutral) if neutral else pose)

    def _smoothed(self, face_id: int, pose: Pose, time_s: float) -> Pose:
        settings = self._settings
        if face_id not in self._filters:
            self._filters[face_id] = OneEuroRotationFilter(settings.min_cutoff_hz, settings.beta)
        return self._filters[face_id](pose, time_s)


def _sides(box_xyxy: tuple[float, float, float, float]) -> tuple[float, float]:
    x1, y1, x2, y2 = box_xyxy
    return x2 - x1, y2 - y1
