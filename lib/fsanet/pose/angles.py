"""Yaw, pitch and roll, and the rotation that they stand for.

Angles are degrees in the order (yaw, pitch, roll), with the signs of 300W-LP and AFLW2000: yaw > 0 turns the face to
the image's left, pitch > 0 up, roll > 0 clockwise on the screen. The rotation is R = Rx(pitch) Ry(yaw) Rz(roll) in
axes x right, y up, z towards the camera, with

    Rx = [1 0 0; 0 c s; 0 -s c]    Ry = [c 0 -s; 0 1 0; s 0 c]    Rz = [c s 0; -s c 0; 0 0 1]
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Facing(NamedTuple):
    """Where a face looks, in degrees, whatever its roll; it stays clear near profile, where yaw, pitch and roll do not.

    Attributes:
        azimuth: to the image's left, -180 to 180: 0 to the camera, 90 aside, beyond it away from the camera.
        elevation: upwards, -90 to 90.
    """

    azimuth: float
    elevation: float


class Pose(NamedTuple):
    """Head pose in degrees."""

    yaw: float
    pitch: float
    roll: float

    @property
    def rotation(self) -> NDArray[np.float64]:
        """The (3, 3) rotation matrix, see `rotation_from_angles`."""
        return rotation_from_angles(self)

    @property
    def facing(self) -> Facing:
        """Where the face looks."""
        x, y, z = self.rotation[:, 2].tolist()
        return Facing(math.degrees(math.atan2(-x, z)), math.degrees(math.asin(max(min(y, 1.0), -1.0))))

    @property
    def quaternion(self) -> tuple[float, float, float, float]:
        """The same rotation as a unit quaternion (w, x, y, z), w >= 0, in axes x right, y up, z to the camera."""
        return quaternion_from_rotation(self.rotation)


def rotation_from_angles(yaw_pitch_roll_deg: ArrayLike) -> NDArray[np.float64]:
    """Rotation matrices of poses.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.

    Returns:
        (..., 3, 3). R times a column vector in head axes is it in camera axes (x right, y up, z to the camera).
    """
    angles = np.deg2rad(np.asarray(yaw_pitch_roll_deg, dtype=np.float64))
    (cy, cp, cr), (sy, sp, sr) = (
        (wave[..., 0], wave[..., 1], wave[..., 2]) for wave in (np.cos(angles), np.sin(angles))
    )
    rows = (
        (cy * cr, cy * sr, -sy),
        (sp * sy * cr - cp * sr, sp * sy * sr + cp * cr, sp * cy),
        (cp * sy * cr + sp * sr, cp * sy * sr - sp * cr, cp * cy),
    )
    return _last(np.array(rows), 2)


def angles_from_rotation(rotation: ArrayLike) -> NDArray[np.float64]:
    """Poses of rotation matrices; the inverse of `rotation_from_angles` for |yaw| < 90.

    At yaw = +-90 only pitch and roll together are defined (gimbal lock); roll is then reported as 0.

    Args:
        rotation: (..., 3, 3) rotation matrices.

    Returns:
        (..., 3) degrees, yaw in [-90, 90], pitch and roll in [-180, 180].
    """
    r = np.asarray(rotation, dtype=np.float64)
    yaw = np.arcsin(np.maximum(np.minimum(-r[..., 0, 2], 1.0), -1.0))
    pitch, roll = np.arctan2(r[..., 1, 2], r[..., 2, 2]), np.arctan2(r[..., 0, 1], r[..., 0, 0])
    locked = np.hypot(r[..., 0, 0], r[..., 0, 1]) < 1e-8
    if locked.any():
        pitch = np.where(locked, np.arctan2(-r[..., 2, 1], r[..., 1, 1]), pitch)
        roll = np.where(locked, 0.0, roll)
    return np.rad2deg(_last(np.array([yaw, pitch, roll]), 1))


def angles_near(rotation: ArrayLike, yaw_pitch_roll_deg: ArrayLike) -> NDArray[np.float64]:
    """Poses of rotation matrices, of both triples that say one rotation the nearer to a pose that is known.

    (yaw, pitch, roll) and (180 - yaw, pitch + 180, roll + 180) are the same rotation: a face that is read 95 degrees
    aside keeps its yaw when it is turned a little, and does not fall back to 85 with pitch and roll at 180. Angles with
    a pitch within 90 degrees are never changed for others.

    Args:
        rotation: (..., 3, 3) rotation matrices.
        yaw_pitch_roll_deg: (..., 3) degrees, such as the poses before they were turned.

    Returns:
        (..., 3) degrees in [-180, 180]: those of `angles_from_rotation` unless their pitch is beyond 90 degrees and
        the other triple is nearer.
    """
    known, angles = np.asarray(yaw_pitch_roll_deg, dtype=np.float64), angles_from_rotation(rotation)
    others = wrapped_deg(angles * [-1.0, 1.0, 1.0] + 180.0)
    apart, others_apart = (np.square(wrapped_deg(triple - known)).sum(axis=-1) for triple in (angles, others))
    is_other = (others_apart < apart) & (np.abs(angles[..., 1]) > 90.0)
    return np.where(is_other[..., None], others, angles)


def wrapped_deg(degrees: ArrayLike) -> NDArray[np.float64]:
    """Angles of any shape in degrees, by whole turns brought to -180 to 180."""
    return (np.asarray(degrees, dtype=np.float64) + 180.0) % 360.0 - 180.0


def _last(values: NDArray[np.float64], axes: int) -> NDArray[np.float64]:
    """Values with their first axes put behind the others: what is computed for one pose too takes no time then."""
    return values.transpose(*range(axes, values.ndim), *range(axes))


def angles_of_facing(azimuth_elevation_deg: ArrayLike) -> NDArray[np.float64]:
    """Poses of heads that look in a direction with their crown upright: turned about the vertical, then nodding.

    Aside of the camera these are other angles than the direction's: who looks 60 degrees aside and 30 up has a roll.

    Args:
        azimuth_elevation_deg: (..., 2) degrees, as in `Facing`.

    Returns:
        (..., 3) degrees, of R = Ry(azimuth) Rx(elevation).
    """
    direction = np.asarray(azimuth_elevation_deg, dtype=np.float64)
    aside, up = np.zeros((2, *direction.shape[:-1], 3))
    aside[..., 0], up[..., 1] = direction[..., 0], direction[..., 1]
    return angles_from_rotation(rotation_from_angles(aside) @ rotation_from_angles(up))


def quaternion_from_rotation(rotation: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The unit quaternion (w, x, y, z), w >= 0, that turns vectors as a (3, 3) rotation matrix does.

    The four squared parts follow from the diagonal; the largest is taken first, so that nothing is divided by little
    (Shepperd, Journal of Guidance and Control 1978).
    """
    r = np.asarray(rotation, dtype=np.float64)
    squares = np.array([1, 1, 1, 1]) + np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) @ np.diag(r)
    a, b, c = r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]
    d, e, f = r[0, 1] + r[1, 0], r[0, 2] + r[2, 0], r[1, 2] + r[2, 1]
    products = np.array([[0, a, b, c], [a, 0, d, e], [b, d, 0, f], [c, e, f, 0]]) + np.diag(squares)
    row = products[int(squares.argmax())]  # proportional to the quaternion
    unit = row / np.linalg.norm(row)
    w, x, y, z = (unit if unit[0] >= 0 else -unit).tolist()
    return w, x, y, z


def rotate_in_plane(yaw_pitch_roll_deg: ArrayLike, clockwise_deg: ArrayLike) -> NDArray[np.float64]:
    """Poses after the image is turned clockwise by some degrees: the rotation becomes Rz(a) R.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.
        clockwise_deg: (...) degrees, clockwise on the screen.

    Returns:
        (..., 3) degrees, yaw in [-90, 90].
    """
    return angles_from_rotation(turn_in_plane(clockwise_deg) @ rotation_from_angles(yaw_pitch_roll_deg))


def turn_in_plane(clockwise_deg: ArrayLike) -> NDArray[np.float64]:
    """Rz(a): turning the image clockwise on the screen by (...) degrees, as rotation matrices (..., 3, 3)."""
    turn = np.zeros((*np.shape(clockwise_deg), 3))
    turn[..., 2] = clockwise_deg
    return rotation_from_angles(turn)


def ramp(angle_deg: ArrayLike, from_to_deg: tuple[float, float]) -> NDArray[np.float64]:
    """How far angles are on the way from the first of two to the other, 0 before it and 1 beyond."""
    start, full = from_to_deg
    return np.clip((np.asarray(angle_deg, np.float64) - start) / (full - start), 0.0, 1.0)


def lean_deg(yaw_pitch_roll_deg: ArrayLike) -> NDArray[np.float64]:
    """How far the crown of a head leans on the screen, whichever way it faces.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.

    Returns:
        (...) degrees clockwise from upright, -180 to 180: the roll, where the face looks straight ahead.
    """
    crown = rotation_from_angles(yaw_pitch_roll_deg)[..., :, 1]
    return np.rad2deg(np.arctan2(crown[..., 0], crown[..., 1]))


def elevation_deg(yaw_pitch_roll_deg: ArrayLike) -> NDArray[np.float64]:
    """How high a face looks, as in `Facing`: the pitch, where it is not turned aside.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.

    Returns:
        (...) degrees upwards, -90 to 90.
    """
    return np.rad2deg(np.arcsin(np.clip(rotation_from_angles(yaw_pitch_roll_deg)[..., 1, 2], -1.0, 1.0)))


def rotation_between(first: NDArray, second: NDArray, share: ArrayLike) -> NDArray[np.float64]:
    """Rotations on the way from the first ones to the second: the chordal mean with weights (Hartley et al., Rotation
    Averaging, IJCV 2013, section 5.3).

    Args:
        first: (..., 3, 3) rotation matrices.
        second: (..., 3, 3), less than half a turn away.
        share: (...) of the way: 0 gives the first ones, 1 the second.
    """
    share = np.asarray(share, dtype=np.float64)[..., None, None]
    u, _, vt = np.linalg.svd((1 - share) * first + share * second)
    return u @ vt


def mirror(yaw_pitch_roll_deg: ArrayLike) -> NDArray[np.float64]:
    """Poses after the image is flipped left to right: yaw and roll change sign.

    Args:
        yaw_pitch_roll_deg: (..., 3) degrees.

    Returns:
        (..., 3) degrees.
    """
    return np.asarray(yaw_pitch_roll_deg, dtype=np.float64) * [-1.0, 1.0, -1.0]
