"""What is worn on the head: caps, hats, hoods and scarves, spun around it, and glasses of wire with dark lenses."""

import numpy as np

from fsanet.rendering.clothes import draw_fabric
from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.look import linear
from fsanet.rendering.noise import ramp
from fsanet.rendering.pieces import Material, Piece, grid_triangles, make_piece, spun_shell
from fsanet.rendering.strands import POINTS, SkullMap, Strands, make_strands, unit

KINDS = ("cap", "beanie", "brimmed", "hood", "scarf", "band")
HIDES_HAIR, SHOWS_HAIR = ("hood", "scarf"), ("band",)  # all of it; below the others what grows under their rim is seen
_SHARES = (0.3, 0.2, 0.14, 0.18, 0.13, 0.05)
_FRAMES = linear(
    [(16, 16, 18), (45, 28, 18), (95, 95, 100), (75, 12, 14), (150, 120, 60), (200, 200, 205), (25, 35, 70)]
)
_ARCS = 4  # polylines per rim
_EYE_TO_LENS = 0.28  # decimetres from the middle of the eyeball: 15 mm of eye and 13 of air


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
    start, axis = rng.uniform(52, 62), np.array([0.0, 1.0, -tilt])
    vertices, triangles = spun_shell(skull, axis, (start, start + rng.uniform(10, 22)), off, 0.0, 0.0)
    return kind, [make_piece(vertices, triangles, colour, Material.CLOTH)]


def draw_glasses(
    rng: np.random.Generator, pack: HeadPack, skin: np.ndarray, eyes: np.ndarray, dark: bool
) -> tuple[Strands, list[Piece]]:
    """A pair of glasses on a face.

    Args:
        rng: randomness.
        pack: the base head.
        skin: (V, 3) the person's head in the frame of the base head.
        eyes: (2, 3) middles of the eyeballs.
        dark: sunglasses.
    """
    place = pack.vertices
    front = eyes[:, 2].mean() + _EYE_TO_LENS + rng.uniform(-0.02, 0.03)
    half_eyes = max(abs(eyes[0, 0] - eyes[1, 0]) / 2, 0.27)
    wide, high = min(rng.uniform(0.22, 0.28), half_eyes - 0.06), rng.uniform(0.15, 0.23)
    power = rng.choice([2.0, 2.5, 4.0])
    hinge_up = high * rng.uniform(0.55, 0.8)  # the temples pass over the eye, not before it
    middle_y = eyes[:, 1].mean() - rng.uniform(0.02, 0.08)
    angle = np.linspace(0, 2 * np.pi, _ARCS * (POINTS - 1) + 1)
    cos, sin = np.cos(angle), np.sin(angle)
    rim_x = wide * np.sign(cos) * np.abs(cos) ** (2 / power)
    rim_y = middle_y + high * np.sign(sin) * np.abs(sin) ** (2 / power)

    def bent(x, y):
        return np.stack([x, y, front - 0.22 * np.clip(np.abs(x) - 0.15, 0, None) ** 1.5], axis=-1)

    lines, lenses = [], []
    for side in (1.0, -1.0):
        rim = bent(side * half_eyes + rim_x, rim_y)
        lines += [rim[k * (POINTS - 1) : (k + 1) * (POINTS - 1) + 1] for k in range(_ARCS)]
        hinge = bent(np.array(side * (half_eyes + wide)), np.array(middle_y + hinge_up))
        ear = skin[(pack.ears > 0.5) & (place[:, 0] * side > 0)]
        over = np.array(
            [ear[:, 0].mean() + 0.03 * side, max(ear[:, 1].max() - 0.05, hinge[1] - 0.06), ear[:, 2].mean()]
        )
        lines.append(hinge + np.linspace(0, 1, POINTS)[:, None] * (over - hinge))
        lenses.append(_lens(rim))
    t = np.linspace(-1, 1, POINTS)
    height = middle_y + 0.07 + 0.03 * (1 - t * t)
    nose = skin[(np.abs(place[:, 0]) < 0.05) & (np.abs(skin[:, 1] - height.max()) < 0.04) & (place[:, 2] > 1.2), 2]
    over_nose = front + (nose.max(initial=front) + 0.02 - front) * (1 - t * t)
    lines.append(np.stack([t * (half_eyes - wide), height, over_nose], axis=1))
    colour = _FRAMES[rng.integers(len(_FRAMES))]
    frame = make_strands(np.array(lines), rng.choice([0.012, 0.022, 0.036]), colour, wire=True)
    if not dark:
        return frame, []
    tint = rng.uniform(0.003, 0.03) * np.array([1.0, rng.uniform(0.7, 1.2), rng.uniform(0.6, 1.3)])
    return frame, [make_piece(v, t, tint, Material.PLASTIC) for v, t in lenses]


def _lens(rim: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A fan that fills a rim (n, 3), slightly domed."""
    n = len(rim)
    middle = rim.mean(axis=0) + np.array([0, 0, 0.02])
    corners = np.stack([np.full(n - 1, n), np.arange(n - 1), np.arange(1, n)], axis=1)
    return np.concatenate([rim, middle[None]]), corners
