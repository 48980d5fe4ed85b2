"""Reading a pose from the 478 points of a face mesh: a template at our zero pose, and the rotation that fits it.

The template is the mean of what Face Mesh says of renders whose pose is known (`make_template`), in the frame of the
renderer's head: decimetres, x to the person's left, y up, z to the front. So zero is the renderer's zero.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TEMPLATE_FILE = Path(__file__).with_name("face_template.npz")


@dataclass(frozen=True)
class Placement:
    """How a head stands in a picture: a point p of the head's frame lies at `scale * rotation @ p + shift`.

    The picture's axes are pixels, x right, y UP from its top left corner (so y is negative), z towards the camera.

    Attributes:
        rotation: (3, 3) of the pose.
        scale: pixels a decimetre.
        shift: (3,) pixels.
    """

    rotation: NDArray[np.float64]
    scale: float
    shift: NDArray[np.float64]

    def to_picture(self, points: NDArray) -> NDArray[np.float64]:
        """Points (K, 3) of the head's frame in the picture."""
        return self.scale * points @ self.rotation.T + self.shift

    def to_head(self, points: NDArray) -> NDArray[np.float64]:
        """Points (K, 3) of the picture in the head's frame."""
        return (points - self.shift) @ self.rotation / self.scale


@dataclass(frozen=True)
class FaceTemplate:
    """The mean face mesh at zero pose.

    Attributes:
        points: (478, 3) decimetres.
        weights: (478,) how much each point tells of the pose: less where expressions and persons move it.
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64]


@functools.cache
def face_template() -> FaceTemplate:
    """The template, read once per process.

    Raises:
        FileNotFoundError: it is missing.
    """
    return FaceTemplate(**read_made(TEMPLATE_FILE, "make_template"))


def read_made(file: Path, maker: str) -> dict[str, NDArray[np.float64]]:
    """The arrays of a file beside this one.

    Args:
        file: the npz.
        maker: the module that makes it.

    Raises:
        FileNotFoundError: it is missing, with the command that makes it.
    """
    if not file.is_file():
        raise FileNotFoundError(f"no {file}: make it with `python -m {__package__}.{maker}`")
    with np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float64) for name in arrays.files}


def place(template: NDArray, seen: NDArray, weights: NDArray) -> Placement:
    """The rotation, scale and shift that bring template points (K, 3) onto seen ones, in the least-squares sense.

    Umeyama, Least-squares estimation of transformation parameters between two point patterns, PAMI 1991.
    """
    share = (weights / weights.sum())[:, None]
    middle, seen_middle = (share * template).sum(axis=0), (share * seen).sum(axis=0)
    a, b = template - middle, seen - seen_middle
    u, stretch, vt = np.linalg.svd((share * b).T @ a)
    flip = np.array([1.0, 1.0, np.linalg.det(u @ vt)])
    rotation = (u * flip) @ vt
    scale = float((stretch * flip).sum() / (share * a * a).sum())
    return Placement(rotation, scale, seen_middle - scale * rotation @ middle)


def mean_rotation(rotations: NDArray) -> NDArray[np.float64]:
    """The rotation (3, 3) nearest to the mean of rotations (N, 3, 3)."""
    u, _, vt = np.linalg.svd(np.mean(rotations, axis=0))
    return (u * [1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
