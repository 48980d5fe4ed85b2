"""The colours of a person: skin, lips, hair, eyes, and how the skin has aged. All colours are linear RGB in 0..1."""

from dataclasses import dataclass

import numpy as np

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
