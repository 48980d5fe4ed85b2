"""Poses in a video: decoding, search and estimation overlap in threads, faces are followed and may be smoothed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Generic, NamedTuple

from fsanet.checks import whole
from fsanet.errors import InputError
from fsanet.inference.face_estimator import FaceEstimator, Prepared
from fsanet.inference.stages import mapped_in_order, prefetched
from fsanet.inference.video.cuts import CutDetector
from fsanet.inference.video.frames import VideoFrame
from fsanet.inference.video.smoothing import OneEuroRotationFilter, relative_to
from fsanet.inference.video.tracking import FaceTracker, TrackedFace
from fsanet.pose.angles import Pose


@dataclass(frozen=True)
class VideoSettings:
    """How a video is gone through.

    Attributes:
        detect_every: search frames 0, n, 2n, ... and where a scene begins; in between faces are looked for near
            their last boxes only.
        hold_s: how long a face that the search misses is looked for near its last box, in seconds.
        smooth: smooth the rotation of each face with the One-Euro filter.
        min_cutoff_hz, beta: the filter's settings, see `OneEuroRotationFilter`.
        neutral: take the first pose of each face as its zero.

    Raises:
        InputError: for a number that is none of these.
    """

    detect_every: int = 1
    hold_s: float = 0.5
    smooth: bool = False
    min_cutoff_hz: float = 0.5
    beta: float = 0.05
    neutral: bool = False

    def __post_init__(self):
        every = whole(self.detect_every, "The number of frames of which one is searched (detect_every)")
        object.__setattr__(self, "detect_every", every)
        if not self.hold_s >= 0:  # NaN too
            raise InputError(f"Faces can be held for 0 seconds or more; got {self.hold_s}.")
        OneEuroRotationFilter(self.min_cutoff_hz, self.beta)  # whose settings are checked before the first face comes


@dataclass(frozen=True)
class PosedFace:
    """A followed face, and its pose as reported: smoothed and re-centred where asked for."""

    tracked: TrackedFace
    pose: Pose

    @property
    def raw_pose(self) -> Pose:
        """The pose as estimated in this frame."""
        return self.tracked.face.pose


@dataclass(frozen=True)
class FrameResult:
    """One frame and its faces."""

    frame: VideoFrame
    faces: tuple[PosedFace, ...]


class _Planned(NamedTuple):
    """A frame, whether it begins another scene, and whether it is to be searched."""

    frame: VideoFrame
    is_cut: bool
    is_searched: bool


class _Searched(NamedTuple, Generic[Prepared]):
    """A frame, whether it begins another scene, and what the search made of it; nothing where it was not run."""

    frame: VideoFrame
    is_cut: bool
    prepared: list[Prepared]


class VideoPoses(Generic[Prepared]):
    """Poses in the frames of a video: iterates over `FrameResult`s, each stage a few frames ahead of the next.

    No face is followed across a cut.

    Args:
        estimator: finds the faces and estimates the poses.
        frames: the frames, for one a `VideoReader`.
        settings: how to go through them.
        workers: frames that are searched at once. With one, no frame waits for the next to come, as a camera wants it.
    """

    def __init__(
        self,
        estimator: FaceEstimator[Prepared],
        frames: Iterable[VideoFrame],
        settings: VideoSettings | None = None,
        workers: int = 1,
    ):
        self._estimator = estimator
        self._workers = workers
        self._frames = frames
        self._settings = settings or VideoSettings()
        self._tracker = FaceTracker(hold_s=self._settings.hold_s)
        self._filters: dict[int, OneEuroRotationFilter] = {}
        self._neutral: dict[int, Pose] = {}
        self._latest: dict[int, Pose] = {}

    def __iter__(self) -> Iterator[FrameResult]:
        """Results in the order of the frames."""
        planned = self._plan(prefetched(self._frames))
        ahead = 1 if self._workers == 1 else None
        searched = prefetched(mapped_in_order(self._search, planned, self._workers, ahead))
        yield from prefetched(self._follow(searched))

    def recentre(self) -> None:
        """Take the last pose of each face in view as its zero from here on."""
        self._neutral.update(self._latest)

    def _plan(self, frames: Iterable[VideoFrame]) -> Iterator[_Planned]:
        cuts = CutDetector()
        last_turn = -1
        for frame in frames:
            is_cut = cuts.is_cut(frame.image_bgr)
            turn = frame.index // self._settings.detect_every  # by the number: also in a part of a video
            yield _Planned(frame, is_cut, is_cut or turn != last_turn)
            last_turn = turn

    def _search(self, planned: _Planned) -> _Searched[Prepared]:
        frame, is_cut, is_searched = planned
        return _Searched(frame, is_cut, [self._estimator.prepare(frame.image_bgr)] if is_searched else [])

    def _follow(self, searched: Iterable[_Searched[Prepared]]) -> Iterator[FrameResult]:
        for frame, is_cut, prepared in searched:
            if is_cut:
                self._tracker.forget()
            faces = self._tracked(frame, prepared)
            posed = tuple(self._report(face, frame.time_s) for face in faces)
            self._latest = {face.face_id: self._latest[face.face_id] for face in faces}
            self._let_go()
            yield FrameResult(frame, posed)

    def _let_go(self) -> None:
        """Drop what is kept of faces that will not be seen again: a camera may run for weeks."""
        followed = self._tracker.numbers()
        for kept in (self._filters, self._neutral):
            for face_id in kept.keys() - followed:
                del kept[face_id]

    def _tracked(self, frame: VideoFrame, prepared: list[Prepared]) -> list[TrackedFace]:
        look_again = partial(self._estimator.look_again, frame.image_bgr)
        if not prepared:
            return self._tracker.keep(frame.time_s, look_again)
        return self._tracker.update(self._estimator.estimate(prepared)[0], frame.time_s, look_again)

    def _report(self, tracked: TrackedFace, time_s: float) -> PosedFace:
        face_id, pose = tracked.face_id, tracked.face.pose
        if self._settings.smooth:
            pose = self._smoothed(face_id, pose, time_s)
        self._latest[face_id] = pose
        if self._settings.neutral:
            self._neutral.setdefault(face_id, pose)
        neutral = self._neutral.get(face_id)
        return PosedFace(tracked, relative_to(pose, neutral) if neutral else pose)

    def _smoothed(self, face_id: int, pose: Pose, time_s: float) -> Pose:
        settings = self._settings
        if face_id not in self._filters:
            self._filters[face_id] = OneEuroRotationFilter(settings.min_cutoff_hz, settings.beta)
        return self._filters[face_id](pose, time_s)
