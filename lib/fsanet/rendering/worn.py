"""What is on a person in one picture: clothes, and by chance a hat, a mask, something before the face."""

from dataclasses import dataclass

import numpy as np

from fsanet.rendering.clothes import face_mask
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.headwear import draw_headwear
from fsanet.rendering.model import under_headwear
from fsanet.rendering.occluders import draw_occluder
from fsanet.rendering.person import Person
from fsanet.rendering.pieces import Piece
from fsanet.rendering.raster import vertex_normals
from fsanet.rendering.strands import Strands


@dataclass(frozen=True)
class Worn:
    """What is on a person, in the frame of the base head.

    Attributes:
        pieces, wires: solid things and wires.
        hair, shell: the strands that are seen, and whether the closed mass of hair below them is.
        headwear, occluder: kinds, `none` where there is none.
        masked: whether a face mask is worn.
    """

    pieces: list[Piece]
    wires: list[Strands]
    hair: Strands
    shell: bool
    headwear: str
    occluder: str
    masked: bool


def draw_worn(
    rng: np.random.Generator, person: Person, skin: np.ndarray, headwear: float, masked: float, occluded: float
) -> Worn:
    """What a person wears and holds in one picture.

    Args:
        rng: randomness.
        person: who.
        skin: (V, 3) the head with its expression.
        headwear, masked, occluded: how likely each is, 0..1.
    """
    pack, thickest = head_pack(), float(person.hair.thickness.max())
    pieces, wires, hair, shell = [*person.clothes, *person.lenses], [], person.hair.strands, True
    on_head, before = "none", "none"
    if rng.random() < headwear:
        on_head, things = draw_headwear(rng, person.skull(), thickest)
        pieces += things
        hair = under_headwear(hair, on_head, 7.75)
        shell = on_head == "band" or thickest < 0.12
    wears_mask = bool(rng.random() < masked)
    if wears_mask:
        over = "nose" if rng.random() < 0.85 else "mouth"
        mask, loops = face_mask(pack, rng, skin, vertex_normals(skin, pack.triangles), over)
        pieces.append(mask)
        wires.append(loops)
    if rng.random() < occluded:
        before, thing = draw_occluder(rng, pack, person.look.skin)
        pieces.append(thing)
    return Worn(pieces, wires, hair, shell, on_head, before, wears_mask)
