"""The turned twin of a pose set: every crop turned in its plane, with the label that the turned head has.

A turn of the picture by a degrees clockwise turns the head by Rz(a): R' = Rz(a) R. All three angles change, unless the
head looks straight ahead. Source: Sheka and Samun's rotations, with the label in matrices. Where labels say only where
faces look, the heads are taken to have their ears level.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fsanet.datasets.derive import Derivation, Row
from fsanet.datasets.pose_set import BOX_KEY, LINE_OF_SIGHT, POINTS_KEY, PoseSet
from fsanet.datasets.twins import says_only_where_faces_look
from fsanet.errors import InputError
from fsanet.image.turning import turn_image, turn_matrix
from fsanet.pose.angles import angles_of_facing, rotate_in_plane, rotation_from_angles
from fsanet.pose.errors import LABEL_LIMIT_DEG

TURN_DEG = 45.0


def rotated_set(source: Path, target: Path, given: PoseSet, most_deg: float = TURN_DEG, seed: int = 0) -> Derivation:
    """How to make the turned twin of a set.

    Args:
        source, target: the npz files.
        given: the set.
        most_deg: turns are drawn evenly from -most_deg to most_deg.
        seed: of the turns.

    Raises:
        ValueError: for a largest turn that is not above 0 and at most 180.
    """
    if not 0 < most_deg <= 180:
        raise InputError(f"The largest turn must be above 0 and at most 180 degrees, got {most_deg:g}.")
    settings: dict[str, Any] = {"most_deg": float(most_deg)}
    level = says_only_where_faces_look(given.meta)
    if level:
        settings["pose"] = "ears level"  # a twin that was turned from a roll of zero has other labels
    change = partial(turned_row, most_deg=most_deg, ears_level=level)
    return Derivation(source, target, change, "rotated", settings, seed)


def turned_row(row: Row, rng: np.random.Generator, *, most_deg: float, ears_level: bool = False) -> Row:
    """A row with its crop, label, points and line of sight turned; the turn is in `clockwise_deg`.

    A turn that would bring the label out of its range (near yaw = +-90) is left out, as in the augmentation.

    Args:
        row: the sample.
        rng: of the turn.
        most_deg: turns are drawn evenly from -most_deg to most_deg.
        ears_level: whether the label says only where the face looks, yaw aside and pitch up.
    """
    clockwise = float(rng.uniform(-most_deg, most_deg))
    upright = angles_of_facing(row.pose[:2]) if ears_level else row.pose
    pose = rotate_in_plane(upright, clockwise)
    if (np.abs(pose) > LABEL_LIMIT_DEG).any():
        clockwise, pose = 0.0, upright
    extras = {key: value for key, value in row.extras.items() if key != BOX_KEY}  # a box does not turn
    if POINTS_KEY in extras:
        turn = turn_matrix(row.image, clockwise)
        extras[POINTS_KEY] = (extras[POINTS_KEY] @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    if LINE_OF_SIGHT in extras:
        extras[LINE_OF_SIGHT] = rotation_from_angles([0.0, 0.0, clockwise]) @ extras[LINE_OF_SIGHT]
    return Row(row.number, turn_image(row.image, clockwise), pose, {**extras, "clockwise_deg": clockwise})
