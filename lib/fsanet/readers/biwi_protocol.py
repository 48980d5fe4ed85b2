"""The BIWI Kinect Head Pose Database as it was published: its pose files as angles, and the rules of the protocols.

`frame_XXXXX_pose.txt` holds a 3x3 rotation (head to camera; camera axes x right, y down, z away) and the head's
position in mm.

Which box of a frame is the face, and which frames a protocol keeps, are rules of the preprocessing published with Yang
et al., CVPR 2019: of the boxes that MTCNN is sure of, widened by the margin and clipped, the one whose top left corner
is nearest to the point at two thirds of the frame's width and height; a box whose left edge jumps by 80 pixels or more
from the last accepted one is not believed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fsanet.errors import InputError
from fsanet.image.face_crop import widened_pixels
from fsanet.readers.face_boxes import FrameFaces
from fsanet.readers.set_builder import Unusable

EULER_ORDERS = ("xyz", "zyx")
JUMP_PIXELS = 80
PixelBox: TypeAlias = tuple[int, int, int, int]  # x1, y1, x2, y2; x2 and y2 exclusive

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


@dataclass(frozen=True)
class Tracking:
    """How a protocol treats the frames of a video.

    Attributes:
        min_score: faces must score above this.
        keep_last: whether a frame without a believable box takes the last one; otherwise it is left out.
    """

    min_score: float
    keep_last: bool


NO_TRACK = Tracking(0.90, keep_last=False)  # protocol 1


TRACKED = Tracking(0.95, keep_last=True)  # protocol 2, the 70/30 split


def choose_box(frame: FrameFaces, min_score: float, margin: float) -> PixelBox | None:
    """The widened box nearest to the point where the sitters are, None where no face scores high enough."""
    target_x, target_y = frame.width * 2 / 3, frame.height * 2 / 3
    boxes = [
        widened_pixels(_whole(face), margin, frame.width, frame.height, inclusive=True)
        for face in frame.faces
        if face[4] > min_score
    ]
    return min(boxes, key=lambda box: abs(box[0] - target_x) + abs(box[1] - target_y), default=None)


def boxes_of_video(frames: Iterable[FrameFaces], tracking: Tracking, margin: float) -> Iterator[PixelBox | Unusable]:
    """Per frame of one video, in order: the pixels to cut, or why the frame is left out."""
    last: PixelBox | None = None
    for frame in frames:
        if frame.problem:
            yield Unusable("unreadable image", frame.problem)
            continue
        box = choose_box(frame, tracking.min_score, margin)
        jump = abs(box[0] - last[0]) if box and last else 0
        if box and jump < JUMP_PIXELS:
            last = box
            yield box
        elif tracking.keep_last and last:
            yield last
        elif box:
            yield Unusable("box jumps", f"the left edge moves by {jump} px, {JUMP_PIXELS} or more", broken=False)
        else:
            yield Unusable("no face", f"no face scores above {tracking.min_score}", broken=False)


def _whole(face: Sequence[float]) -> tuple[int, int, int, int]:
    """Whole x, y, width and height, as the detector gave them that the published sets were made with."""
    x1, y1, x2, y2 = face[:4]
    return int(x1), int(y1), int(x1) + int(x2 - x1), int(y1) + int(y2 - y1)
