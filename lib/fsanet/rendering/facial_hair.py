"""Brows and beards: strands that ride on the skin, and the stain under them."""

from dataclasses import dataclass

import numpy as np

from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.look import Look
from fsanet.rendering.noise import bump, noise, ramp
from fsanet.rendering.shape import Traits
from fsanet.rendering.strands import POINTS, Strands, at_samples, make_strands, surface_samples, unit

_STEPS = np.linspace(0, 1, POINTS)
_BROW_HAIRS, _BEARD_HAIRS = 90, 3000  # few on the brow, where the paint does most of the work
_LIT = 1.2  # hair is shaded darker at its root; this brings short hair near the paint below it

_BEARDS = {  # of men: share, how dark the stain is, length of the hairs in decimetres
    "shaven": (0.37, (0.0, 0.0), (0.0, 0.0)),
    "shadow": (0.21, (0.06, 0.2), (0.0, 0.0)),
    "stubble": (0.2, (0.25, 0.55), (0.0, 0.0)),
    "short": (0.11, (0.75, 1.0), (0.0, 0.0)),
    "full": (0.045, (0.8, 1.0), (0.07, 0.2)),
    "long": (0.015, (0.8, 1.0), (0.28, 0.5)),
    "goatee": (0.03, (0.7, 1.0), (0.0, 0.0)),
    "moustache": (0.02, (0.7, 1.0), (0.0, 0.0)),
}


@dataclass(frozen=True)
class Brow:
    """Form of the brows, in decimetres on the base head.

    Attributes:
        inner, outer: |x| of the ends.
        height: y of the middle.
        arch: how far the middle rises over the ends.
        thickness: half of it, at its fullest.
        fall: how much lower the outer end lies.
        density: 0..1.
    """

    inner: float
    outer: float
    height: float
    arch: float
    thickness: float
    fall: float
    density: float

    def cover(self, place: np.ndarray, rough: np.ndarray | float = 0.0) -> np.ndarray:
        """How much brow lies at places (P, 3) of the base head, 0..1; `rough` (P,) frays the edge."""
        along = (np.abs(place[:, 0]) - self.inner) / (self.outer - self.inner)
        middle = self.height + self.arch * (1 - np.square(2 * along - 1.25)) - self.fall * along
        thick = self.thickness * (1 - 0.7 * ramp(0.4, 1.05, along))
        across = np.abs(place[:, 1] - middle) / thick
        ends = ramp(-0.08, 0.2, along) * ramp(1.1, 0.7, along)  # the inner end is the fuller one
        return ramp(1.25, 0.45, across + rough) * ends * (place[:, 2] > 0.7)


def draw_brow(rng: np.random.Generator, traits: Traits) -> Brow:
    """Brows of a person: thicker for men, thinner for women, fainter for children."""
    return Brow(
        inner=rng.uniform(0.08, 0.15),
        outer=rng.uniform(0.52, 0.6),
        height=rng.uniform(7.435, 7.49),
        arch=rng.uniform(-0.01, 0.04),
        thickness=rng.uniform(0.03, 0.046) * (0.8 + 0.35 * traits.male),
        fall=rng.uniform(0.01, 0.07),
        density=rng.uniform(0.7, 1.0) * (1 - 0.3 * traits.child),
    )


def brow_strands(
    pack: HeadPack, rng: np.random.Generator, brow: Brow, skin: np.ndarray, normals: np.ndarray, colour: np.ndarray
) -> Strands:
    """Short hairs along both brows of a face `skin` (V, 3) with `normals`, carried by its vertices."""
    density = brow.cover(pack.vertices)
    corners, weights = surface_samples(
        rng, skin, pack.triangles[pack.parts == 0], density, int(_BROW_HAIRS * brow.density)
    )
    root, normal, place = (at_samples(v, corners, weights) for v in (skin, normals, pack.vertices))
    keep = brow.cover(place) > 0.6  # the thin edge is paint alone, which can be fainter than a pixel
    root, normal, place, corners = root[keep], normal[keep], place[keep], corners[keep]
    outwards = np.sign(place[:, :1]) * [1.0, 0, 0]
    rise = np.array([0, 1.0, 0]) * rng.uniform(-0.1, 0.4, (len(root), 1))
    along = outwards + rise
    along -= 0.95 * (along * normal).sum(axis=1, keepdims=True) * normal
    length = rng.uniform(0.03, 0.055, (len(root), 1, 1))
    points = root[:, None] + 0.006 * normal[:, None] + unit(along)[:, None] * length * _STEPS[:, None]
    return make_strands(points, 0.008, _LIT * colour * rng.uniform(0.9, 1.2, (len(root), 1)), corners[:, 0])


def beard_mask(pack: HeadPack, rng: np.random.Generator, traits: Traits) -> tuple[np.ndarray, float, float]:
    """A drawn beard: where (V,) in 0..1, how dark it stains the skin, and how long its hairs are (0 none)."""
    x, y, z = np.abs(pack.vertices[:, 0]), pack.vertices[:, 1], pack.vertices[:, 2]
    if traits.male < 0.55 or traits.child > 0.1:
        return np.zeros(len(x), np.float32), 0.0, 0.0
    kind = rng.choice(list(_BEARDS), p=[share for share, _, _ in _BEARDS.values()])
    _, dark, length = _BEARDS[kind]
    edge = 0.04 * noise(pack.vertices, 5, rng.uniform(0, 30))
    cheek = 6.6 + rng.uniform(-0.06, 0.06) + 1.4 * np.square(x - 0.2) + edge  # from the corner of the mouth to the ear
    below = ramp(0.06, -0.16, y - cheek) * ramp(5.88, 6.16, y + edge)
    jaw = below * ramp(0.3, 0.85, z + 0.5 * (y - 6.2))  # not on the neck below the ear
    jaw *= 0.75 + 0.25 * bump(x, 0.35)  # thinner on the cheeks than on the chin
    sideburn = 0.55 * ramp(0.5, 0.64, x) * ramp(0.1, 0.3, z) * ramp(7.25, 6.95, y) * ramp(6.4, 6.8, y) * (z < 0.8)
    lip_line = 6.745 - 0.8 * np.square(x)
    upper_lip = bump(y - lip_line + edge / 2, 0.06) * ramp(0.38, 0.2, x) * ramp(6.83, 6.77, y) * (z > 1.1)
    goatee = ramp(0.42, 0.2, x + edge) * ramp(6.68, 6.52, y) * ramp(5.95, 6.2, y) * (z > 0.7)
    full = np.maximum.reduce([jaw, sideburn, upper_lip])
    where = {"goatee": np.maximum(upper_lip, goatee), "moustache": upper_lip}.get(kind, full)
    where = where * ramp(0.6, 0.1, pack.lips) * (1 - pack.inside_mouth)
    return where.astype(np.float32), rng.uniform(*dark), rng.uniform(*length)


def beard_strands(
    pack: HeadPack,
    rng: np.random.Generator,
    where: np.ndarray,
    length: float,
    skin: np.ndarray,
    normals: np.ndarray,
    look: Look,
) -> Strands:
    """Hairs of a beard on a face `skin` (V, 3), carried by its vertices."""
    corners, weights = surface_samples(rng, skin, pack.triangles[pack.parts == 0], where**3, _BEARD_HAIRS)
    root, normal, place, thick = (
        at_samples(v, corners, weights) for v in (skin, normals, pack.vertices, where[:, None])
    )
    on_lip = ramp(6.6, 6.68, place[:, 1:2]) * ramp(0.42, 0.3, np.abs(place[:, :1])) * (place[:, 2:] > 1.1)
    sideways = (0.9 * on_lip - 0.4) * np.clip(place[:, :1] / 0.1, -1, 1) * [1, 0, 0]
    combed = 0.5 * normal + [0, -0.75, 0.1] + sideways + rng.normal(0, 0.1, normal.shape)
    far = length * ramp(0.35, 1, thick) * rng.uniform(0.85, 1.05, thick.shape)  # the outline runs into the skin
    far *= 1 - 0.7 * on_lip  # a moustache leaves the mouth free
    straight = unit(combed)[:, None] * far[:, None] * _STEPS[:, None]
    droop = np.array([0, -0.25 - length, 0]) * far[:, None] * np.square(_STEPS)[:, None]  # long hair hangs
    width = rng.uniform(0.018, 0.028, thick.shape) * np.linspace(1, 0.6, POINTS)
    shade = look.skin + (_LIT * look.beard * rng.uniform(0.92, 1.08, thick.shape) - look.skin) * ramp(0, 0.8, thick)
    return make_strands(root[:, None] + straight + droop, width, shade, corners[:, 0])
