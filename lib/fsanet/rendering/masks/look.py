"""Drawing one mask: everything random about it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fsanet.rendering.masks.kinds import KINDS, SHIELD, WORN, check_kind, check_worn

PATTERNS = ("stripes", "checks", "dots", "print", "halves")


@dataclass(frozen=True)
class MaskLook:
    """One mask and how it is worn. Lengths are decimetres, heights those of the base head.

    Attributes:
        kind, worn: names of `KINDS` and `WORN`.
        half_width_deg: how far it reaches around the face.
        top, side_top, bottom, side_bottom: heights of its edges, in the middle and at its sides.
        top_power, bottom_power: how the edges run between the two.
        off, ridge: how far and how pointed the middle stands off.
        pleats: number of folds.
        crumple: depth of creases.
        colour, other: (3,) linear RGB of the cloth and of its pattern or trim.
        pattern: one of `PATTERNS`, or `plain`.
        pitch, tilt_deg: length and angle of a pattern's repeat.
        on_head, valve: straps around the head; a valve.
        loops: width of the straps.
        reach: share of a strap that hair leaves to be seen.
        clear: share of light that a shield lets through; 0 for masks.
        seed: of creases and prints.
    """

    kind: str
    worn: str
    half_width_deg: float
    top: float
    side_top: float
    bottom: float
    side_bottom: float
    top_power: float
    bottom_power: float
    off: float
    ridge: float
    pleats: int
    crumple: float
    colour: NDArray
    other: NDArray
    pattern: str
    pitch: float
    tilt_deg: float
    on_head: bool
    valve: bool
    loops: float
    reach: float
    clear: float
    seed: float


_EDGES = {  # ranges of top, side_top, bottom, side_bottom
    "right": ((6.98, 7.16), (6.74, 6.94), (6.06, 6.17), (6.42, 6.60)),
    "below nose": ((6.68, 6.78), (6.66, 6.86), (6.04, 6.14), (6.38, 6.54)),
    "below chin": ((6.20, 6.36), (6.42, 6.62), (5.75, 5.92), (6.18, 6.38)),
    SHIELD: ((7.60, 7.90), (7.60, 7.90), (5.85, 6.25), (5.95, 6.45)),
}


def draw_mask(rng: np.random.Generator, kind: str | None = None, worn: str | None = None) -> MaskLook:
    """Draw a mask.

    Args:
        rng: randomness.
        kind: one of `KINDS`; None draws one by its share.
        worn: one of `WORN`; None draws one by its share. A shield is always worn right.

    Raises:
        ValueError: for an unknown kind or way to wear it.
    """
    chosen = _pick(rng, {name: row.share for name, row in KINDS.items()})
    how = _pick(rng, WORN)
    kind, worn = chosen if kind is None else kind, how if worn is None else worn
    check_kind(kind)
    check_worn(worn)
    worn = "right" if kind == SHIELD else worn
    row = KINDS[kind]
    top, side_top, bottom, side_bottom = (
        float(rng.uniform(*span)) for span in _EDGES[SHIELD if kind == SHIELD else worn]
    )
    colour = _colour(rng, row.colours)
    return MaskLook(
        kind=kind,
        worn=worn,
        half_width_deg=float(rng.uniform(*row.half_width_deg)),
        top=top,
        side_top=side_top,
        bottom=bottom,
        side_bottom=side_bottom,
        top_power=float(rng.uniform(1.2, 2.0)),
        bottom_power=float(rng.uniform(1.5, 2.3)),
        off=float(rng.uniform(*row.off)) * (0.5 if worn == "below chin" else 1.0),
        ridge=row.ridge * float(rng.uniform(0.6, 1.0)),
        pleats=int(rng.integers(row.pleats[0], row.pleats[1] + 1)),
        crumple=float(rng.uniform(0.002, 0.012)) * (2.0 if worn == "below chin" else 1.0),
        colour=colour,
        other=_fabric(rng),
        pattern=PATTERNS[rng.integers(len(PATTERNS))] if rng.random() < row.pattern else "plain",
        pitch=float(np.exp(rng.uniform(np.log(0.08), np.log(0.4)))),
        tilt_deg=(0.0, 90.0, float(rng.uniform(0, 180)))[rng.integers(3)],
        on_head=bool(rng.random() < row.on_head),
        valve=bool(rng.random() < row.valve),
        loops=float(rng.uniform(0.014, 0.036)),
        reach=float(rng.uniform(0.25, 1.0)),
        clear=float(rng.uniform(0.70, 0.93)) if kind == SHIELD else 0.0,
        seed=float(rng.uniform(0, 30)),
    )


def _pick(rng: np.random.Generator, shares) -> str:
    names = list(shares)
    weights = np.array([shares[name] for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def _colour(rng: np.random.Generator, colours) -> NDArray:
    """One of a kind's colours, a little lighter or darker; any cloth where it has none."""
    if not colours:
        return _fabric(rng)
    shares = np.array([share for _, share in colours])
    chosen = np.array(colours[int(rng.choice(len(colours), p=shares / shares.sum()))][0])
    return np.clip(chosen * rng.uniform(0.85, 1.12) * np.exp(rng.normal(0, 0.03, 3)), 0.005, 0.9)


def _fabric(rng: np.random.Generator) -> NDArray:
    """Any colour of cloth: greys, dark and bright ones."""
    grey = np.full(3, rng.random() ** 1.4)
    hue = rng.random(3) ** 1.6
    return np.clip((grey + (hue - grey) * rng.random()) * 0.8 + 0.01, 0.01, 0.85)
