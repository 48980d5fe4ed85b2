"""Turning a relief in 3D and drawing it again."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from fsanet.profiling.fitted_head import FittedHead
from fsanet.profiling.relief import Relief
from fsanet.rendering.noise import ramp
from fsanet.rendering.raster import NOTHING, draw_triangles, gather

_PIVOT = np.array([0.0, 6.9, 0.45])  # of the base head: heads turn about the top of the spine
_NECK = np.array([0.0, 6.35, 0.2])
_TORSO_HEIGHTS = (6.45, 5.7)  # the skull turns whole above, the torso by its own part below
_FAR = 100.0  # face widths to the camera: nearly parallel rays, because a photograph has its perspective in it


@dataclass(frozen=True)
class Turn:
    """What is done to a head.

    Attributes:
        rotation: (3, 3) applied to the head, in camera axes.
        torso_share: how much of it the torso follows, 0..1.
    """

    rotation: NDArray[np.float64]
    torso_share: float = 1.0


def turn_points(points: NDArray, head: FittedHead, turn: Turn) -> NDArray[np.float64]:
    """Points (K, 3) of the picture after the turn; those of the torso turn less."""
    at = head.placement
    pivot, neck = at.to_picture(np.stack([_PIVOT, _NECK]))
    placed = at.to_head(points)
    share = ramp(*_TORSO_HEIGHTS, placed[:, 1] + 0.5 * np.minimum(placed[:, 2], 0.6))
    turned = (points - pivot) @ turn.rotation.T + pivot
    low = np.flatnonzero(share > 0)
    if len(low):
        whole = Rotation.from_matrix(turn.rotation).as_rotvec()
        back = Rotation.from_rotvec(-whole * (1 - turn.torso_share) * share[low, None])
        neck = (neck - pivot) @ turn.rotation.T + pivot
        turned[low] = back.apply(turned[low] - neck) + neck
    return turned


def draw_turned(
    image_bgr: NDArray[np.uint8], relief: Relief, head: FittedHead, turn: Turn, background: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The photograph after a turn.

    Args:
        image_bgr: (H, W, 3) the photograph.
        relief: of the person in it.
        head: fitted to it.
        turn: what is done.
        background: (H, W, 3) uint8 what is seen behind the person.

    Returns:
        (H, W, 3) uint8.
    """
    height, width = image_bgr.shape[:2]
    vertices = turn_points(relief.vertices.astype(np.float64), head, turn)
    triangles = np.ascontiguousarray(relief.triangles[:, ::-1])  # wound as those of rendered bodies
    ids, weights = _seen(vertices, triangles, _FAR * head.placement.scale, (height, width))
    seen = np.flatnonzero(ids >= 0)
    place = np.zeros((height * width, 2), np.float32)
    place[seen] = gather(ids, weights, seen, triangles, relief.texture_xy) - 0.5
    place = place.reshape(height, width, 2)
    front, back = (
        cv2.remap(source, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for source in (image_bgr, relief.back_image)
    )
    person = np.where((ids < relief.front)[..., None], front, back)
    return np.where((ids >= 0)[..., None], person, background)


def _seen(
    vertices: NDArray[np.float64], triangles: NDArray[np.int32], far: float, size_hw: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Which triangle is seen (H, W) and the weights (H, W, 2) of its vertices, as `draw_triangles` says.

    Where there is no volume front and back lie in one another; what faces away is seen only where nothing else is.
    """
    depth, ids = np.zeros(size_hw, np.float32), np.full(size_hw, NOTHING, np.int32)
    weights = np.zeros((*size_hw, 2), np.float32)
    for closed, camera in ((len(triangles), far), (0, 2 * far)):  # the second time all lies behind what is drawn
        screen = np.column_stack([vertices[:, 0], -vertices[:, 1], 1.0 / (camera - vertices[:, 2])])
        draw_triangles(screen.astype(np.float32), triangles, closed, 0, depth, ids, weights)
    return ids, weights
