"""Glasses and sunglasses: wire rims, temples over the ears, and dark lenses."""

import numpy as np

from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.look import linear
from fsanet.rendering.pieces import Material, Piece, make_piece
from fsanet.rendering.strands import POINTS, Strands, make_strands

_FRAMES = linear(
    [(16, 16, 18), (45, 28, 18), (95, 95, 100), (75, 12, 14), (150, 120, 60), (200, 200, 205), (25, 35, 70)]
)
_ARCS = 4  # polylines per rim
_EYE_TO_LENS = 0.28  # decimetres from the middle of the eyeball: 15 mm of eye and 13 of air


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
