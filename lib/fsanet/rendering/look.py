"""The colours of a person: skin, lips, hair, eyes, how the skin has aged, and how the skin is painted with them.

All colours are linear RGB in 0..1. Places are told in the frame of the base head (decimetres, y = 6.165 at the chin,
7.28 at the eyes, 8.49 at the top), so that one description fits every person.
"""

from dataclasses import dataclass

import numpy as np

from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.noise import bump, noise, ramp
from fsanet.rendering.shape import Traits


def linear(rgb_255: np.ndarray | list | tuple) -> np.ndarray:
    """Linear RGB of sRGB values 0..255."""
    c = np.asarray(rgb_255, float) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


# From light to dark; a person's tone is a position along it.
_SKIN_TONES = linear(
    [
        (250, 224, 207),
        (243, 208, 184),
        (233, 190, 160),
        (222, 175, 140),
        (205, 153, 116),
        (180, 127, 92),
        (150, 100, 70),
        (118, 77, 54),
        (90, 59, 42),
        (66, 44, 34),
    ]
)
_TYPICAL_TONE = np.array([7.0, 3.0, 1.3])  # African, Asian, Caucasian
_DARK_HAIR = linear([(20, 17, 16), (30, 23, 20), (42, 30, 24), (56, 40, 30)])
_LIGHT_HAIR = linear(
    [(80, 56, 38), (110, 78, 50), (150, 112, 70), (190, 155, 105), (215, 190, 150), (125, 55, 28), (92, 46, 30)]
)
_GREY_HAIR = linear([(105, 102, 100), (150, 147, 144), (205, 203, 200), (228, 226, 222)])
_DYED_HAIR = linear([(150, 25, 45), (40, 60, 140), (225, 200, 160), (170, 80, 150), (110, 20, 20)])
_DARK_IRIS = linear([(60, 36, 22), (78, 49, 28), (42, 27, 18)])
_LIGHT_IRIS = linear([(95, 108, 78), (86, 116, 142), (120, 140, 152), (110, 86, 48), (130, 135, 130)])


@dataclass(frozen=True)
class Look:
    """Colours (3,) linear RGB and amounts.

    Attributes:
        skin, lips, hair, brows, beard, iris: colours.
        seed: offset of the skin's noise.
        blotches, redness: amounts of uneven colour.
        eye_shadow: dark rings under the eyes; `lid_paint` make-up on the lids.
        wrinkles: 0..1.
        freckles: share of the noise above which a spot appears, large for none.
        lip_paint: how sharply the lips differ from the skin.
        gloss, sharpness: strength and exponent of the skin's highlights.
        relief: how much creases darken.
    """

    skin: np.ndarray
    lips: np.ndarray
    hair: np.ndarray
    brows: np.ndarray
    beard: np.ndarray
    iris: np.ndarray
    seed: float
    blotches: float
    redness: float
    eye_shadow: float
    lid_paint: float
    wrinkles: float
    freckles: float
    lip_paint: float
    gloss: float
    sharpness: float
    relief: float


def _draw_skin(rng: np.random.Generator, traits: Traits) -> tuple[float, np.ndarray]:
    typical = traits.ethnicity @ _TYPICAL_TONE
    tone = np.clip(rng.normal(typical, 1.2) if rng.random() < 0.8 else rng.uniform(0, 9), 0, 8.999)
    low = int(tone)
    colour = _SKIN_TONES[low] * (1 - tone + low) + _SKIN_TONES[low + 1] * (tone - low)
    hue = np.array([1.0, rng.uniform(0.94, 1.05), rng.uniform(0.9, 1.1)])
    return tone, np.clip(colour * hue * rng.uniform(0.72, 1.0), 0, 0.95)


def _draw_hair(rng: np.random.Generator, traits: Traits) -> np.ndarray:
    if traits.old > 0.45 and rng.random() < 0.4 + 0.5 * traits.old:
        table = _GREY_HAIR
    elif rng.random() < (0.9 if traits.ethnicity[2] < 0.5 else 0.35):
        table = _DARK_HAIR
    else:
        table = _LIGHT_HAIR
    return np.clip(table[rng.integers(len(table))] * rng.uniform(0.75, 1.25) * rng.uniform(0.93, 1.07, 3), 0, 0.9)


def draw_look(rng: np.random.Generator, traits: Traits) -> Look:
    """Colours of a person of these traits."""
    tone, skin = _draw_skin(rng, traits)
    natural = _draw_hair(rng, traits)
    hair = _DYED_HAIR[rng.integers(len(_DYED_HAIR))] if rng.random() < 0.02 else natural
    made_up = rng.random() < 0.4 * (1 - traits.male) * (1 - traits.child)
    lips = skin * [rng.uniform(0.75, 1.02), rng.uniform(0.5, 0.75), rng.uniform(0.52, 0.78)]
    if made_up:
        lips = np.array([rng.uniform(0.25, 0.6), rng.uniform(0.02, 0.16), rng.uniform(0.04, 0.18)])
    irises = _DARK_IRIS if traits.ethnicity[2] < 0.5 or rng.random() < 0.35 else _LIGHT_IRIS
    brow_base = natural if rng.random() < 0.75 else _DARK_HAIR[rng.integers(len(_DARK_HAIR))]
    return Look(
        skin=skin,
        lips=lips,
        hair=hair,
        brows=brow_base * rng.uniform(0.5, 0.95),
        beard=natural * rng.uniform(0.6, 1.0),
        iris=irises[rng.integers(len(irises))] * rng.uniform(0.8, 1.3),
        seed=rng.uniform(0, 30),
        blotches=rng.uniform(0.005, 0.045),
        redness=rng.uniform(0, 1.5) * (1 if tone < 5 else 0.4),
        eye_shadow=rng.uniform(0, 0.3),
        lid_paint=rng.uniform(0.2, 1.0) if made_up else rng.uniform(0, 0.25),
        wrinkles=traits.old * rng.uniform(0.2, 0.8),
        freckles=rng.uniform(1.0, 2.5) if rng.random() < 0.2 else 99.0,
        lip_paint=1.0 if made_up else rng.uniform(0.4, 0.95),
        gloss=rng.uniform(0.02, 0.22),
        sharpness=rng.uniform(6, 36),
        relief=rng.uniform(0.8, 2.2),
    )


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
