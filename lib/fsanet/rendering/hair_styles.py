"""The table of hair styles, and which persons wear them."""

from dataclasses import dataclass

import numpy as np

from fsanet.errors import InputError
from fsanet.rendering.shape import Traits

Range = tuple[float, float]
_EAR_TO_CHIN = 1.0


@dataclass(frozen=True)
class HairStyle:
    """One way to wear hair. Lengths in decimetres.

    Attributes:
        name: as the sample's record says.
        women, men: relative frequency.
        shell: thickness of the closed mass under the strands.
        length: of the strands beyond where they start.
        comb: direction in which they leave the scalp: `out`, `part`, `back`, `up`, `forward`, `tied`.
        lift: how much they follow the scalp's normal instead of the comb.
        gravity: pull downwards per step.
        curl: turning per step, alike for neighbours.
        clump: 0 each strand for itself, 1 locks whose tips meet.
        strands: how many.
        width: of a strand.
        sides: length on the sides and the neck as a share of that on top.
        front: what falls over the face: a `fringe` cut along the brows, one `swept` aside over a brow and an eye, a
            `curtain` parted over temples and cheeks; nothing if empty.
        knot: `bun`, `tail` or none.
        fuzz: roughness of the shell.
        hug: how much of what a strand stands off the shell each step takes back.
        held_out: only in test sets.
    """

    name: str
    women: float
    men: float
    shell: Range
    length: Range
    comb: str
    lift: float = 0.2
    gravity: float = 0.1
    curl: float = 0.04
    clump: float = 0.15
    strands: int = 1800
    width: Range = (0.02, 0.035)
    sides: float = 1.0
    front: str = ""
    knot: str = ""
    fuzz: float = 0.1
    hug: float = 0.85
    held_out: bool = False

    @property
    def beside_face(self) -> bool:
        """Whether loose hair falls beside the face, where it may cover cheeks and ears."""
        return self.comb == "part" and self.length[1] > _EAR_TO_CHIN

    @property
    def fringe(self) -> bool:
        """Whether hair is combed over the forehead."""
        return self.front in ("fringe", "swept")


HAIR_STYLES = (
    HairStyle("bald", 0.01, 0.08, (0.0, 0.0), (0.0, 0.0), "out", strands=0),
    HairStyle("horseshoe", 0.0, 0.08, (0.02, 0.05), (0.08, 0.25), "back"),
    HairStyle("buzz", 0.02, 0.12, (0.0, 0.003), (0.02, 0.04), "forward", strands=300, width=(0.01, 0.02)),
    HairStyle("crew", 0.02, 0.16, (0.03, 0.09), (0.08, 0.16), "forward", sides=0.5),
    HairStyle("short", 0.05, 0.14, (0.05, 0.12), (0.2, 0.4), "forward", curl=0.1, sides=0.5),
    HairStyle("side_part", 0.06, 0.13, (0.06, 0.14), (0.4, 0.7), "part", gravity=0.15, sides=0.4),
    HairStyle("brushed_up", 0.02, 0.08, (0.06, 0.14), (0.3, 0.5), "up", 0.5, clump=0.5, sides=0.3, hug=0.3),
    HairStyle("slick_back", 0.04, 0.06, (0.04, 0.09), (0.5, 0.9), "back", sides=0.6, held_out=True),
    HairStyle("mop", 0.05, 0.07, (0.1, 0.2), (0.5, 0.8), "forward", 0.3, 0.3, 0.3, 0.6, front="fringe", hug=0.5),
    HairStyle("curly", 0.08, 0.07, (0.15, 0.35), (0.1, 0.18), "out", 0.4, 0.0, 0.9, 0.1, 2600, fuzz=0.2, hug=0.5),
    HairStyle("afro", 0.05, 0.04, (0.2, 0.6), (0.08, 0.14), "out", 0.4, 0.0, 0.9, 0.0, 3600, (0.03, 0.04), fuzz=0.1),
    HairStyle("locks", 0.04, 0.03, (0.05, 0.1), (0.8, 2.6), "part", 0.4, 0.7, 0.1, 0.98, 1400, (0.04, 0.06)),
    HairStyle("bob", 0.11, 0.01, (0.08, 0.16), (1.3, 1.9), "part", 0.2, 0.8, strands=2800),
    HairStyle("long_straight", 0.15, 0.02, (0.05, 0.12), (2.4, 3.6), "part", 0.15, 0.8, strands=2800),
    HairStyle("long_wavy", 0.13, 0.02, (0.08, 0.16), (1.8, 3.2), "part", 0.3, 0.6, 0.3, 0.4, 2400),
    HairStyle("long_back", 0.05, 0.01, (0.06, 0.12), (2.2, 3.4), "back", 0.2, 0.7, strands=2200),
    HairStyle("fringe_long", 0.09, 0.0, (0.06, 0.12), (1.6, 3.0), "part", 0.2, 0.8, strands=2400, front="fringe"),
    HairStyle("fringe_bob", 0.05, 0.0, (0.08, 0.14), (1.2, 1.7), "part", 0.2, 0.8, front="fringe", held_out=True),
    HairStyle("swept_long", 0.07, 0.01, (0.06, 0.12), (1.6, 3.0), "part", 0.2, 0.8, strands=2600, front="swept"),
    HairStyle("swept_short", 0.05, 0.05, (0.06, 0.14), (0.4, 0.7), "part", 0.2, 0.15, sides=0.4, front="swept"),
    HairStyle("curtain", 0.09, 0.02, (0.05, 0.12), (1.4, 3.2), "part", 0.2, 0.8, strands=3000, front="curtain"),
    HairStyle("tail", 0.09, 0.01, (0.03, 0.07), (0.8, 1.2), "tied", 0.1, 0.0, knot="tail"),
    HairStyle("bun", 0.07, 0.01, (0.03, 0.07), (0.8, 1.2), "tied", 0.1, 0.0, knot="bun"),
)  # fmt: skip


def get_style(name: str) -> HairStyle:
    """A style by its name.

    Raises:
        InputError: for an unknown one; lists those that there are.
    """
    known = {style.name: style for style in HAIR_STYLES}
    if name not in known:
        raise InputError(f"There is no hair style '{name}': choose one of {', '.join(known)}.")
    return known[name]


def draw_style(rng: np.random.Generator, traits: Traits, held_out: bool) -> HairStyle:
    """A style for a person.

    Args:
        rng: randomness.
        traits: sex and age decide how likely each style is.
        held_out: a test person: half of the time one of the held-out styles, else any; otherwise never one of them.
    """
    only_held_out = held_out and rng.random() < 0.5
    styles = [s for s in HAIR_STYLES if s.held_out == only_held_out or (held_out and not only_held_out)]
    share = np.array([traits.male * s.men + (1 - traits.male) * s.women for s in styles])
    grown_up = 1 - traits.child
    bare = np.array([{"bald": 0.6 + traits.old, "horseshoe": 3 * traits.old}.get(s.name, 1.0) for s in styles])
    share = share * np.where([s.name in ("bald", "horseshoe") for s in styles], bare * grown_up, 1.0) + 1e-6
    return styles[rng.choice(len(styles), p=share / share.sum())]
