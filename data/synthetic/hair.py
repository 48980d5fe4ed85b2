"""Hair on the head: a closed shell over the scalp, and strands that grow over it in locks."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from data.synthetic.hair_styles import HairStyle
from data.synthetic.head_pack import HeadPack
from data.synthetic.noise import noise, ramp
from data.synthetic.shape import Traits
from data.synthetic.strands import (
    POINTS,
    SkullMap,
    Strands,
    at_samples,
    join_strands,
    make_strands,
    surface_samples,
    unit,
)

_GUIDES = 170
_EAR = 0.3
_BEHIND_EARS = 0.35  # z of the base head
_LOCKS_OF_FRINGE = 0.5
_STEPS = np.linspace(0, 1, POINTS)


@dataclass(frozen=True)
class Hair:
    """What a person has on the scalp.

    Attributes:
        scalp: (V,) float32 in 0..1 where hair grows.
        stain: how much of the hair's colour the scalp itself shows.
        thickness: (V,) float32 how far the shell stands off, decimetres.
        strands: the hair that is drawn strand by strand.
    """

    scalp: np.ndarray
    stain: float
    thickness: np.ndarray
    strands: Strands


def scalp_mask(pack: HeadPack, rng: np.random.Generator, traits: Traits, style: HairStyle) -> np.ndarray:
    """Where hair grows (V,) in 0..1, after a drawn hairline."""
    x, y, z = np.abs(pack.vertices[:, 0]), pack.vertices[:, 1], pack.vertices[:, 2]
    front = rng.uniform(7.93, 8.18) + (rng.uniform(0, 0.2) if traits.male > 0.5 and traits.old > 0.2 else 0.0)
    receding = rng.uniform(0.0, 0.3) * traits.male * (0.3 + traits.old)
    temple = rng.uniform(0.75, 1.2)
    over_face = front + receding * np.exp(-np.square((x - 0.45) / 0.15)) - 0.55 * ramp(0.35, 0.75, x) * temple
    nape = rng.uniform(6.2, 6.6)
    around = np.interp(z, [-0.9, -0.3, 0.25, 0.75, 1.0], [nape, nape + 0.15, 7.2, rng.uniform(7.1, 7.4), front])
    inner = np.where(z > 0.4, np.interp(x, [0.0, 0.5, 0.64, 0.8], [front, front - 0.15, 7.6, 7.2]), 0)
    edge = np.maximum(np.where(z > 0.75, over_face, around), inner) + 0.03 * noise(pack.vertices, 6, front)
    mask = ramp(-0.1, 0.1, y - edge) * (pack.ears < _EAR)
    if style.name == "horseshoe":
        mask = mask * ramp(7.9, 7.65, y + 0.1 * noise(pack.vertices, 3, nape)) * ramp(0.75, 0.55, z)
    return mask.astype(np.float32)


def _comb(style: HairStyle, place: np.ndarray, normal: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Direction (N, 3) in which hair leaves the scalp at places of the base head."""
    side = np.sign(place[:, 0] - rng.choice([-0.35, -0.25, 0.0, 0.25, 0.35]) + 1e-6)
    zero, one = np.zeros(len(place)), np.ones(len(place))
    if style.comb == "part":
        flow = np.stack([0.9 * side, -0.2 * one, -0.3 + 0.3 * (place[:, 2] > 0.6)], axis=1)
    elif style.comb == "back":
        flow = np.stack([0.2 * np.sign(place[:, 0]), 0.05 * one, -1.2 * one], axis=1)
    elif style.comb == "up":
        flow = np.stack([rng.normal(0, 0.3) * one, 0.5 * one, rng.choice([-0.6, 0.2, 0.5]) * one], axis=1)
    elif style.comb == "forward":
        flow = np.stack([rng.normal(0, 0.4) * one, -0.2 * one, np.where(place[:, 1] > 7.6, 0.7, -0.2)], axis=1)
    elif style.comb == "tied":
        flow = np.array([0.0, 7.75, -0.55]) - place
    else:
        flow = normal
    if style.fringe:
        over_brow = (place[:, 2] > _LOCKS_OF_FRINGE) & (place[:, 1] > 7.7)
        flow = np.where(over_brow[:, None], np.stack([0.35 * place[:, 0], -0.15 * one, one], axis=1), flow)
    return unit(flow + zero[:, None])


def _lengths(style: HairStyle, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    length = rng.uniform(*style.length) * rng.uniform(0.8, 1.1, len(place))
    low = (place[:, 1] < 7.5) | (np.abs(place[:, 0]) > 0.62)
    length = np.where(low, length * style.sides, length)
    if style.fringe:
        over_brow = (place[:, 2] > _LOCKS_OF_FRINGE) & (place[:, 1] > 7.7)
        reach = rng.uniform(0.55, 0.95) * rng.uniform(0.9, 1.1, len(place))
        length = np.where(over_brow, np.minimum(length, reach), length)
    return length


def _off_the_face(points: np.ndarray, long: np.ndarray, tuck: float) -> np.ndarray:
    """Keep long hair beside the face: push points in front of it outwards and back to depth `tuck`."""
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    side = np.sign(x + 1e-6)
    over = long & (z > 0.75) & (y < 7.8) & (np.abs(x) < 0.78)
    x, z = (np.where(over, side * np.maximum(np.abs(x), 0.70), x), np.where(over, z - 0.12, z))
    beside = long & (y < 7.75) & (z > tuck)
    z = np.where(beside, tuck + 0.6 * (z - tuck) * np.clip((y - 7.1) / 0.6, 0, 1), z)
    x = np.where(beside, side * np.maximum(np.abs(x), 0.74), x)
    x = np.where(np.abs(x) > 1.0, side * (1.0 + 0.35 * (np.abs(x) - 1.0)), x)
    return np.stack([x, y, z], axis=1)


def _off_the_neck(points: np.ndarray) -> np.ndarray:
    """Push points (..., 3) below the jaw out of neck and shoulders."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2] - 0.05
    radius = np.sqrt(x * x + z * z)
    least = np.where(y < 6.7, 0.66 + 0.5 * ramp(6.1, 5.6, y), 0.0)
    scale = np.where(radius < least, least / np.maximum(radius, 1e-3), 1.0)
    return np.stack([x * scale, y, z * scale + 0.05], axis=-1)


def _grow(style, root, direction, comb, length, layer, skull: SkullMap, rng) -> np.ndarray:
    """Paths (N, POINTS, 3) of guide strands over the head, in the frame of the base head."""
    step = (length / (POINTS - 1))[:, None]
    long = length > 0.9
    tuck = rng.uniform(0.1, 0.35) if rng.random() < 0.55 else rng.uniform(0.45, 0.95)
    path, x, d = [root], root, direction
    for _ in range(POINTS - 1):
        before = x
        x = skull.push_out(x + d * step, layer, lowest=1.0)
        x = _off_the_face(_off_the_neck(x), long, tuck)
        path.append(x)
        d = unit(x - before) + style.gravity * np.array([0, -3.0, 0]) * step + rng.normal(0, style.curl, x.shape)
        d = unit(d + (0.15 * comb if style.comb in ("back", "part", "up") else 0.0))
    return np.stack(path, axis=1)


def _knot(style: HairStyle, rng: np.random.Generator, count: int) -> np.ndarray:
    """Paths (count, POINTS, 3) of a bun or a tail at the back of the head."""
    height = rng.uniform(7.3, 8.35)
    centre = np.array([0.0, height, np.interp(height, [7.3, 7.8, 8.35], [-0.62, -0.62, -0.25])])
    if style.knot == "bun":
        axis, start = (unit(rng.normal(0, 1, (count, 3))), rng.uniform(0, 2 * np.pi, count))
        u = unit(np.cross(axis, [0.3, 1.0, 0.2]))
        v = np.cross(axis, u)
        angle = start[:, None] + np.pi * _STEPS
        ring = np.cos(angle)[..., None] * u[:, None] + np.sin(angle)[..., None] * v[:, None]
        return centre + ring * rng.uniform(0.2, 0.34)
    drop = rng.uniform(1.2, 2.6) * rng.uniform(0.8, 1.1, count)
    spread = rng.normal(0, 1, (count, 2))
    width = 0.05 + 0.13 * np.sin(np.pi * np.clip(_STEPS * 1.1, 0, 1)) + 0.05 * _STEPS
    x = spread[:, :1] * width
    y = -drop[:, None] * _STEPS**1.2
    z = -0.22 * np.sin(np.pi * np.clip(_STEPS * 1.6, 0, 1)) + spread[:, 1:] * width * 0.7
    return centre + np.stack([x, y, np.broadcast_to(z, x.shape)], axis=-1)


def _locks(style, guides, guide_roots, roots, lift, rng) -> np.ndarray:
    """Strands (N, POINTS, 3) that run beside the nearest guide and draw together towards its tip."""
    _, nearest = cKDTree(guide_roots).query(roots)
    path = guides[nearest]
    apart = (roots - guide_roots[nearest])[:, None]
    keep = 1 - style.clump * _STEPS[:, None]
    shorter = rng.uniform(0.8, 1.0, len(roots))[:, None, None]
    path = path[:, :1] + (path - path[:, :1]) * shorter
    stray = rng.normal(0, 1, (len(roots), 1, 3)) * _STEPS[:, None] ** 1.5
    return path + apart * keep + lift[:, None] + stray * (0.02 + 0.12 * style.curl)


def grow_hair(
    pack: HeadPack,
    rng: np.random.Generator,
    traits: Traits,
    style: HairStyle,
    skin: np.ndarray,
    normals: np.ndarray,
    skull: SkullMap,
    colour: np.ndarray,
) -> Hair:
    """A head of hair.

    Args:
        pack: the base head.
        rng: randomness.
        traits: sex and age move the hairline.
        style: how the hair is worn.
        skin: (V, 3) the person's neutral head placed like the base head.
        normals: (V, 3) its normals.
        skull: the same head as a radius over directions.
        colour: (3,) linear RGB.

    Returns:
        Strands and thickness in the same frame as `skin`.
    """
    scalp = scalp_mask(pack, rng, traits, style)
    if style.name == "bald":
        return Hair(scalp * (rng.random() < 0.4), rng.uniform(0.1, 0.4), np.zeros(len(scalp)), join_strands([]))
    rough = 1 + style.fuzz * noise(pack.vertices, 3.5, rng.uniform(0, 30))
    thickness = rng.uniform(*style.shell) * np.clip(rough, 0.3, 2) * ramp(0.35, 0.95, scalp)
    if style.sides < 1:
        thickness = thickness * np.where(pack.vertices[:, 1] > 7.6, 1.0, style.sides + 0.2)
    triangles = pack.triangles[pack.parts == 0]
    count = style.strands + _GUIDES
    corners, weights = surface_samples(rng, skin, triangles, np.square(scalp), count)
    root, normal, place = (at_samples(v, corners, weights) for v in (skin, normals, pack.vertices))
    off = at_samples(thickness[:, None], corners, weights)
    comb = _comb(style, place, normal, rng)
    direction = unit(style.lift * normal + (1 - style.lift) * comb + rng.normal(0, 0.1, comb.shape))
    length = _lengths(style, place, rng)
    g = slice(0, _GUIDES)
    layer = off[g, 0] + rng.uniform(0, 0.03, _GUIDES)
    guides = _grow(style, root[g], direction[g], comb[g], length[g], layer, skull, rng)
    paths = _locks(style, guides, root[g], root[_GUIDES:], 0.4 * off[_GUIDES:] * normal[_GUIDES:], rng)
    paths = skull.push_out(paths, 0.01, lowest=1.0)
    if style.knot:
        paths = np.concatenate([paths, _knot(style, rng, 500)])
    shade = rng.uniform(0.7, 1.3, (len(paths), 1))
    width = rng.uniform(*style.width, (len(paths), 1)) * np.linspace(1, 0.4, POINTS)
    stain = rng.uniform(0.5, 0.8) if style.name == "buzz" else rng.uniform(0.8, 1.0)
    return Hair(scalp, stain, thickness.astype(np.float32), make_strands(paths, width, colour * shade))
