"""One picture's geometry: a person, an expression and what covers the face, as one list of triangles and strands."""

from dataclasses import dataclass

import numpy as np

from fsanet.rendering.head_pack import Part, head_pack
from fsanet.rendering.headwear import HIDES_HAIR, SHOWS_HAIR
from fsanet.rendering.noise import ramp
from fsanet.rendering.person import Person
from fsanet.rendering.pieces import Material, Piece, cut_out
from fsanet.rendering.raster import vertex_normals
from fsanet.rendering.strands import Strands, join_strands, unit

_PART_MATERIAL = {
    Part.SKIN: Material.SKIN,
    Part.LEFT_EYE: Material.EYE,
    Part.RIGHT_EYE: Material.EYE,
    Part.TEETH: Material.TOOTH,
    Part.TONGUE: Material.FLESH,
    Part.LASHES: Material.LASH,
}
_PART_COLOUR = {
    Part.TEETH: (0.66, 0.62, 0.52),
    Part.TONGUE: (0.42, 0.16, 0.16),
    Part.LEFT_EYE: (0.64, 0.59, 0.55),
    Part.RIGHT_EYE: (0.64, 0.59, 0.55),
}
_BETWEEN_LASHES = 7.278  # height on the base head; seen at 64 pixels, single lashes only darken the rim of the lids


@dataclass(frozen=True)
class Geometry:
    """Everything that is drawn, in the frame of the base head.

    Attributes:
        vertices: (V, 3) float32.
        triangles: (T, 3) int32.
        materials: (T,) uint8, a `Material` each.
        weave: (T,) float32, amount of pattern in cloth.
        paint: (V, 9) float32: albedo 3, place on the base head 3, occlusion, scalp stain, beard stain.
        strands: hair, brows, beard, wires.
        head_vertices: the first so many vertices are the head's own, in the order of the pack.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    materials: np.ndarray
    weave: np.ndarray
    paint: np.ndarray
    strands: Strands
    head_vertices: int


def _head_paint(person: Person) -> np.ndarray:
    pack = head_pack()
    albedo = person.paint.copy()
    for part, colour in _PART_COLOUR.items():
        albedo[np.unique(pack.triangles[pack.parts == part])] = colour
    lashes = np.unique(pack.triangles[pack.parts == Part.LASHES])
    upper = pack.vertices[lashes, 1] > _BETWEEN_LASHES
    albedo[lashes] = person.look.skin * np.where(upper, 0.2 - 0.15 * person.look.lid_paint, 0.85)[:, None]
    occlusion = 0.25 + 0.75 * np.clip(1.25 * pack.occlusion, 0, 1)
    scalp = person.hair.scalp * person.hair.stain
    return np.column_stack([albedo, pack.vertices, occlusion, scalp, person.beard]).astype(np.float32)


def _hair_shell(
    person: Person, skin: np.ndarray, normals: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The closed mass of hair over the scalp: vertices, triangles, paint."""
    pack, thickness = head_pack(), person.hair.thickness
    used, triangles = cut_out(pack.triangles[pack.parts == Part.SKIN], thickness > 0)
    if not len(used) or thickness.max() < 0.004:
        return None
    middle = np.array([0, 7.3, 0.4])
    out = unit(normals[used] + unit(skin[used] - middle))
    vertices = skin[used] + out * thickness[used, None]
    count = len(used)
    place = pack.vertices[used]
    colour = np.tile(0.85 * person.look.hair, (count, 1))  # as strands are about halfway from root to tip
    columns = [colour, place, np.full(count, person.hair.openness), np.zeros((count, 2))]
    return (vertices.astype(np.float32), triangles, np.column_stack(columns).astype(np.float32))


def _carried(strands: Strands, skin: np.ndarray, neutral: np.ndarray) -> Strands:
    """Strands moved along with the skin that carries them."""
    shift = (skin - neutral)[strands.roots]
    return Strands(strands.points + shift[:, None], strands.widths, strands.colours, strands.roots, strands.wire)


def build_geometry(
    person: Person,
    skin: np.ndarray,
    pieces: list[Piece],
    wires: list[Strands],
    hair: Strands,
    on_face: Strands,
    shell: bool = True,
) -> Geometry:
    """Put a picture's geometry together.

    Args:
        person: who.
        skin: (V, 3) float32 the head with its expression.
        pieces: clothes, headwear, masks, occluders.
        wires: further strands, such as a mask's ear loops.
        hair: the scalp hair that is seen; less than the person's under headwear.
        on_face: brows and the beard that is seen; less than the person's under a mask.
        shell: whether the closed mass of hair is seen.
    """
    pack = head_pack()
    normals = vertex_normals(person.shape.vertices, pack.triangles)
    vertices, triangles = [skin], [pack.triangles]
    materials = [np.array([_PART_MATERIAL[Part(p)] for p in range(len(Part))], np.uint8)[pack.parts]]
    weave, paint = [np.zeros(len(pack.triangles))], [_head_paint(person)]
    offset = len(skin)

    def add(points, corners, colours, material, pattern=0.0):
        nonlocal offset
        vertices.append(points)
        triangles.append(corners + offset)
        materials.append(np.full(len(corners), material, np.uint8))
        weave.append(np.full(len(corners), pattern))
        paint.append(colours)
        offset += len(points)

    grown = _hair_shell(person, person.shape.vertices, normals) if shell else None
    if grown is not None:
        add(*grown, Material.HAIR)
    for piece in pieces:
        count = len(piece.vertices)
        plain = np.column_stack([piece.colours, piece.vertices, np.full(count, 0.9), np.zeros((count, 2))])
        add(piece.vertices, piece.triangles, plain.astype(np.float32), piece.material, piece.weave)
    strands = join_strands([hair, _carried(on_face, skin, person.shape.vertices), person.glasses, *wires])
    return Geometry(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(materials),
        np.concatenate(weave).astype(np.float32),
        np.concatenate(paint),
        strands,
        len(skin),
    )


def under_headwear(hair: Strands, kind: str, rim: float) -> Strands:
    """The strands that show below headwear: none under a hood or scarf, those that start below the rim under a hat."""
    if kind in HIDES_HAIR:
        keep = np.zeros(len(hair), bool)
    elif kind in SHOWS_HAIR:
        keep = np.ones(len(hair), bool)
    else:
        keep = hair.points[:, 0, 1] < rim
        keep &= ramp(rim + 0.3, rim, hair.points[..., 1].max(axis=1)) > 0
    return Strands(hair.points[keep], hair.widths[keep], hair.colours[keep], hair.roots[keep], hair.wire[keep])
