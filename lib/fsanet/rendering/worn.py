"""What is on a person in one picture: clothes, and by chance a hat, a mask, something before the face."""

from dataclasses import dataclass

import numpy as np

from fsanet.rendering.geometry import under_headwear
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.headwear import draw_headwear
from fsanet.rendering.masks.solid import SolidMask, beard_below, put_on
from fsanet.rendering.occluders import draw_occluder
from fsanet.rendering.person import Person
from fsanet.rendering.pieces import Piece
from fsanet.rendering.strands import Strands


@dataclass(frozen=True)
class Worn:
    """What is on a person, in the frame of the base head.

    Attributes:
        pieces, wires: solid things and wires.
        hair, shell: the strands that are seen, and whether the closed mass of hair below them is.
        headwear, occluder: kinds, `none` where there is none.
        on_face: brows and the beard that is seen.
        mask: the face mask, None where none is worn.
    """

    pieces: list[Piece]
    wires: list[Strands]
    hair: Strands
    shell: bool
    headwear: str
    occluder: str
    on_face: Strands
    mask: SolidMask | None


def draw_worn(
    rng: np.random.Generator,
    mask_rng: np.random.Generator,
    person: Person,
    skin: np.ndarray,
    headwear: float,
    masked: float,
    occluded: float,
    mask_kind: str | None = None,
) -> Worn:
    """What a person wears and holds in one picture.

    Args:
        rng: randomness.
        mask_rng: randomness of the mask alone, so that a picture is the same with it and without.
        person: who.
        skin: (V, 3) the head with its expression.
        headwear, masked, occluded: how likely each is, 0..1.
        mask_kind: of the mask; None for any.
    """
    pack, thickest = head_pack(), float(person.hair.thickness.max())
    pieces, wires, hair, shell = [*person.clothes, *person.lenses], [], person.hair.strands, True
    on_head, before, on_face, mask = "none", "none", person.on_face, None
    if rng.random() < headwear:
        on_head, things = draw_headwear(rng, person.skull(), thickest)
        pieces += things
        hair = under_headwear(hair, on_head, 7.75)
        shell = on_head == "band" or thickest < 0.12
    if rng.random() < masked:
        mask = put_on(mask_rng, skin, mask_kind)
        pieces += mask.pieces
        wires += mask.wires
        on_face = beard_below(on_face, mask, pack.vertices)
    if rng.random() < occluded:
        before, thing = draw_occluder(rng, pack, person.look.skin)
        pieces.append(thing)
    return Worn(pieces, wires, hair, shell, on_head, before, on_face, mask)
