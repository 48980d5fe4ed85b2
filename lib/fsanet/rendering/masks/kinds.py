"""Kinds of face masks, the ways to wear them, and those to put them on a set: what may be asked for, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fsanet.errors import InputError

Range = tuple[float, float]
Colour = tuple[float, float, float]  # linear RGB


@dataclass(frozen=True)
class Kind:
    """One kind of mask. Lengths are decimetres, heights those of the base head.

    Attributes:
        share: how often it is worn, where no kind is asked for.
        half_width_deg: how far it reaches around the face to either side.
        off: how far its middle stands off the tightest sheet over nose and chin.
        ridge: 0 for a round middle, 1 for one that is folded along the nose.
        pleats: number of folds across, at most and least.
        colours: the usual ones with their shares; none stands for any cloth.
        pattern: chance of a pattern.
        on_head: chance of straps around the head instead of loops around the ears.
        valve: chance of a valve.
    """

    share: float
    half_width_deg: Range
    off: Range
    ridge: float = 0.0
    pleats: tuple[int, int] = (0, 0)
    colours: tuple[tuple[Colour, float], ...] = ()
    pattern: float = 0.0
    on_head: float = 0.0
    valve: float = 0.0


_SURGICAL = (
    ((0.36, 0.62, 0.74), 0.42),
    ((0.75, 0.78, 0.80), 0.26),
    ((0.35, 0.55, 0.80), 0.12),
    ((0.38, 0.66, 0.56), 0.08),
    ((0.78, 0.50, 0.56), 0.05),
    ((0.52, 0.45, 0.72), 0.03),
    ((0.03, 0.03, 0.035), 0.04),
)
_FFP2 = (
    ((0.78, 0.79, 0.80), 0.74),
    ((0.025, 0.025, 0.03), 0.12),
    ((0.28, 0.30, 0.33), 0.05),
    ((0.62, 0.53, 0.42), 0.03),
    ((0.10, 0.17, 0.34), 0.06),
)
_N95 = (((0.78, 0.77, 0.74), 0.78), ((0.55, 0.68, 0.74), 0.1), ((0.66, 0.60, 0.48), 0.12))
_BLACK = (((0.012, 0.012, 0.014), 0.7), ((0.03, 0.03, 0.035), 0.3))

SHIELD = "shield"
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "surgical": Kind(0.38, (50, 66), (0.04, 0.12), pleats=(2, 4), colours=_SURGICAL),
        "ffp2": Kind(0.20, (46, 60), (0.10, 0.24), ridge=1.0, colours=_FFP2, on_head=0.1, valve=0.06),
        "n95": Kind(0.08, (38, 50), (0.16, 0.30), ridge=0.25, colours=_N95, on_head=0.9, valve=0.3),
        "cloth": Kind(0.18, (46, 62), (0.03, 0.12), ridge=0.4, pattern=0.6),
        "black": Kind(0.10, (46, 62), (0.03, 0.14), ridge=0.6, colours=_BLACK),
        SHIELD: Kind(0.06, (80, 92), (0.0, 0.2)),
    }
)

# what places masks on the faces of a set
POINTS, POSE, RENDER = "points", "pose", "render"
WAYS = (POINTS, POSE, RENDER)

WORN: Mapping[str, float] = MappingProxyType({"right": 0.80, "below nose": 0.15, "below chin": 0.05})


def check_kind(kind: str) -> None:
    """Refuse what is no kind of mask.

    Raises:
        ValueError: with the kinds that there are.
    """
    if kind not in KINDS:
        raise InputError(f"There is no kind of mask '{kind}': choose one of {', '.join(KINDS)}.")


def check_worn(worn: str) -> None:
    """Refuse what is no way to wear a mask.

    Raises:
        ValueError: with the ways that there are.
    """
    if worn not in WORN:
        raise InputError(f"A mask cannot be worn '{worn}': choose one of {', '.join(WORN)}.")
