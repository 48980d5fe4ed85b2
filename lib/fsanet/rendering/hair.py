"""Hair on the head: a closed shell over the scalp, and strands that grow over it in locks."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from fsanet.rendering.hair_styles import HairStyle
from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.noise import noise, ramp
from fsanet.rendering.shape import Traits
from fsanet.rendering.strands import (
    POINTS,
    SkullMap,
    Strands,
    at_samples,
    join_strands,
    make_strands,
    surface_samples,
    unit,
)

_SHELL = 0.35  # of the scalp mask: the shell begins here
_CURLS_OPEN = 0.4  # curls shade each other and do not shine as one sheet
_GUIDES = 170
_EAR = 0.3
_LOCKS_OF_FRINGE = 0.5
_CURTAIN = (0.3, 0.68)  # decimetres from the face's middle, where the eyes are at 0.32 and the cheeks end at 0.7
_TIE = np.array([0.0, 7.75, -0.55])  # where tied hair meets, on the base head
_TAPER = np.interp(np.linspace(0, 1, POINTS), [0, 0.3, 1], [0.4, 1, 0.4])  # blunt ends would speckle
_STEPS = np.linspace(0, 1, POINTS)


@dataclass(frozen=True)
class Hair:
    """What a person has on the scalp.

    Attributes:
        scalp: (V,) float32 in 0..1 where hair grows.
        stain: how much of the hair's colour the scalp itself shows.
        thickness: (V,) float32 how far the shell stands off, decimetres; 0 where there is none.
        openness: share of the light that reaches the shell between the strands, 0..1.
        strands: the hair that is drawn strand by strand.
    """

    scalp: np.ndarray
    stain: float
    thickness: np.ndarray
    openness: float
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
    edge = np.maximum(np.where(z > 0.75, over_face, around), inner) + 0.015 * noise(pack.vertices, 4, front)
    mask = ramp(-0.12, 0.12, y - edge) * (pack.ears < _EAR)
    if style.name == "horseshoe":
        mask = mask * ramp(7.9, 7.65, y + 0.1 * noise(pack.vertices, 3, nape)) * ramp(0.75, 0.55, z)
    return mask.astype(np.float32)


def _comb(
    style: HairStyle, place: np.ndarray, normal: np.ndarray, rng: np.random.Generator, swept: float
) -> np.ndarray:
    """Direction (N, 3) along the scalp in which hair is combed at places of the base head.

    `swept` is the side to which a fringe goes that is swept aside, -1 or 1.
    """
    x, z = place[:, 0], place[:, 2]
    zero, one = np.zeros(len(place)), np.ones(len(place))
    side = np.tanh((x - rng.choice([-0.35, -0.25, 0.0, 0.25, 0.35])) / 0.06)
    if style.comb == "part":
        flow = np.stack([0.9 * side, -0.2 * one, -0.3 - 0.1 * ramp(0.9, 0.5, z)], axis=1)
    elif style.comb == "back":
        flow = np.stack([0.2 * x, 0.05 * one, -1.2 * one], axis=1)
    elif style.comb == "up":
        flow = np.stack([rng.normal(0, 0.3) * one, 0.5 * one, rng.choice([-0.6, 0.2, 0.5]) * one], axis=1)
    elif style.comb == "forward":
        flow = np.stack([rng.normal(0, 0.4) * one, -0.2 * one, 0.7 * one], axis=1)
    elif style.comb == "tied":
        flow = _TIE - place
    else:
        flow = np.stack([noise(place, 12, k) for k in (3, 11, 19)], axis=1)
    if style.comb not in ("tied", "out"):  # on the sides all hair lies down and back, round the ears
        flow = flow + _on_sides(place)[:, None] * (np.stack([zero, -one, -0.7 * one], axis=1) - flow)
    if style.front == "fringe":
        flow = np.where(_over_brow(place)[:, None], np.stack([0.35 * x, -0.15 * one, one], axis=1), flow)
    elif style.front == "swept":
        aside = np.stack([swept * one, -0.2 * one, 0.7 * one], axis=1)
        flow = np.where(_over_brow(place)[:, None], aside, flow)
    elif style.front == "curtain":
        flow = np.where(_in_front(place)[:, None], np.stack([0.9 * side, -0.2 * one, 0.5 * one], axis=1), flow)
    return unit(flow - np.einsum("nk,nk->n", flow, normal)[:, None] * normal)


def _on_sides(place: np.ndarray) -> np.ndarray:
    """How much (N,) places of the base head belong to the sides and the neck instead of the top, 0..1."""
    return np.maximum(ramp(7.8, 7.4, place[:, 1]), ramp(0.55, 0.72, np.abs(place[:, 0])))


def _over_brow(place: np.ndarray) -> np.ndarray:
    return (place[:, 2] > _LOCKS_OF_FRINGE) & (place[:, 1] > 7.7) & (np.abs(place[:, 0]) < 0.6)


def _in_front(place: np.ndarray) -> np.ndarray:
    """(N,) whether hair at places of the base head falls over temples and cheeks if it is let."""
    return (place[:, 2] > 0.35) & (place[:, 1] > 7.6)


def _lengths(style: HairStyle, place: np.ndarray, rng: np.random.Generator, swept: float) -> np.ndarray:
    """Lengths (N,) of strands that start at places of the base head; a fringe is cut along a line over the brows."""
    length = rng.uniform(*style.length) * rng.uniform(0.85, 1.05, len(place))
    length = length * (1 + (style.sides - 1) * _on_sides(place))
    if style.comb == "tied":
        length = np.minimum(length, 1.2 * np.linalg.norm(_TIE - place, axis=1))
    if style.front == "fringe":
        end = np.array([rng.uniform(7.48, 7.65), 1.15])  # height and depth of the cut
        reach = np.linalg.norm(place[:, 1:] - end, axis=1) * rng.uniform(0.95, 1.1, len(place))
        length = np.where(_over_brow(place), np.minimum(length, reach), length)
    elif style.front == "swept":
        end = np.array([0.55 * swept, rng.uniform(7.15, 7.5), 1.0])  # beside the brow or the eye of that side
        reach = np.linalg.norm(place - end, axis=1) * rng.uniform(0.9, 1.15, len(place))
        length = np.where(_over_brow(place), reach, length)
    return length


def _off_the_face(points: np.ndarray, tuck: float) -> np.ndarray:
    """Keep hair beside the face: push points in front of it outwards and back to depth `tuck`."""
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    side = np.sign(x + 1e-6)
    over = (z > 0.75) & (y < 7.8) & (np.abs(x) < 0.78)
    x, z = (np.where(over, side * np.maximum(np.abs(x), 0.70), x), np.where(over, z - 0.12, z))
    beside = (y < 7.75) & (z > tuck)
    z = np.where(beside, tuck + 0.6 * (z - tuck) * np.clip((y - 7.1) / 0.6, 0, 1), z)
    x = np.where(beside, side * np.maximum(np.abs(x), 0.74), x)
    x = np.where(np.abs(x) > 1.0, side * (1.0 + 0.35 * (np.abs(x) - 1.0)), x)
    return np.stack([x, y, z], axis=1)


def _beside_the_middle(points: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Hair (N, 3) that falls over the face, pushed sideways to `least` (2,) from the middle, left and right."""
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    side = np.sign(x + 1e-6)
    wanted = np.where(side < 0, *least) * ramp(7.95, 7.6, y)
    return np.stack([np.where(z > 0.6, side * np.maximum(np.abs(x), wanted), x), y, z], axis=1)


def _off_the_neck(points: np.ndarray) -> np.ndarray:
    """Push points (..., 3) below the jaw out of neck and shoulders."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2] - 0.05
    radius = np.sqrt(x * x + z * z)
    least = np.where(y < 6.7, 0.66 + 0.5 * ramp(6.1, 5.6, y), 0.0)
    scale = np.where(radius < least, least / np.maximum(radius, 1e-3), 1.0)
    return np.stack([x * scale, y, z * scale + 0.05], axis=-1)


def _settle(points: np.ndarray, layer: np.ndarray, hug: float, skull: SkullMap) -> np.ndarray:
    """Points (..., 3) put out to `layer` over the head, and down to it by a share `hug` of what they stand off."""
    offset = points - skull.centre
    direction, y = unit(offset), offset[..., 1]
    over = np.linalg.norm(offset, axis=-1) - skull.radius_at(direction) - layer
    share = np.where(over < 0, y > -1.0, hug * ramp(-0.4, 0.2, y))  # below the nape hair hangs
    return points - (share * over)[..., None] * direction


def _grow(style, root, place, direction, comb, length, layer, skull: SkullMap, rng) -> np.ndarray:
    """Paths (N, POINTS, 3) of strands over the head, in the frame of the base head; neighbours bend alike."""
    step = (length / (POINTS - 1))[:, None]
    falls = _in_front(place) & (style.front == "curtain")
    least = rng.uniform(*_CURTAIN, 2) if style.front == "curtain" else np.zeros(2)
    long = (length > 0.9) & (style.comb != "tied") & ~falls & ~(_over_brow(place) & (style.front == "swept"))
    tuck = rng.uniform(0.05, 0.35) if rng.random() < 0.6 else rng.uniform(0.35, 0.65)
    phase = rng.uniform(0, 30, 3)
    path, x, d = [root], root, direction
    for _ in range(POINTS - 1):
        before = x
        x = _settle(x + d * step, layer, style.hug, skull)
        x = np.where(long[:, None], _off_the_face(_off_the_neck(x), tuck), x)
        x = np.where(falls[:, None], _beside_the_middle(_off_the_neck(x), least), x)
        path.append(x)
        swirl = np.stack([noise(x, 3.5, offset) for offset in phase], axis=1)
        held = np.where(falls, ramp(8.1, 7.8, x[:, 1]), ramp(1.0, 0.6, x[:, 2]))  # over the forehead as it is combed
        pull = 3 * style.gravity * held * step[:, 0]
        d = unit(x - before) - pull[:, None] * [0, 1, 0] + style.curl * swirl
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


def _locks(style: HairStyle, paths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Strands (N, POINTS, 3) drawn together towards the tip of the nearest of the first of them; a few stray."""
    _, nearest = cKDTree(paths[:_GUIDES, 0]).query(paths[:, 0])
    together = style.clump * _STEPS[:, None] * (paths[nearest] - paths)
    stray = rng.normal(0, 1, (len(paths), 1, 3)) * _STEPS[:, None] ** 1.5
    return paths + together + stray * (0.01 + 0.05 * style.curl)


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
        return Hair(scalp * (rng.random() < 0.4), rng.uniform(0.1, 0.4), np.zeros(len(scalp)), 1.0, join_strands([]))
    rough = 1 + style.fuzz * noise(pack.vertices, 3.5, rng.uniform(0, 30))
    full = rng.uniform(*style.shell)
    inward = np.zeros(len(scalp))  # from the hairline: thick hair rounds off towards it
    inward[scalp > _SHELL] = cKDTree(skin[scalp <= _SHELL]).query(skin[scalp > _SHELL])[0]
    thickness = full * np.clip(rough, 0.3, 2) * ramp(0, max(0.15, 1.2 * full), inward)
    thickness = thickness * (1 + (min(style.sides + 0.2, 1) - 1) * _on_sides(pack.vertices))
    triangles = pack.triangles[pack.parts == 0]
    shell = skin + unit(normals + unit(skin - skull.centre)) * thickness[:, None]
    corners, weights = surface_samples(rng, shell, triangles, ramp(_SHELL - 0.1, 0.9, scalp), style.strands)
    start, normal, place = (at_samples(v, corners, weights) for v in (shell, normals, pack.vertices))
    swept = rng.choice([-1.0, 1.0]) if style.front == "swept" else 0.0
    comb = _comb(style, place, normal, rng, swept)
    direction = unit(style.lift * normal + (1 - style.lift) * comb)
    offset = start - skull.centre
    length = _lengths(style, place, rng, swept)
    rise = rng.uniform(0.2, 1, len(start)) * np.minimum(0.03, 0.15 * length)  # above the shell and among each other
    layer = np.linalg.norm(offset, axis=1) - skull.radius_at(unit(offset)) + rise
    paths = _grow(style, start, place, direction, comb, length, layer, skull, rng)
    paths = _settle(_locks(style, paths, rng), layer[:, None], 0.0, skull)
    if style.knot:
        paths = np.concatenate([paths, _knot(style, rng, 500)])
    shade = rng.uniform(0.85, 1.15, (len(paths), 1))
    width = rng.uniform(*style.width, (len(paths), 1)) * _TAPER
    stain = rng.uniform(0.6, 0.9) if style.name == "buzz" else rng.uniform(0.8, 1.0)
    openness = _CURLS_OPEN if style.comb == "out" else 1.0
    return Hair(scalp, stain, thickness.astype(np.float32), openness, make_strands(paths, width, colour * shade))
