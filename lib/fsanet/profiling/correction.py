"""What a face mesh gets wrong about a head, told by renders whose pose is known.

Face Mesh cannot tell a smile from a nod: of a smiling render it says a pitch 6 degrees lower than of the same head at
rest, and people smile at cameras. Of renders beyond 40 degrees of yaw it says too small a yaw and a pitch too near to
level. All of this repeats, so it can be taken back: yaw and roll by a polynomial of the three angles read, pitch by
another one and by how the mesh is bent. What that says of an expression is told by heads that were seen with several:
how the mesh of one head moves from one to the next, and the pitch read with it; of what tells heads apart, in which
renders are no photographs, only the largest ways count. The polynomials treat left and right alike. `make_correction`
fits it all.

What renders do not tell is told by people who were asked for the same tilts at every pan (Pointing'04): read so, they
sink as they turn aside. That is taken back, too.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.profiling.template import read_made

CORRECTION_FILE = Path(__file__).with_name("face_correction.npz")
READ_LIMITS_DEG = (75.0, 60.0, 45.0)  # beyond these a polynomial runs away: what is added there is that of the limit
_UNIT_DEG = 50.0
# Of photographed people, in degrees of elevation for each degree of azimuth beyond the first: fitted to 482 photographs
# of persons 1 to 3 (4.1, 2.1 and 1.8 at 60 degrees) beside one level for each tilt of a series, and the camera's lean.
SINKS_FROM_DEG, SINKS = 20.0, 0.064
_WAYS_OF_ALL, _WAYS_OF_EXPRESSIONS = 40, 2  # in which meshes are bent, the largest ones
_NEAR_DEG = 40.0  # of yaw: what meshes turned further are bent by is the turn
_LIFT_LIMIT = 3.0  # standard deviations of renders: a mesh that says more is bent by what they do not know of
_ROUNDS = 20  # of giving readings that went astray less weight
_ASTRAY = 1.5  # medians of the error
_RIDGE = 3.0  # renders: what a coefficient must be worth


@dataclass(frozen=True)
class ReadingCorrection:
    """What is added to angles that were read off a mesh.

    Attributes:
        sideways: (8, 2) coefficients of what is added to yaw and roll, degrees.
        upwards: (9,) of what is added to pitch for the angles, degrees.
        middle: (478, 3) how meshes of renders are bent away from the template on the average, decimetres.
        lift: (478, 3) what is added to pitch for what a mesh is bent more than that, degrees per decimetre.
        most: () of which no more than this is added or taken, degrees.
    """

    sideways: NDArray[np.float64]
    upwards: NDArray[np.float64]
    middle: NDArray[np.float64]
    lift: NDArray[np.float64]
    most: NDArray[np.float64]

    def corrected_deg(self, read_deg: NDArray, bent: NDArray) -> NDArray[np.float64]:
        """Yaw, pitch, roll that are nearer to the truth than those read.

        Args:
            read_deg: (..., 3) degrees.
            bent: (..., 478, 3) what each mesh has more than the template, in the head's frame, decimetres.
        """
        odd, even = _terms(read_deg)
        lifted = np.clip(_lifted(bent - self.middle, self.lift), -self.most, self.most)
        upwards = even @ self.upwards + lifted
        added = np.concatenate([odd @ self.sideways, upwards[..., None]], axis=-1)
        return read_deg + added[..., [0, 2, 1]]

    def corrected(self, rotation: NDArray, bent: NDArray) -> NDArray[np.float64]:
        """The rotation (3, 3) of a photographed head instead of the one read off its mesh, bent as above (478, 3)."""
        return raised_aside(rotation_from_angles(self.corrected_deg(angles_from_rotation(rotation), bent)))


def fit_correction(
    read_deg: NDArray, bent: NDArray, known_deg: NDArray, expressions_bent: NDArray, expressions_lacking_deg: NDArray
) -> ReadingCorrection:
    """The correction that brings what was read nearest to what is known.

    Args:
        read_deg: (N, 3) yaw, pitch, roll read off meshes.
        bent: (N, 478, 3) what they have more than the template.
        known_deg: (N, 3) the poses.
        expressions_bent: (H, E, 478, 3) the same of H heads with E expressions each.
        expressions_lacking_deg: (H, E) what was read of their pitch lacks.
    """
    middle, near = bent.mean(axis=0), np.abs(known_deg[:, 0]) < _NEAR_DEG
    odd, even = _terms(read_deg)
    lacking = known_deg - read_deg
    lift = _lift_of_all(bent - middle, lacking[:, 1], even, near)
    still_lacking = expressions_lacking_deg - _lifted(expressions_bent, lift)
    lift = lift + _lift_of_expressions(expressions_bent, still_lacking)
    lifted = _lifted(bent - middle, lift)
    most = _LIFT_LIMIT * np.std(lifted[near])
    sideways = np.stack([_robust(odd, lacking[:, axis]) for axis in (0, 2)], axis=1)
    upwards = _robust(even, lacking[:, 1] - np.clip(lifted, -most, most))
    return ReadingCorrection(sideways, upwards, middle, lift, most)


def raised_aside(rotation: NDArray) -> NDArray[np.float64]:
    """The rotation (3, 3) of a head that looks as much higher as people sink who are read looking as far aside."""
    x, _, z = rotation[:, 2]
    raised_deg = SINKS * max(0.0, np.degrees(np.arctan2(abs(x), z)) - SINKS_FROM_DEG)
    across = np.array([-z, 0.0, x]) / max(np.hypot(x, z), 1e-9)  # level
    return cv2.Rodrigues(np.radians(raised_deg) * across)[0] @ rotation


def _lift_of_all(bent: NDArray, lacking_deg: NDArray, even: NDArray, near: NDArray) -> NDArray[np.float64]:
    """(478, 3) degrees of pitch that are lacking for a decimetre, as meshes (N, 478, 3) of any heads tell it.

    What tells an expression tells heads apart too, so that it says too little of an expression.
    """
    ways = _ways(bent[near].reshape(near.sum(), -1), _WAYS_OF_ALL)
    shown = np.clip(bent.reshape(len(bent), -1) @ ways.T, -_LIFT_LIMIT, _LIFT_LIMIT)
    found = _robust(np.concatenate([even, shown], axis=1), lacking_deg)[even.shape[1] :]
    return (found @ ways).reshape(bent.shape[1:])


def _lift_of_expressions(bent: NDArray, lacking_deg: NDArray) -> NDArray[np.float64]:
    """(478, 3) degrees of pitch that are lacking for a decimetre by which an expression moves a mesh of one head."""
    moved = (bent - bent.mean(axis=1, keepdims=True)).reshape(lacking_deg.size, -1)
    lacking = (lacking_deg - lacking_deg.mean(axis=1, keepdims=True)).ravel()
    ways = _ways(moved, _WAYS_OF_EXPRESSIONS)
    return (_robust(moved @ ways.T, lacking) @ ways).reshape(bent.shape[2:])


def _ways(moved: NDArray, count: int) -> NDArray[np.float64]:
    """(count, D) the ways in which rows (N, D) differ most, each divided by its standard deviation."""
    _, size, ways = np.linalg.svd(moved, full_matrices=False)
    return ways[:count] * np.sqrt(len(moved)) / size[:count, None]


def _lifted(bent: NDArray, lift: NDArray) -> NDArray[np.float64]:
    return np.einsum("...kd,kd->...", bent, lift)


@functools.cache
def reading_correction() -> ReadingCorrection:
    """The correction for Face Mesh, read once per process.

    Raises:
        FileNotFoundError: it is missing.
    """
    return ReadingCorrection(**read_made(CORRECTION_FILE, "make_correction"))


def _terms(read_deg: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Terms (..., 8) that change sign in a mirror, and terms (..., 9) that do not."""
    yaw, pitch, roll = np.moveaxis(np.clip(read_deg, np.negative(READ_LIMITS_DEG), READ_LIMITS_DEG) / _UNIT_DEG, -1, 0)
    odd = (yaw, roll, yaw * pitch, roll * pitch, yaw**3, yaw * pitch**2, yaw**3 * pitch, yaw**5)
    even = (np.ones_like(yaw), pitch, pitch**2, pitch**3, yaw**2, yaw**2 * pitch, yaw**4, yaw**4 * pitch, yaw * roll)
    return np.stack(odd, axis=-1), np.stack(even, axis=-1)


def _robust(terms: NDArray, wanted: NDArray) -> NDArray[np.float64]:
    """Coefficients by least squares near by and least absolute error far out (Huber, Robust estimation, 1964)."""
    weights = np.ones(len(wanted))
    ridge = _RIDGE * np.eye(terms.shape[1])
    for _ in range(_ROUNDS):
        weighted = terms * weights[:, None]
        found = np.linalg.solve(terms.T @ weighted + ridge, weighted.T @ wanted)
        error = np.abs(wanted - terms @ found)
        weights = np.minimum(1.0, _ASTRAY * np.median(error) / np.maximum(error, 1e-6))
    return found
