"""Shading the visible pixels: skin that lets light through, wet eyes, hair, cloth, plastic; and shadows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fsanet.rendering.facial_hair import Brow
from fsanet.rendering.lights import Lights
from fsanet.rendering.look import Look, paint_pixels
from fsanet.rendering.noise import noise, ramp
from fsanet.rendering.raster import draw_depth, lit_share, ribbon_screen, ribbon_triangles
from fsanet.rendering.strands import unit

_EYE_ANGLE, _EDGE_ANGLE = (0.50, 0.44)  # of the iris, radians seen from the eyeball's middle

_MIDDLE_OF_SKULL = np.array([0.0, 0.2, -0.7], np.float32)  # camera axes, about: hair shades like the ball it covers


@dataclass(frozen=True)
class Fragments:
    """The visible pixels of one kind of surface, all (P, ...) float32 in camera axes.

    Attributes:
        pixels: (P,) flat pixel numbers.
        position, normal, view: (P, 3); `view` points to the camera. For hair `normal` holds the strand's direction.
        albedo: (P, 3) linear RGB.
        place: (P, 3) position in the frame of the base head.
        occlusion: (P,) share of the surroundings that is seen.
    """

    pixels: np.ndarray
    position: np.ndarray
    normal: np.ndarray
    view: np.ndarray
    albedo: np.ndarray
    place: np.ndarray
    occlusion: np.ndarray


class ShadowMap:
    """What a far lamp sees.

    Args:
        vertices, triangles: the solid surfaces, camera axes.
        strands: (S, POINTS, 3) hair, `widths` (S, POINTS).
        direction: (3,) unit vector towards the lamp.
        size: side of the map in pixels.
    """

    _REACH = 3.6  # decimetres from the middle of the face that the map covers

    def __init__(
        self,
        vertices: np.ndarray,
        triangles: np.ndarray,
        strands: np.ndarray,
        widths: np.ndarray,
        direction: np.ndarray,
        size: int,
    ):
        right = unit(np.cross([0.0, 1.0, 0.0] if abs(direction[1]) < 0.95 else [1.0, 0.0, 0.0], direction))
        self._axes = np.stack([right, -np.cross(direction, right), direction], axis=1).astype(np.float32)
        self._scale, self._size = size / (2 * self._REACH), size
        self.depth = np.zeros((size, size), np.float32)
        draw_depth(self._see(vertices), triangles, self.depth)
        if len(strands):
            half = (0.6 * widths * self._scale).astype(np.float32)
            ribbons = ribbon_screen(self._see(strands.reshape(-1, 3)).reshape(strands.shape), half, 0.3)
            draw_depth(ribbons, ribbon_triangles(*strands.shape[:2]), self.depth)

    def _see(self, points: np.ndarray) -> np.ndarray:
        seen = points @ self._axes
        return np.column_stack(
            [self._size / 2 + seen[:, 0] * self._scale, self._size / 2 + seen[:, 1] * self._scale, seen[:, 2] + 20]
        ).astype(np.float32)

    def light_at(self, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Share (P,) of the lamp that reaches points (P, 3)."""
        seen = self._see((points + 0.05 * normals).astype(np.float32))
        return lit_share(self.depth, np.ascontiguousarray(seen[:, :2]), np.ascontiguousarray(seen[:, 2]), 0.07)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("pk,pk->p", a, b) if b.ndim == 2 else a @ b


def _power(base: np.ndarray, exponent) -> np.ndarray:
    return np.power(np.clip(base, 0, None), exponent)


def _sky(lights: Lights, normal: np.ndarray) -> np.ndarray:
    """Light (P, 3) that comes from everywhere."""
    return np.clip(lights.sky[:, 0] + normal @ lights.sky[:, 1:].T, 0, None)


def shade_solid(
    f: Fragments, lights: Lights, shadows: list[np.ndarray], through: np.ndarray, gloss: np.ndarray, exponent: ArrayLike
) -> np.ndarray:
    """Colour (P, 3) of a surface: diffuse light reaching `through` (3,) round the edge of shadow, and highlights."""
    key, above = shadows
    light = _sky(lights, f.normal) * (f.occlusion * above)[:, None]
    shine = np.zeros_like(light)
    fresnel = 0.3 + 0.7 * _power(1 - np.clip(_dot(f.normal, f.view), 0, 1), 3)
    for i, direction in enumerate(lights.directions):
        shade = key if i == 0 else np.ones(len(f.pixels), np.float32)
        facing = _dot(f.normal, direction)[:, None]
        wrap = through + 0.6 * lights.softness[i]
        diffuse = np.clip((facing + wrap) / (1 + wrap), 0, None)
        half = unit(f.view + direction)
        lobe = exponent / (1 + 2 * lights.softness[i])
        dim = 1 / (1 + 2 * lights.softness[i])  # a wide lamp spreads its highlight
        spot = dim * _power(_dot(f.normal, half), lobe) * (facing[:, 0] > -0.1) * fresnel
        reach = (shade * (0.5 + 0.5 * f.occlusion))[:, None] * lights.colours[i]
        light += diffuse * reach
        shine += (gloss * spot)[:, None] * reach
    return f.albedo * light + shine


def shade_skin(
    f: Fragments,
    lights: Lights,
    shadows: list[np.ndarray],
    look: Look,
    brow: Brow,
    stains: np.ndarray,
    lips: np.ndarray,
) -> np.ndarray:
    """Skin, with brows, stubble and the scalp's stain painted on."""
    albedo = paint_pixels(f.albedo, f.place, look)
    rough = noise(f.place, 45, look.seed)
    grain = noise(f.place, 110, look.seed)  # hairs are finer than a pixel: they only mottle it
    on_brow = np.clip(brow.cover(f.place, 0.1 * rough) * brow.density * (1.05 + 0.15 * grain), 0, 1)
    albedo += (0.55 * look.brows + 0.2 * look.hair + 0.04 * look.skin - albedo) * on_brow[:, None]
    bristle = np.clip(stains[:, 1] * (0.95 + 0.06 * rough + 0.12 * grain), 0, 1)[:, None]
    albedo += (0.8 * look.beard + 0.03 * look.skin - albedo) * bristle
    scalp = np.clip(stains[:, 0] * (1 + 0.12 * rough), 0, 1)[:, None]
    albedo += (0.8 * look.hair + 0.1 * look.skin - albedo) * scalp
    gloss = (
        look.gloss
        * (1 + 0.35 * noise(f.place, 16, look.seed))
        * (1 + 0.8 * lips)
        * (1 - 0.7 * np.maximum(scalp, bristle)[:, 0])
    )
    bumpy = unit(f.normal + 0.03 * rough[:, None] * np.array([1.0, 0.6, 0.2], np.float32))
    painted = Fragments(f.pixels, f.position, bumpy, f.view, albedo, f.place, f.occlusion)
    return shade_solid(painted, lights, shadows, np.array([0.26, 0.12, 0.08], np.float32), gloss, look.sharpness)


def shade_eyes(
    f: Fragments,
    lights: Lights,
    shadows: list[np.ndarray],
    look: Look,
    centres: np.ndarray,
    gaze: np.ndarray,
    pupil: float,
    up: np.ndarray,
) -> np.ndarray:
    """Eyeballs: white with a blush, iris, pupil, wet highlights, the shadow of the upper lid."""
    middle = centres[(f.place[:, 0] < 0).astype(int)]
    out = unit(f.position - middle)
    angle = np.arccos(np.clip(out @ gaze, -1, 1))
    white = f.albedo * (1 - 0.25 * ramp(0.5, 1.1, angle)[:, None] * [0.4, 1.0, 1.0])
    ring = 0.45 + 0.55 * ramp(_EYE_ANGLE, _EDGE_ANGLE, angle)
    fibres = 1 + 0.25 * noise(f.place, 60, look.seed)
    iris = look.iris * (ring * fibres * (0.8 + 0.5 * ramp(0.2, 0.4, angle)))[:, None]
    albedo = np.where((angle < _EYE_ANGLE)[:, None], iris, white)
    albedo = np.where((angle < pupil)[:, None], 0.006, albedo)
    lid = 0.5 + 0.5 * ramp(0.5, 0.1, out @ up)
    ball = Fragments(f.pixels, f.position, out, f.view, albedo, f.place, (0.55 + 0.45 * f.occlusion) * lid)
    return shade_solid(
        ball, lights, shadows, np.array([0.1, 0.05, 0.05], np.float32), np.full(len(angle), 0.8, np.float32), 120.0
    )


def shade_hair(f: Fragments, lights: Lights, shadows: list[np.ndarray], gloss: float) -> np.ndarray:
    """Hair after Kajiya and Kay (1989): light across the strand, highlights along it."""
    key, above = shadows
    across = f.view - _dot(f.view, f.normal)[:, None] * f.normal  # short where a strand points at the camera
    facing = unit(across + unit(f.position - _MIDDLE_OF_SKULL))
    openness = 0.5 + 0.5 * f.occlusion  # hair lets light through: neither roots nor what lies below others is black
    light = _sky(lights, facing) * (openness * above)[:, None]
    shine = np.zeros_like(light)
    for i, direction in enumerate(lights.directions):
        shade = 0.3 + 0.7 * key if i == 0 else np.ones(len(f.pixels), np.float32)
        along = _dot(f.normal, direction)
        wrap = 0.4 + 0.4 * lights.softness[i]
        across_strand = 0.5 + 0.5 * np.sqrt(np.clip(1 - along**2, 0, 1))
        diffuse = across_strand * np.clip((_dot(facing, direction) + wrap) / (1 + wrap), 0, 1)
        half = unit(f.view + direction)
        spot = _power(1 - _dot(f.normal, half) ** 2, 18.0 / (1 + lights.softness[i]))
        reach = shade[:, None] * lights.colours[i]
        light += diffuse[:, None] * reach
        shine += (gloss * spot * f.occlusion)[:, None] * reach
    return f.albedo * light + shine * (0.3 + 0.7 * f.albedo / (f.albedo.max(axis=1, keepdims=True) + 1e-6))
