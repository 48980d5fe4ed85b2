"""Copies of a photographed person in other poses, with their labels."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.pose.angles import angles_from_rotation, mirror, rotation_from_angles
from fsanet.profiling.shapes import Reshaping
from fsanet.profiling.subject import Subject
from fsanet.profiling.turning import Turn, draw_turned, turn_points
from fsanet.rendering.landmarks import MIRRORED_LANDMARKS

_NEAR_SHARE = 0.15  # of the copies stay near the photographed pose, where a photograph is at its best
_NEAR_DEG = (8.0, 5.0, 3.0)
_ROLL_SPREAD_DEG = 6.0
_FRONTAL_DEG, _LOST_PER_DEG = 3.0, 7.5  # a side that a photograph hides cannot be turned into view
_TORSO_SHARE = (0.3, 1.0)
_SHAPE_SHARE = (0.4, 1.1)  # of the way from one's own shape to another person's
_DRIFT = 0.25  # of the turn in pixels a degree: the background is pulled along a little


@dataclass(frozen=True)
class Pitches:
    """How far copies look up and down: standard deviation and limit in degrees, and the largest yaw beside it.

    A photograph that looks further aside than that is turned within a few degrees of its own yaw.
    """

    spread_deg: float
    limit_deg: float
    yaw_limit_deg: float


LEVEL = Pitches(spread_deg=13.0, limit_deg=30.0, yaw_limit_deg=90.0)  # as people are photographed
# Without some of these a network reads the pitch of photographed faces too near to level.
STEEP = Pitches(spread_deg=28.0, limit_deg=50.0, yaw_limit_deg=70.0)
_STEEP_SHARE = 0.3


@dataclass(frozen=True)
class Copy:
    """A photograph in another pose.

    Attributes:
        image_bgr: (H, W, 3) uint8.
        yaw_pitch_roll_deg: (3,).
        landmarks: (68, 3) pixels as `pt3d_68` of AFLW2000: x right, y down, z towards the camera; hidden ones included.
    """

    image_bgr: NDArray[np.uint8]
    yaw_pitch_roll_deg: NDArray[np.float64]
    landmarks: NDArray[np.float64]


def make_copies(
    subject: Subject,
    count: int,
    rng: np.random.Generator,
    yaw_limit_deg: float,
    shapes: NDArray[np.float32] | None = None,
) -> Iterator[Copy]:
    """Copies of a person, the first of them near the photographed pose, the last ones looking far up or down.

    Args:
        subject: who.
        count: how many.
        rng: randomness.
        yaw_limit_deg: largest yaw either way, at most 90, one that the photographed yaw `can_keep_to`: who looks
            further aside is turned back to it.
        shapes: (N, V, 3) of other people, see `shapes`: each copy goes towards one of them; None to keep the own.
    """
    pose = angles_from_rotation(subject.head.placement.rotation)
    for number, shaped in zip(range(count), _shaped(subject, shapes, rng), strict=False):
        near, steep = number < round(_NEAR_SHARE * count), number >= count - round(_STEEP_SHARE * count)
        pitches = STEEP if steep else LEVEL
        target = draw_near(pose, rng, yaw_limit_deg) if near else draw_target(pose, rng, yaw_limit_deg, pitches)
        yield turned_copy(shaped, target, rng.uniform(*_TORSO_SHARE))


def _shaped(subject: Subject, shapes: NDArray[np.float32] | None, rng: np.random.Generator) -> Iterator[Subject]:
    """The person again and again, each time on the way to another one of the shapes."""
    if shapes is None:
        yield from itertools.repeat(subject)
        return
    reshaping = Reshaping.of(subject)
    while True:
        other = shapes[rng.integers(len(shapes))]
        yield reshaping.with_shape(reshaping.own + rng.uniform(*_SHAPE_SHARE) * (other - reshaping.own))


def draw_near(pose_deg: NDArray, rng: np.random.Generator, yaw_limit_deg: float = 90.0) -> NDArray[np.float64]:
    """A pose (3,) a little beside the photographed one, its yaw within the limit."""
    yaw, pitch, roll = pose_deg + rng.normal(0, _NEAR_DEG)
    return np.array([np.clip(yaw, -yaw_limit_deg, yaw_limit_deg), pitch, roll])


def draw_target(
    pose_deg: NDArray, rng: np.random.Generator, yaw_limit_deg: float = 90.0, pitches: Pitches = LEVEL
) -> NDArray[np.float64]:
    """A pose (3,) to turn a person to: any yaw that the photographed one leaves in reach, some pitch, little roll.

    No yaw is beyond the limit, which the photographed one `can_keep_to`.
    """
    reach = yaw_reach(pose_deg[0], min(yaw_limit_deg, pitches.yaw_limit_deg))
    low, high = np.clip(reach, -yaw_limit_deg, yaw_limit_deg)
    while True:
        pitch, roll = rng.normal(0, pitches.spread_deg), rng.normal(0, _ROLL_SPREAD_DEG)
        if abs(pitch) <= pitches.limit_deg:
            return np.array([rng.uniform(low, high), pitch, roll])


def yaw_reach(yaw_deg: float, limit_deg: float) -> tuple[float, float]:
    """Range of yaw that a photograph can be turned to: all of the side it shows, less of the other.

    It goes to the limit, or to the photographed yaw where that lies beyond.
    """
    other = max(limit_deg - _LOST_PER_DEG * max(abs(yaw_deg) - _FRONTAL_DEG, 0.0), 8.0 - abs(yaw_deg))
    reach = (-min(other, limit_deg), max(limit_deg, abs(yaw_deg)))
    return reach if yaw_deg >= 0 else (-reach[1], -reach[0])


def can_keep_to(yaw_limit_deg: float, yaw_deg: float) -> bool:
    """Whether what a photograph can be turned to, see `yaw_reach`, comes within a limit of yaw either way."""
    low, high = yaw_reach(yaw_deg, yaw_limit_deg)
    return low <= yaw_limit_deg and high >= -yaw_limit_deg


def turned_copy(subject: Subject, yaw_pitch_roll_deg: NDArray, torso_share: float = 1.0) -> Copy:
    """A person turned to a pose (3,), the torso by a share of the turn."""
    head, image = subject.head, subject.image_bgr
    pose = np.asarray(yaw_pitch_roll_deg, float)
    turn = Turn(rotation_from_angles(pose) @ head.placement.rotation.T, torso_share)
    yaw, pitch, _ = angles_from_rotation(turn.rotation)
    behind = _pulled(subject.relief.background, -_DRIFT * yaw, -_DRIFT * pitch)
    picture = draw_turned(image, subject.relief, head, turn, behind)
    return Copy(picture, pose, turn_points(head.landmarks, head, turn) * [1.0, -1.0, 1.0])


def mirrored(copy: Copy) -> Copy:
    """A copy flipped left to right; landmarks change sides."""
    width = copy.image_bgr.shape[1]
    landmarks = copy.landmarks[MIRRORED_LANDMARKS] * [-1.0, 1.0, 1.0] + [width, 0.0, 0.0]
    return Copy(copy.image_bgr[:, ::-1].copy(), mirror(copy.yaw_pitch_roll_deg), landmarks)


def _pulled(background: NDArray[np.uint8], right: float, down: float) -> NDArray[np.uint8]:
    size = background.shape[1::-1]
    shift = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    return cv2.warpAffine(background, shift, size, borderMode=cv2.BORDER_REPLICATE)
