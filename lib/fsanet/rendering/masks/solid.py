"""A mask on a rendered head: a piece and its straps, or a clear shield that is laid over the picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fsanet.rendering.camera import Camera
from fsanet.rendering.lights import Lights
from fsanet.rendering.masks.canvas import draw_sheet
from fsanet.rendering.masks.chart import AXIS_Z, FaceChart
from fsanet.rendering.masks.fabric import paint_sheet
from fsanet.rendering.masks.kinds import SHIELD
from fsanet.rendering.masks.look import MaskLook, draw_mask
from fsanet.rendering.masks.sheet import Sheet, lay_straps, make_sheet, sheet_normals, sheet_triangles
from fsanet.rendering.pieces import Material, Piece, make_piece
from fsanet.rendering.posing import Posing
from fsanet.rendering.strands import Strands, make_strands

_SHAPE = (49, 73)
_WEAVE = 0.03


@dataclass(frozen=True)
class SolidMask:
    """A mask in the frame of a head.

    Attributes:
        look: which one.
        sheet: its surface.
        pieces, wires: what is drawn with the head; nothing of a shield.
    """

    look: MaskLook
    sheet: Sheet
    pieces: list[Piece]
    wires: list[Strands]


def put_on(rng: np.random.Generator, skin: NDArray, kind: str | None = None) -> SolidMask:
    """Draw a mask for a head.

    Args:
        rng: randomness.
        skin: (V, 3) the head with its expression.
        kind: one of `KINDS`; None draws one by its share.
    """
    look, chart = draw_mask(rng, kind), FaceChart(skin)
    sheet = make_sheet(look, chart, _SHAPE)
    if look.kind == SHIELD:
        return SolidMask(look, sheet, [], [])
    colour, _ = paint_sheet(look, sheet)
    piece = make_piece(
        sheet.points.reshape(-1, 3), sheet_triangles(_SHAPE), colour.reshape(-1, 3), Material.CLOTH, _WEAVE
    )
    straps = make_strands(lay_straps(look, sheet, chart), look.loops, 0.9 * colour[0, 0], wire=True)
    return SolidMask(look, sheet, [piece], [straps])


def beard_below(strands: Strands, mask: SolidMask, place: NDArray) -> Strands:
    """The strands on a face that a mask leaves to be seen.

    Args:
        strands: brows and beard.
        mask: what is worn.
        place: (V, 3) the base head, which `roots` are numbers of.
    """
    look = mask.look
    x, y, z = place[strands.roots].T
    inside = np.abs(np.degrees(np.arctan2(x, z - AXIS_Z))) < look.half_width_deg
    keep = (look.kind == SHIELD) | ~(inside & (y < look.top) & (y > look.bottom))
    return Strands(
        strands.points[keep], strands.widths[keep], strands.colours[keep], strands.roots[keep], strands.wire[keep]
    )


def lay_shield(colour: NDArray, mask: SolidMask, posing: Posing, camera: Camera, lights: Lights) -> NDArray:
    """A picture (H, W, 3), linear RGB, with a shield in front of the head; unchanged for other masks."""
    if mask.look.kind != SHIELD:
        return colour
    points = posing.place(mask.sheet.points)
    normals = sheet_normals(points)
    albedo, opacity = paint_sheet(mask.look, mask.sheet)
    facing = np.clip(normals @ lights.directions.T, 0, None)
    light = np.clip(lights.sky[:, 0] + normals @ lights.sky[:, 1:].T + facing @ lights.colours, 0.02, None)
    layer = np.zeros((*colour.shape[:2], 4), np.float32)
    draw_sheet(layer, camera.project(points), np.dstack([albedo * light * opacity[..., None], opacity]))
    return colour * (1 - layer[..., 3:]) + layer[..., :3]
