"""Brows and beards: strands that ride on the skin, and the stain under them."""

from dataclasses import dataclass

import numpy as np

from data.synthetic.head_pack import HeadPack
from data.synthetic.look import Look
from data.synthetic.noise import bump, noise, ramp
from data.synthetic.shape import Traits
from data.synthetic.strands import POINTS, Strands, at_samples, make_strands, surface_samples, unit

_STEPS = np.linspace(0, 1, POINTS)


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
        thick = self.thickness * (1 - 0.65 * np.clip(along - 0.35, 0, 1) / 0.65)
        across = np.abs(place[:, 1] - middle) / np.maximum(thick, 1e-3)
        ends = ramp(-0.05, 0.08, along) * ramp(1.08, 0.9, along)
        return ramp(1.15, 0.65, across + rough) * ends * (place[:, 2] > 0.7)


def draw_brow(rng: np.random.Generator, traits: Traits) -> Brow:
    """Brows of a person: thicker for men, thinner and more arched for women."""
    return Brow(
        inner=rng.uniform(0.07, 0.16),
        outer=rng.uniform(0.52, 0.62),
        height=rng.uniform(7.46, 7.535),
        arch=rng.uniform(-0.02, 0.045),
        thickness=rng.uniform(0.02, 0.05) * (0.8 + 0.35 * traits.male),
        fall=rng.uniform(0.0, 0.08),
        density=rng.uniform(0.35, 0.95) * (1 - 0.3 * traits.child),
    )


def brow_strands(
    pack: HeadPack, rng: np.random.Generator, brow: Brow, skin: np.ndarray, normals: np.ndarray, colour: np.ndarray
) -> Strands:
    """Short hairs along both brows of a face `skin` (V, 3) with `normals`, carried by its vertices."""
    density = brow.cover(pack.vertices)
    if density.max() < 0.05:
        density = (
            bump(pack.vertices[:, 1] - brow.height, 0.08) * (np.abs(pack.vertices[:, 0]) < 0.6) * (pack.face > 0.5)
        )
    corners, weights = surface_samples(
        rng, skin, pack.triangles[pack.parts == 0], density, int(260 * brow.density) + 20
    )
    root, normal, place = (at_samples(v, corners, weights) for v in (skin, normals, pack.vertices))
    keep = brow.cover(place) > 0.3
    root, normal, place, corners = root[keep], normal[keep], place[keep], corners[keep]
    outwards = np.sign(place[:, :1]) * [1.0, 0, 0]
    rise = np.array([0, 1.0, 0]) * rng.uniform(-0.1, 0.6, (len(root), 1))
    along = outwards + rise + 0.12 * normal
    along -= 0.85 * (along * normal).sum(axis=1, keepdims=True) * normal
    length = rng.uniform(0.035, 0.075, (len(root), 1, 1))
    points = root[:, None] + 0.008 * normal[:, None] + unit(along)[:, None] * length * _STEPS[:, None]
    return make_strands(points, 0.014, colour * rng.uniform(0.8, 1.2, (len(root), 1)), corners[:, 0])


def beard_mask(pack: HeadPack, rng: np.random.Generator, traits: Traits) -> tuple[np.ndarray, float, float]:
    """A drawn beard: where (V,) in 0..1, how dark it stains the skin, and how long its hairs are (0 none)."""
    x, y, z = np.abs(pack.vertices[:, 0]), pack.vertices[:, 1], pack.vertices[:, 2]
    none = np.zeros(len(x), np.float32)
    if traits.male < 0.55 or traits.child > 0.1 or rng.random() > 0.6:
        return none, 0.0, 0.0
    edge = 0.04 * noise(pack.vertices, 5, rng.uniform(0, 30))
    cheek = 6.2 + rng.uniform(0.6, 0.85) * x + edge
    jaw = ramp(-0.05, 0.05, cheek - y + 0.12) * ramp(5.92, 6.08, y) * ramp(-0.1, 0.3, z) * (y < 7.0)
    sideburn = ramp(0.55, 0.62, x) * ramp(0.1, 0.25, z) * ramp(7.3, 7.0, y) * ramp(6.1, 6.2, y) * (z < 0.75)
    upper_lip = bump(y - 6.775 + edge / 2, 0.06) * ramp(0.36, 0.24, x) * (z > 1.1)
    goatee = bump(x, 0.22) * ramp(6.5, 6.42, y + edge) * ramp(5.98, 6.1, y) * (z > 0.7)
    full = np.maximum.reduce([jaw, sideburn, upper_lip])
    kind = rng.choice(["full", "long", "stubble", "shadow", "goatee", "moustache"], p=[0.24, 0.1, 0.24, 0.2, 0.12, 0.1])
    full = full * ramp(0.5, 0.75, z + 0.5 * (y - 6.2))  # not on the neck below the ear
    where = {"goatee": np.maximum(upper_lip, goatee), "moustache": upper_lip}.get(kind, full)
    dark = {"shadow": (0.08, 0.25), "stubble": (0.2, 0.55)}.get(kind, (0.5, 0.95))
    length = {"full": (0.08, 0.22), "long": (0.25, 0.8), "goatee": (0.06, 0.3), "moustache": (0.08, 0.16)}.get(kind)
    long = rng.uniform(*length) if length else 0.0
    return (where * (pack.lips < 0.4)).astype(np.float32), rng.uniform(*dark), long


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
    corners, weights = surface_samples(rng, skin, pack.triangles[pack.parts == 0], np.square(where), 1500)
    root, normal = (at_samples(v, corners, weights) for v in (skin, normals))
    out = 0.55 * normal + [0, -0.8, 0.1] + rng.normal(0, 0.22, normal.shape)
    far = length * rng.uniform(0.6, 1.15, (len(root), 1))
    straight = unit(out)[:, None] * far[:, None] * _STEPS[:, None]
    droop = np.array([0, -0.25, 0]) * far[:, None] * np.square(_STEPS)[:, None]
    width = rng.uniform(0.012, 0.024, (len(root), 1)) * np.linspace(1, 0.4, POINTS)
    shade = look.beard * rng.uniform(0.65, 1.3, (len(root), 1))
    return make_strands(root[:, None] + straight + droop, width, shade, corners[:, 0])
