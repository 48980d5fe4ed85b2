"""A person: everything about a head that stays from picture to picture."""

from dataclasses import dataclass

import numpy as np

from fsanet.rendering.clothes import garment
from fsanet.rendering.facial_hair import Brow, beard_mask, beard_strands, brow_strands, draw_brow
from fsanet.rendering.hair import Hair, grow_hair
from fsanet.rendering.hair_styles import draw_style, get_style
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.headwear import draw_glasses
from fsanet.rendering.look import Look, draw_look, paint_vertices
from fsanet.rendering.pieces import Piece
from fsanet.rendering.raster import vertex_normals
from fsanet.rendering.shape import HeadShape, draw_shape, draw_traits, eye_centres
from fsanet.rendering.strands import SkullMap, Strands, join_strands

_WEARS_GLASSES, _DARK_ONES = 0.17, 0.15


@dataclass(frozen=True)
class Person:
    """A head with its hair, glasses and clothes, at zero pose in the frame of the base head.

    Attributes:
        shape: the neutral head.
        look: colours.
        style: name of the hair style.
        paint: (V, 3) albedo of the clean skin.
        hair: scalp hair.
        brow: form of the brows.
        beard: (V,) where the beard stains the skin, 0..1.
        on_face: strands that the skin carries (brows, beard).
        glasses: their wires; `lenses` their dark glass.
        clothes: what covers the shoulders.
        eyewear: `none`, `glasses` or `sunglasses`.
    """

    shape: HeadShape
    look: Look
    style: str
    paint: np.ndarray
    hair: Hair
    brow: Brow
    beard: np.ndarray
    on_face: Strands
    glasses: Strands
    lenses: list[Piece]
    clothes: list[Piece]
    eyewear: str

    def skull(self) -> SkullMap:
        """The bald head as a radius over directions."""
        return skull_map(self.shape.vertices)


def skull_map(vertices: np.ndarray) -> SkullMap:
    """The head, without its ears, as a radius over directions from its middle."""
    pack = head_pack()
    inside = (pack.ears < 0.3) & np.isin(np.arange(len(vertices)), pack.skin) & (pack.vertices[:, 1] > 6.2)
    return SkullMap(vertices[inside], np.array([0, 7.3, 0.45]))


def draw_person(rng: np.random.Generator, held_out_styles: bool = False, style_name: str | None = None) -> Person:
    """A new person.

    Args:
        rng: randomness; equal generators give equal persons.
        held_out_styles: a test person, who may wear hair that no training person wears.
        style_name: of the hair that is worn instead of the person's own. It grows from a stream of its own, so that
            with any such name all else of the person is the same.

    Raises:
        InputError: for an unknown style.
    """
    pack = head_pack()
    traits = draw_traits(rng)
    shape, look, style = (draw_shape(rng, traits), draw_look(rng, traits), draw_style(rng, traits, held_out_styles))
    hair_rng = rng
    if style_name is not None:
        style, hair_rng = get_style(style_name), rng.spawn(1)[0]
    normals = vertex_normals(shape.vertices, pack.triangles)
    skull = skull_map(shape.vertices)
    hair = grow_hair(pack, hair_rng, traits, style, shape.vertices, normals, skull, look.hair)
    brow = draw_brow(rng, traits)
    where, dark, length = beard_mask(pack, rng, traits)
    on_face = [brow_strands(pack, rng, brow, shape.vertices, normals, look.brows)]
    if length:
        on_face.append(beard_strands(pack, rng, where, length, shape.vertices, normals, look))
    eyewear = "none"
    if rng.random() < _WEARS_GLASSES:
        eyewear = "sunglasses" if rng.random() < _DARK_ONES else "glasses"
    glasses = join_strands([])
    lenses: list[Piece] = []
    if eyewear != "none":
        eyes = eye_centres(shape.vertices, pack)
        glasses, lenses = draw_glasses(rng, pack, shape.vertices, eyes, eyewear == "sunglasses")
    clothes = garment(pack, rng, shape.vertices, normals)
    paint = paint_vertices(pack, look)
    return Person(
        shape,
        look,
        style.name,
        paint,
        hair,
        brow,
        where * dark,
        join_strands(on_face),
        glasses,
        lenses,
        clothes,
        eyewear,
    )
