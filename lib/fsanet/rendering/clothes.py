"""Clothes on the shoulders and collars: shells cut from the skin and set off from it."""

import numpy as np

from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.noise import noise, ramp
from fsanet.rendering.pieces import Material, Piece, cut_along, make_piece, smooth


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
        amount: np.ndarray = np.zeros(len(place))
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
