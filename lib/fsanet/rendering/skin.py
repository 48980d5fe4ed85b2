"""Painting the skin: what can be told per vertex, and the fine detail per pixel.

Places are told in the frame of the base head (decimetres, y = 6.165 at the chin, 7.28 at the eyes, 8.49 at the top),
so that one description fits every person.
"""

import numpy as np

from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.look import Look
from fsanet.rendering.noise import bump, noise, ramp


def _mix(colour: np.ndarray, other: np.ndarray, amount: np.ndarray) -> np.ndarray:
    return colour + (other - colour) * amount[:, None]


def paint_vertices(pack: HeadPack, look: Look) -> np.ndarray:
    """Albedo (V, 3) float32 of a clean-shaven, bald head: tone, blush, lips, lids, creases, inside of the mouth."""
    place = pack.vertices
    x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
    albedo = np.tile(look.skin, (len(place), 1))
    cheeks = np.exp(-(np.square(x - 0.42) + np.square(y - 6.93)) / 0.045) * ramp(0.6, 1.0, z)
    nose = np.exp(-(np.square(x) + np.square(y - 6.9)) / 0.03) * ramp(1.3, 1.5, z)
    red = look.redness * (cheeks + 0.8 * nose + 0.6 * pack.ears + 0.4 * noise(place, 4, look.seed))
    albedo *= 1 + red[:, None] * [0.08, -0.13, -0.11]
    rings = np.exp(-np.square(x - 0.30) / 0.025 - np.square(y - 7.14) / 0.006) * ramp(1.0, 1.2, z)
    albedo *= 1 - (look.eye_shadow * rings)[:, None] * [1.0, 1.03, 1.0]
    crease = pack.cavity * np.where(pack.cavity > 0, 0.8, 0.15) * look.relief
    albedo *= np.clip(1 - crease, 0.25, None)[:, None] * np.where(pack.cavity[:, None] > 0.15, [1, 0.94, 0.91], 1)
    albedo *= 1 - (pack.eyelids * look.lid_paint)[:, None] * [0.4, 0.5, 0.4]
    nostrils = np.exp(-np.square((x - 0.094) / 0.036) - np.square((y - 6.875) / 0.02) - np.square((z - 1.563) / 0.04))
    albedo *= 1 - 0.93 * np.clip(1.6 * nostrils, 0, 1)[:, None] * [0.94, 1.0, 1.0]
    albedo = _mix(albedo, look.lips, ramp(0.35, 0.75, pack.lips) * look.lip_paint)
    inside = pack.inside_mouth * (pack.lips < 0.5)
    return _mix(albedo, np.array([0.20, 0.05, 0.05]), ramp(0.5, 0.9, inside)).astype(np.float32)


def wrinkle_shade(place: np.ndarray, look: Look, lumps: np.ndarray) -> np.ndarray:
    """Factor (P,) by which age darkens: folds beside the nose, lines on the forehead and around the eyes."""
    x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
    fold = bump(x - (0.24 + 0.35 * (6.85 - y)), 0.03) * ramp(6.5, 6.6, y) * ramp(6.9, 6.8, y) * ramp(1.0, 1.2, z)
    lines = np.sin(40 * y + 3 * lumps + 2 * x) * ramp(7.55, 7.65, y) * ramp(8.0, 7.9, y) * ramp(0.8, 1.0, z)
    feet = np.sin(70 * (y - 0.4 * x) + 2 * lumps) * ramp(0.46, 0.52, x) * ramp(0.66, 0.6, x) * bump(y - 7.27, 0.12)
    return 1 - look.wrinkles * (0.45 * fold + 0.16 * np.clip(lines, 0, None) + 0.16 * np.clip(feet, 0, None))


def paint_pixels(albedo: np.ndarray, place: np.ndarray, look: Look) -> np.ndarray:
    """Add what is finer than the mesh: pores, blotches, freckles, wrinkles.

    Args:
        albedo: (P, 3) interpolated vertex albedo.
        place: (P, 3) position on the base head.
        look: the person's.

    Returns:
        (P, 3) float32.
    """
    coarse, middle, fine = (noise(place, rate, look.seed) for rate in (4, 16, 45))
    shade = 1 + look.blotches * (coarse + 0.7 * middle + 0.5 * fine)
    out = albedo * (shade * wrinkle_shade(place, look, coarse))[:, None]
    spots = (fine * middle > look.freckles)[:, None]
    return np.where(spots, out * [0.85, 0.75, 0.7], out).astype(np.float32)
