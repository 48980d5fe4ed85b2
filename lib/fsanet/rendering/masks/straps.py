"""Straps that hold a mask: lines on the skin from its corners to the ears, or around the head."""

import numpy as np
from numpy.typing import NDArray

from fsanet.rendering.masks.chart import AXIS_Z, FaceChart, outward
from fsanet.rendering.masks.kinds import SHIELD
from fsanet.rendering.masks.look import MaskLook
from fsanet.rendering.masks.sheet import Sheet
from fsanet.rendering.strands import POINTS

_OFF_SKIN = 0.02
_EAR = ((88.0, 7.22), (86.0, 6.92))  # angle and height where the upper and the lower loop pass behind the ear
_HEAD = ((104.0, 7.62), (104.0, 6.55))  # where straps around the head go out of sight


def lay_straps(look: MaskLook, sheet: Sheet, chart: FaceChart) -> NDArray:
    """Lines (4, POINTS, 3) in the frame of the head, or none (0, POINTS, 3) for a shield, whose band holds it."""
    if look.kind == SHIELD:
        return np.zeros((0, POINTS, 3))
    ends = np.array(_HEAD if look.on_head else _EAR)
    rows = (np.array([0.12, 0.88]) * (len(sheet.points) - 1)).round().astype(int)
    corners = np.concatenate([sheet.points[rows, -1], sheet.points[rows, 0]]).astype(np.float64)
    side = np.array([1, 1, -1, -1])
    start_deg = np.degrees(np.arctan2(corners[:, 0], corners[:, 2] - AXIS_Z))
    end_deg, end_height = side * ends[[0, 1, 0, 1], 0], ends[[0, 1, 0, 1], 1]
    share = np.linspace(0, look.reach, POINTS)
    angle = start_deg[:, None] + share * (end_deg - start_deg)[:, None]
    height = corners[:, 1, None] + share * (end_height - corners[:, 1])[:, None]
    lines = chart.at(angle, height).astype(np.float64)
    lines += outward(lines) * _OFF_SKIN
    lines[:, 0] = corners
    return lines
