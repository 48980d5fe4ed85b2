"""Labels of the BIWI Kinect Head Pose Database: `frame_XXXXX_pose.txt` to yaw, pitch, roll.

The file holds a 3x3 rotation (head to camera; camera axes x right, y down, z away) and the head's position in mm.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.readers.set_builder import Unusable

EULER_ORDERS = ("xyz", "zyx")

_ROUNDING = 1e-2  # the files have six digits; beyond this it is no rotation


def read_rotation(path: Path) -> NDArray[np.float64]:
    """The rotation of a pose file as it stands there, (3, 3).

    Raises:
        Unusable: when it is missing, too short, no text with numbers, not finite, or no rotation.
    """
    try:
        numbers = np.array(path.read_text(encoding="ascii").split(), dtype=np.float64)
    except FileNotFoundError:
        raise Unusable("missing pose", f"no '{path.name}'") from None
    except (ValueError, OSError) as error:
        raise Unusable("broken pose", f"{path.name}: {error}") from None
    if len(numbers) < 12:
        raise Unusable("broken pose", f"{path.name} has {len(numbers)} numbers, 12 are expected")
    rotation = numbers[:9].reshape(3, 3)
    if not np.isfinite(rotation).all():
        raise Unusable("NaN label", f"{path.name} holds NaN or infinite numbers")
    if np.abs(rotation @ rotation.T - np.eye(3)).max() > _ROUNDING or np.linalg.det(rotation) < 0:
        raise Unusable("broken pose", f"{path.name}: its first nine numbers are no rotation")
    return rotation


def biwi_angles(rotation: NDArray, euler_order: str = "xyz") -> NDArray[np.float64]:
    """Yaw, pitch, roll in degrees of the rotation in a pose file.

    Args:
        rotation: (3, 3) as `read_rotation` gives it.
        euler_order: "xyz", R = Rx(pitch) Ry(yaw) Rz(roll), the order of the published evaluations and of 300W-LP; or
            "zyx", R = Rz(roll) Ry(yaw) Rx(pitch), which some later work uses.

    Returns:
        (3,) degrees.

    Raises:
        ValueError: for another order.
    """
    if euler_order == "xyz":
        return _angles(rotation.T)
    if euler_order == "zyx":  # the transpose of Rz Ry Rx is Rx(-pitch) Ry(-yaw) Rz(-roll)
        return -_angles(rotation)
    raise InputError(f"Unknown Euler order '{euler_order}'. Known: {', '.join(EULER_ORDERS)}.")


def _angles(transposed: NDArray) -> NDArray[np.float64]:
    """The published evaluations' formula, term by term: the files' six digits make other forms differ by 1e-4 degrees.

    On an exact rotation it is `fsanet.pose.angles.angles_from_rotation` with the y and z axes turned round.
    """
    r = transposed
    yaw = -np.arctan2(-r[2, 0], np.hypot(r[2, 1], r[2, 2]))
    return np.rad2deg([yaw, np.arctan2(r[2, 1], r[2, 2]), -np.arctan2(r[1, 0], r[0, 0])])
