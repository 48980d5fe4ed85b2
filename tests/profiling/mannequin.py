"""A head that stands exactly as it is told in a small picture, and outlines of people around it."""

import numpy as np
from numpy.typing import NDArray

from fsanet.pose.angles import rotation_from_angles
from fsanet.profiling.fitted_head import FittedHead
from fsanet.profiling.template import Placement
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.raster import draw_depth
from fsanet.rendering.shape import mean_head

SCALE = 20.0  # pixels a decimetre
SHAPE = (150, 160)  # of the picture, height and width
MIDDLE = np.array([0.0, 7.2, 0.1])  # of the head, decimetres; it lies in the middle of the picture
_PLANE = 1000.0  # pixels behind every head


def standing(pose_deg=(0.0, 0.0, 0.0)) -> FittedHead:
    """The mean head in a pose."""
    rotation = rotation_from_angles(pose_deg)
    height, width = SHAPE
    at = Placement(rotation, SCALE, np.array([width / 2, -height / 2, 0.0]) - SCALE * rotation @ MIDDLE)
    return FittedHead(at.to_picture(mean_head()), at)


def surface(head: FittedHead, side: float = 1.0) -> NDArray[np.float64]:
    """Depth (H, W) in pixels of what is nearest to the camera, or farthest with side -1; NaN beside the head."""
    x, y, z = head.vertices.T
    depth = np.zeros(SHAPE, np.float32)
    draw_depth(np.column_stack([x, -y, side * z + _PLANE]).astype(np.float32), head_pack().triangles, depth)
    return np.where(depth > 0, side * (depth - _PLANE), np.nan)


def outline(head: FittedHead) -> NDArray[np.bool_]:
    """The person (H, W) who is nothing but the head and its shoulders."""
    return np.isfinite(surface(head))


def everywhere() -> NDArray[np.bool_]:
    """A person (H, W) whose hair and clothes fill all but a corner of the picture."""
    person = np.ones(SHAPE, bool)
    person[0, 0] = False
    return person
