"""The turned twin of a pose set: every crop turned in its plane, with the label that the turned head has.

A turn of the picture by a degrees clockwise turns the head by Rz(a): R' = Rz(a) R. All three angles change, unless the
head looks straight ahead. Source: Sheka and Samun's rotations, with the label in matrices.
"""

from functools import partial
from pathlib import Path

import numpy as np

from fsanet.datasets.derive import Derivation, Row
from fsanet.datasets.pose_set import LINE_OF_SIGHT
from fsanet.errors import InputError
from fsanet.image.turning import turn_image, turn_matrix
from fsanet.pose.angles import rotate_in_plane, rotation_from_angles
from fsanet.pose.errors import LABEL_LIMIT_DEG

TURN_DEG = 45.0
_POINTS_KEY, _BOX_KEY = "points_xy", "box_xyxy"


def rotated_set(source: Path, target: Path, most_deg: float = TURN_DEG, seed: int = 0) -> Derivation:
    """How to make the turned twin of a set.

    Args:
        source, target: the npz files.
        most_deg: turns are drawn evenly from -most_deg to most_deg.
        seed: of the turns.

    Raises:
        ValueError: for a largest turn that is not above 0 and at most 180.
    """
    if not 0 < most_deg <= 180:
        raise InputError(f"The largest turn must be above 0 and at most 180 degrees, got {most_deg:g}.")
    settings = {"most_deg": float(most_deg)}
    return Derivation(source, target, partial(turned_row, most_deg=most_deg), "rotated", settings, seed)


def turned_row(row: Row, rng: np.random.Generator, *, most_deg: float) -> Row:
    """A row with its crop, label, points and line of sight turned; the turn is in `clockwise_deg`.

    A turn that would bring the label out of its range (near yaw = +-90) is left out, as in the augmentation.
    """
    clockwise = float(rng.uniform(-most_deg, most_deg))
    pose = rotate_in_plane(row.pose, clockwise)
    if (np.abs(pose) > LABEL_LIMIT_DEG).any():
        clockwise, pose = 0.0, row.pose
    extras = {key: value for key, value in row.extras.items() if key != _BOX_KEY}  # a box does not turn
    if _POINTS_KEY in extras:
        turn = turn_matrix(row.image, clockwise)
        extras[_POINTS_KEY] = (extras[_POINTS_KEY] @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    if LINE_OF_SIGHT in extras:
        extras[LINE_OF_SIGHT] = rotation_from_angles([0.0, 0.0, clockwise]) @ extras[LINE_OF_SIGHT]
    return Row(row.number, turn_image(row.image, clockwise), pose, {**extras, "clockwise_deg": clockwise})
