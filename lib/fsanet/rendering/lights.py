"""Light: a soft surrounding, and one to three lamps of which the first casts shadows."""

from dataclasses import dataclass

import numpy as np

from fsanet.rendering.strands import unit


@dataclass(frozen=True)
class Lights:
    """Linear light in camera axes (x right, y up, z to the camera), float32.

    Attributes:
        sky: (3, 4) per colour: constant, and gradients along x, y, z (spherical harmonics up to degree 1).
        directions: (L, 3) unit vectors towards the lamps.
        colours: (L, 3) strengths.
        softness: (L,) 0 a point, 1 a wall of light: how far light reaches round a curved surface.
        shadow: 0..1 how dark the first lamp's shadow is.
        ground: 0..1 how dark hollows and the underside of hair and hats are.
        kind: name of the row that it was drawn by.
    """

    sky: np.ndarray
    directions: np.ndarray
    colours: np.ndarray
    softness: np.ndarray
    shadow: float
    ground: float
    kind: str


def _tint(rng: np.random.Generator, spread: float) -> np.ndarray:
    """A colour of light between warm and cool, with a little green or magenta."""
    return np.clip(
        1 + rng.normal(0, spread) * np.array([1, 0.1, -1]) + rng.normal(0, spread / 4) * np.array([-1, 1, -1]), 0.2, 2
    )


def _direction(
    rng: np.random.Generator, side_deg: float, low_deg: float, high_deg: float, behind: bool = False
) -> np.ndarray:
    around = np.radians(rng.normal(0, side_deg)) + (np.pi * behind)
    height = np.radians(rng.uniform(low_deg, high_deg))
    return np.array([np.sin(around) * np.cos(height), np.sin(height), np.cos(around) * np.cos(height)])


# kind: share, sky strength, sky gradient, lamp strength, lamp softness, shadow, side and height of the lamp in degrees
_KINDS = {
    "overcast": (0.24, (0.6, 1.0), (0.2, 0.6), (0.0, 0.3), (0.6, 1.0), (0.1, 0.4), 50, (20, 70)),
    "indoor": (0.30, (0.3, 0.6), (0.1, 0.5), (0.3, 0.8), (0.3, 0.8), (0.3, 0.8), 40, (10, 60)),
    "window": (0.14, (0.2, 0.45), (0.2, 0.6), (0.5, 1.1), (0.5, 0.9), (0.4, 0.9), 55, (0, 35)),
    "sun": (0.12, (0.25, 0.55), (0.2, 0.5), (0.8, 1.6), (0.0, 0.15), (0.7, 1.0), 45, (20, 65)),
    "flash": (0.14, (0.1, 0.3), (0.0, 0.3), (0.8, 1.2), (0.05, 0.3), (0.2, 0.6), 10, (-3, 20)),
    "stage": (0.03, (0.05, 0.2), (0.0, 0.5), (0.8, 1.5), (0.0, 0.4), (0.5, 1.0), 60, (10, 70)),
    "below": (0.03, (0.15, 0.4), (0.1, 0.5), (0.3, 0.9), (0.3, 0.9), (0.2, 0.7), 50, (-45, -5)),
}

HARD_LIGHT = ("sun", "stage", "below")  # deep shadows with an edge, or shadows that run upwards


def draw_lights(rng: np.random.Generator) -> Lights:
    """The light of one picture."""
    names = list(_KINDS)
    kind = names[rng.choice(len(names), p=np.array([_KINDS[n][0] for n in names]) / sum(v[0] for v in _KINDS.values()))]
    _, sky, slope, lamp, soft, shadow, side, height = _KINDS[kind]
    around = rng.normal(0, 1, 3)
    around[1] = abs(around[1]) + 0.3
    around[2] += 0.7  # who takes a photograph keeps the light behind the camera
    gradient = unit(around) * rng.uniform(*slope)
    cast = _tint(rng, 0.2 if kind == "stage" else 0.07)
    strength = rng.uniform(*sky) * cast
    harmonics = np.concatenate(
        [strength[:, None], strength[:, None] * gradient * (1 + rng.normal(0, 0.1, (3, 1)))], axis=1
    )
    directions, colours, softness = (
        [_direction(rng, side, *height)],
        [rng.uniform(*lamp) * _tint(rng, 0.07)],
        [rng.uniform(*soft)],
    )
    if rng.random() < 0.6:  # fill
        directions.append(_direction(rng, 60, -10, 50))
        colours.append(rng.uniform(0.1, 0.4) * _tint(rng, 0.1))
        softness.append(rng.uniform(0.5, 1))
    if rng.random() < 0.35:  # rim, from behind
        directions.append(_direction(rng, 50, 0, 60, behind=True))
        colours.append(rng.uniform(0.2, 1.2) * _tint(rng, 0.1))
        softness.append(rng.uniform(0, 0.5))
    return Lights(
        sky=np.array(harmonics, np.float32),
        directions=np.array(directions, np.float32),
        colours=np.array(colours, np.float32),
        softness=np.array(softness, np.float32),
        shadow=rng.uniform(*shadow),
        ground=rng.uniform(0.4, 0.9),
        kind=kind,
    )
