"""What a face mesh gets wrong about a head, told by renders whose pose is known.

Face Mesh cannot tell a smile from a nod: of a smiling render it says a pitch 6 degrees lower than of the same head at
rest, and people smile at cameras. Of renders beyond 40 degrees of yaw it says too small a yaw and a pitch too near to
level. All of this repeats, so it can be taken back: yaw and roll by a polynomial of the three angles read, pitch by
another one and by how the mesh is bent, as the principal components of the renders' meshes tell it (mouth, cheeks and
jaw among them). The polynomials treat left and right alike. `make_correction` fits it all.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.rendering.profiling.template import read_made

CORRECTION_FILE = Path(__file__).with_name("face_correction.npz")
READ_LIMITS_DEG = (75.0, 60.0, 45.0)  # beyond these a polynomial runs away: what is added there is that of the limit
_UNIT_DEG = 50.0
_MODES = 40
_FAR_DEG = 40.0  # of yaw: meshes turned further are bent by the turn, which the polynomials tell
_BENT_LIMIT = 3.0  # standard deviations: what is bent further than renders are is nothing that they know of
_ROUNDS = 20  # of giving readings that went astray less weight
_ASTRAY = 1.5  # medians of the error
_RIDGE = 3.0  # renders: what a coefficient must be worth


@dataclass(frozen=True)
class ReadingCorrection:
    """What is added to angles that were read off a mesh.

    Attributes:
        sideways: (8, 2) coefficients of what is added to yaw and roll, degrees.
        upwards: (9 + M,) of what is added to pitch: of the angles' terms, then of the modes.
        middle: (478, 3) how meshes of renders are bent away from the template on the average, decimetres.
        modes: (M, 478, 3) the ways in which they are bent, each divided by its standard deviation.
    """

    sideways: NDArray[np.float64]
    upwards: NDArray[np.float64]
    middle: NDArray[np.float64]
    modes: NDArray[np.float64]

    def corrected_deg(self, read_deg: NDArray, bent: NDArray) -> NDArray[np.float64]:
        """Yaw, pitch, roll that are nearer to the truth than those read.

        Args:
            read_deg: (..., 3) degrees.
            bent: (..., 478, 3) what each mesh has more than the template, in the head's frame, decimetres.
        """
        odd, even = _terms(read_deg)
        upwards = np.concatenate([even, _coordinates(bent - self.middle, self.modes)], axis=-1) @ self.upwards
        added = np.concatenate([odd @ self.sideways, upwards[..., None]], axis=-1)
        return read_deg + added[..., [0, 2, 1]]

    def corrected(self, rotation: NDArray, bent: NDArray) -> NDArray[np.float64]:
        """The rotation (3, 3) of a head instead of the one read off its mesh, bent as above (478, 3)."""
        return rotation_from_angles(self.corrected_deg(angles_from_rotation(rotation), bent))


def fit_correction(read_deg: NDArray, bent: NDArray, known_deg: NDArray) -> ReadingCorrection:
    """The correction that brings what was read nearest to what is known.

    Args:
        read_deg: (N, 3) yaw, pitch, roll read off meshes.
        bent: (N, 478, 3) what they have more than the template.
        known_deg: (N, 3) the poses.
    """
    near = bent[np.abs(known_deg[:, 0]) < _FAR_DEG]
    middle = bent.mean(axis=0)
    _, size, ways = np.linalg.svd((near - middle).reshape(len(near), -1), full_matrices=False)
    modes = (ways[:_MODES] * np.sqrt(len(near)) / size[:_MODES, None]).reshape(-1, *middle.shape)
    odd, even = _terms(read_deg)
    lacking = known_deg - read_deg
    sideways = np.stack([_robust(odd, lacking[:, axis]) for axis in (0, 2)], axis=1)
    upwards = _robust(np.concatenate([even, _coordinates(bent - middle, modes)], axis=1), lacking[:, 1])
    return ReadingCorrection(sideways, upwards, middle, modes)


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


def _coordinates(bent: NDArray, modes: NDArray) -> NDArray[np.float64]:
    """(..., M) how far meshes (..., 478, 3) are bent each way, in standard deviations."""
    return np.clip(np.einsum("...kd,mkd->...m", bent, modes), -_BENT_LIMIT, _BENT_LIMIT)


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
