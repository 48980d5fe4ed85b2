"""Caps, hats, hoods and scarves: shells spun around the head."""

import numpy as np

from fsanet.rendering.clothes import draw_fabric
from fsanet.rendering.noise import ramp
from fsanet.rendering.pieces import Material, Piece, grid_triangles, make_piece, spun_shell
from fsanet.rendering.strands import SkullMap, unit

KINDS = ("cap", "beanie", "brimmed", "hood", "scarf", "band")
_SHARES = (0.3, 0.2, 0.14, 0.18, 0.13, 0.05)


def _crown(skull: SkullMap, rng: np.random.Generator, to_deg: float, off: float, tilt: float, colour) -> Piece:
    axis = np.array([0.0, 1.0, -tilt])
    vertices, triangles = spun_shell(skull, axis, (0.5, to_deg), off, rng.uniform(0, 0.25), rng.uniform(0, 30))
    return make_piece(vertices, triangles, colour, Material.CLOTH, weave=rng.uniform(0, 0.25))


def _peak(skull: SkullMap, rng: np.random.Generator, to_deg: float, off: float, tilt: float, colour) -> Piece:
    """The peak of a cap: a curved tongue forward of the crown's rim."""
    rows, columns = 5, 15
    angle = np.radians(np.linspace(-62, 62, columns))
    axis = unit(np.array([0.0, 1.0, -tilt]))
    front = unit(np.array([0.0, tilt, 1.0]))
    right = np.cross(axis, front)
    polar = np.radians(to_deg)
    flat = np.cos(angle)[:, None] * front + np.sin(angle)[:, None] * right
    direction = np.cos(polar) * axis + np.sin(polar) * flat
    rim = skull.centre + direction * (skull.radius_at(direction) + off)[:, None]
    reach = rng.uniform(0.5, 0.8) * np.sqrt(np.clip(np.cos(angle * 1.3), 0, 1))[:, None]
    outwards = unit(front + 0.35 * np.sin(angle)[:, None] * right)
    droop = -rng.uniform(0.0, 0.45) * axis - 0.35 * np.square(np.sin(angle))[:, None] * axis
    steps = np.linspace(0, 1, rows)[:, None, None]
    vertices = rim + steps * reach * (outwards + droop)
    return make_piece(vertices.reshape(-1, 3), grid_triangles(rows, columns), colour, Material.CLOTH)


def _brim(skull: SkullMap, rng: np.random.Generator, to_deg: float, off: float, tilt: float, colour) -> Piece:
    """A brim all around the crown's rim."""
    rows, columns = 4, 40
    axis = unit(np.array([0.0, 1.0, -tilt]))
    front, angle, polar = (
        np.cross([1.0, 0, 0], axis),
        np.linspace(0, 2 * np.pi, columns, endpoint=False),
        np.radians(to_deg),
    )
    flat = np.cos(angle)[:, None] * front + np.sin(angle)[:, None] * np.array([1.0, 0, 0])
    direction = np.cos(polar) * axis + np.sin(polar) * flat
    rim = skull.centre + direction * (skull.radius_at(direction) + off)[:, None]
    bend = rng.uniform(-0.4, 0.3) + rng.uniform(0, 0.3) * np.square(np.sin(angle))[:, None]
    steps = np.linspace(0, rng.uniform(0.3, 0.9), rows)[:, None, None]
    vertices = rim + steps * (flat + bend * axis)
    return make_piece(vertices.reshape(-1, 3), grid_triangles(rows, columns, closed=True), colour, Material.CLOTH)


def _around_face(skull: SkullMap, rng: np.random.Generator, off: float, opening: float, colour) -> Piece:
    """A hood or scarf: everything but an opening towards the front, down over neck and shoulders."""
    axis = np.array([0.0, rng.uniform(-0.12, 0.1), 1.0])
    vertices, triangles = spun_shell(skull, axis, (opening, 178), off, rng.uniform(0.1, 0.4), rng.uniform(0, 30))
    low = ramp(6.5, 5.7, vertices[:, 1])
    vertices[:, 0] *= 1 + 0.35 * low
    return make_piece(vertices, triangles, colour, Material.CLOTH, weave=rng.uniform(0, 0.2))


def draw_headwear(rng: np.random.Generator, skull: SkullMap, hair_off: float) -> tuple[str, list[Piece]]:
    """Something on the head.

    Args:
        rng: randomness.
        skull: the head without hair, in the frame of the base head.
        hair_off: thickness of the hair below it.

    Returns:
        Its kind, one of KINDS, and its pieces.
    """
    kind = str(rng.choice(KINDS, p=_SHARES))
    colour, other = draw_fabric(rng), draw_fabric(rng)
    tilt, off = rng.uniform(0.05, 0.45), min(hair_off, 0.12) + rng.uniform(0.04, 0.1)
    to = rng.uniform(66, 84)
    if kind == "cap":
        peak = colour if rng.random() < 0.6 else other
        return kind, [_crown(skull, rng, to, off, tilt, colour), _peak(skull, rng, to, off, tilt, peak)]
    if kind == "beanie":
        return kind, [_crown(skull, rng, to + rng.uniform(0, 14), off + rng.uniform(0, 0.12), tilt, colour)]
    if kind == "brimmed":
        crown = _crown(skull, rng, to, off + rng.uniform(0, 0.15), tilt, colour)
        return kind, [crown, _brim(skull, rng, to, off, tilt, colour)]
    if kind == "hood":
        return kind, [_around_face(skull, rng, off + rng.uniform(0.1, 0.35), rng.uniform(46, 66), colour)]
    if kind == "scarf":
        return kind, [_around_face(skull, rng, 0.04 + off / 2, rng.uniform(40, 54), colour)]
    start = rng.uniform(52, 62)
    vertices, triangles = spun_shell(skull, [0.0, 1.0, -tilt], (start, start + rng.uniform(10, 22)), off, 0.0, 0.0)
    return kind, [make_piece(vertices, triangles, colour, Material.CLOTH)]
