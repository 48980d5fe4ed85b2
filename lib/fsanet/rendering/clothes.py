"""Clothes on the shoulders, collars, and face masks: shells cut from the skin and set off from it."""

import numpy as np

from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.noise import noise, ramp
from fsanet.rendering.pieces import Material, Piece, cut_along, cut_out, make_piece, smooth
from fsanet.rendering.strands import POINTS, Strands, make_strands

_STEPS = np.linspace(0, 1, POINTS)


def draw_fabric(rng: np.random.Generator) -> np.ndarray:
    """A colour (3,) of cloth, linear RGB: dark, pale and bright ones."""
    grey = rng.random() ** 1.6 * np.ones(3)
    hue = rng.random(3) ** 1.5
    return np.clip((grey + (hue - grey) * rng.random()) * 0.75 + 0.01, 0, 0.85)


def _skin_triangles(pack: HeadPack) -> np.ndarray:
    return pack.triangles[pack.parts == 0]


def _patterned(rng: np.random.Generator, colour: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Colours (V, 3) of a garment: plain, striped or printed."""
    kind = rng.random()
    if kind < 0.55:
        amount = np.zeros(len(place))
    elif kind < 0.8:
        angle, rate = (rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)]), rng.uniform(10, 40))
        amount = np.sin((place[:, 0] * np.cos(angle) + place[:, 1] * np.sin(angle)) * rate) > rng.uniform(-0.3, 0.7)
    else:
        amount = noise(place, rng.uniform(2, 8), rng.uniform(0, 30)) > rng.uniform(0, 1)
    return colour + (draw_fabric(rng) - colour) * np.asarray(amount, float)[:, None]


def garment(pack: HeadPack, rng: np.random.Generator, skin: np.ndarray, normals: np.ndarray) -> list[Piece]:
    """What covers the shoulders: a neckline cut out of the torso, often with a collar.

    Args:
        pack: the base head.
        rng: randomness.
        skin: (V, 3) the person's head.
        normals: (V, 3) its normals.
    """
    place = pack.vertices
    neckline = (
        rng.uniform(5.15, 5.8) + rng.uniform(0.1, 0.8) * np.abs(place[:, 0]) - 0.25 * ramp(0.2, -0.4, place[:, 2])
    )
    cut = cut_along(_skin_triangles(pack), neckline - place[:, 1])
    where = cut.at(place)
    colour = draw_fabric(rng)
    off = rng.uniform(0.03, 0.1) * np.clip(1 + 0.5 * noise(where, 2.0, rng.uniform(0, 30)), 0.5, None)
    body = cut.at(skin) + cut.at(normals) * off[:, None]
    pieces = [make_piece(body, cut.triangles, _patterned(rng, colour, where), Material.CLOTH, rng.uniform(0, 0.15))]
    if rng.random() < 0.55:
        pieces.append(_collar(pack, rng, skin, normals, colour if rng.random() < 0.6 else draw_fabric(rng)))
    return pieces


def _collar(
    pack: HeadPack, rng: np.random.Generator, skin: np.ndarray, normals: np.ndarray, colour: np.ndarray
) -> Piece:
    """A ring around the neck: shirt collar, polo neck, scarf."""
    place = pack.vertices
    thick = rng.choice([0.04, 0.08, 0.2], p=[0.5, 0.3, 0.2]) * rng.uniform(0.8, 1.2)
    low, high = rng.uniform(5.3, 5.55), rng.uniform(5.75, 6.1)
    slope = rng.uniform(0.12, 0.35)
    height = place[:, 1] + slope * place[:, 2]
    neck = 1.3 - np.hypot(place[:, 0], place[:, 2])
    cut = cut_along(_skin_triangles(pack), np.minimum(neck, np.minimum(height - low, high - height)))
    where = cut.at(place)
    flare = thick * (1 + ramp(low, high, cut.at(height))) * (1 + 0.2 * noise(where, 4.0, rng.uniform(0, 30)))
    points = smooth(cut.at(skin) + cut.at(normals) * flare[:, None], cut.triangles, 2)
    return make_piece(points, cut.triangles, colour, Material.CLOTH, rng.uniform(0, 0.2))


def face_mask(
    pack: HeadPack, rng: np.random.Generator, skin: np.ndarray, normals: np.ndarray, over: str
) -> tuple[Piece, Strands]:
    """A surgical or cloth mask with its ear loops.

    Args:
        pack: the base head.
        rng: randomness.
        skin: (V, 3) the person's face with its expression.
        normals: (V, 3) its normals.
        over: `nose` (worn right) or `mouth` (pulled down under the nose).
    """
    place = pack.vertices
    x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
    surgical = rng.random() < 0.6
    top = (rng.uniform(7.0, 7.12) if over == "nose" else rng.uniform(6.72, 6.8)) - 0.5 * np.square(x)
    wide = rng.uniform(0.56, 0.66)
    outside = pack.inside_mouth < 0.4
    keep = np.isin(np.arange(len(place)), pack.skin) & outside & (y < top) & (y > 6.08) & (x < wide) & (z > 0.62)
    keep &= ~((y < 6.3) & (z < 0.85))
    used, triangles = cut_out(_skin_triangles(pack), keep)
    points = smooth(skin[used] + 0.05 * normals[used], triangles, 14)
    points = np.where((points[:, 2] > skin[used, 2] + 0.02)[:, None], points, skin[used] + 0.03 * normals[used])
    points = smooth(points, triangles, 3) + 0.03 * normals[used]
    colours = np.array([[0.35, 0.62, 0.72], [0.75, 0.78, 0.8], [0.4, 0.6, 0.85], [0.02, 0.02, 0.025]])
    colour = colours[rng.choice(4, p=[0.45, 0.3, 0.15, 0.1])] * rng.uniform(0.8, 1.1) if surgical else draw_fabric(rng)
    pleats = 1 - 0.25 * (np.sin(y[used] * 38) > 0.8) if surgical else np.ones(len(used))
    pattern = colour if surgical else _patterned(rng, colour, place[used])
    piece = make_piece(points, triangles, pattern * pleats[:, None], Material.CLOTH, 0.03)
    return piece, _ear_loops(pack, skin, used, colour)


def _ear_loops(pack: HeadPack, skin: np.ndarray, used: np.ndarray, colour: np.ndarray) -> Strands:
    """Two bands a side, from the edge of the mask to behind the ear."""
    place, bands, roots = pack.vertices, [], []
    for side in (1.0, -1.0):
        beside = used[place[used, 0] * side > 0]
        back = skin[(pack.ears > 0.5) & (place[:, 0] * side > 0)].mean(axis=0) + np.array([0.05 * side, 0, -0.12])
        for pull in (1.0, -1.0):
            corner = beside[np.argmax(np.abs(place[beside, 0]) * 2 + pull * place[beside, 1])]
            end = back + np.array([0, 0.18 * pull, 0])
            bands.append(skin[corner] + _STEPS[:, None] * (end - skin[corner]) + [0.02 * side, 0, 0])
            roots.append(corner)
    return make_strands(np.array(bands), 0.025, colour * 0.9, roots, wire=True)
