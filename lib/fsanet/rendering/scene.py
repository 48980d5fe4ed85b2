"""Drawing one picture: geometry and light in, linear colours out."""

from dataclasses import dataclass

import numpy as np

from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering.camera import Camera
from fsanet.rendering.geometry import Geometry
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.lights import Lights
from fsanet.rendering.noise import noise
from fsanet.rendering.person import Person
from fsanet.rendering.pieces import Material
from fsanet.rendering.posing import Posing
from fsanet.rendering.raster import NOTHING, draw_triangles, gather, ribbon_screen, ribbon_triangles, vertex_normals
from fsanet.rendering.shading import Fragments, ShadowMap, shade_eyes, shade_hair, shade_skin, shade_solid
from fsanet.rendering.shape import eye_centres
from fsanet.rendering.strands import POINTS, unit

_LEAST_HALF_WIDTH = 0.34  # pixels: thinner hair would break up
_NO_MESH = 255  # instead of a material
_ABOVE = unit(np.array([0.0, 1.0, 0.45]))
_THROUGH = {Material.TOOTH: 0.1, Material.FLESH: 0.1, Material.LASH: 0.0, Material.CLOTH: 0.05, Material.PLASTIC: 0.0}
_SHINE = {Material.TOOTH: 0.25, Material.FLESH: 0.3, Material.LASH: 0.02, Material.CLOTH: 0.0, Material.PLASTIC: 0.35}


@dataclass(frozen=True)
class Eyes:
    """What the eyes do: gaze relative to the head in degrees (yaw, pitch), and the pupil's size in radians."""

    gaze_yaw: float
    gaze_pitch: float
    pupil: float


def draw_eyes(rng: np.random.Generator, yaw: float) -> Eyes:
    """Gaze that is free of the head's pose, and now and then seeks the camera."""
    back = -yaw * rng.uniform(0.2, 0.9) if rng.random() < 0.4 else 0.0
    return Eyes(float(np.clip(back, -30, 30) + rng.normal(0, 9)), float(rng.normal(0, 7)), rng.uniform(0.12, 0.24))


@dataclass(frozen=True)
class Picture:
    """A drawn picture.

    Attributes:
        colour: (H, W, 3) float32 linear RGB.
        covered: (H, W) bool, where the person is.
        skin: (H, W) bool, where bare skin is seen.
        near: (H, W) float32, 1 / distance of what is seen, 0 where nothing is drawn.
    """

    colour: np.ndarray
    covered: np.ndarray
    skin: np.ndarray
    near: np.ndarray


class _Drawn:
    """The buffers after rasterising, and what is needed to fill them with colour."""

    def __init__(self, geometry: Geometry, posing: Posing, camera: Camera):
        self.geometry, self.camera = geometry, camera
        self.vertices = posing.place(geometry.vertices)
        self.strands = posing.place(geometry.strands.points)
        self.normals = vertex_normals(self.vertices, geometry.triangles)
        width, height = camera.size
        self.depth = np.zeros((height, width), np.float32)
        self.ids = np.full((height, width), NOTHING, np.int32)
        self.weights = np.zeros((height, width, 2), np.float32)
        closed = len(head_pack().triangles)
        draw_triangles(camera.project(self.vertices), geometry.triangles, closed, 0, self.depth, self.ids, self.weights)
        if len(geometry.strands):
            screen = camera.project(self.strands)
            half = (0.5 * camera.focal * geometry.strands.widths * screen[..., 2]).astype(np.float32)
            ribbons = ribbon_screen(screen, half, _LEAST_HALF_WIDTH)
            corners = ribbon_triangles(*self.strands.shape[:2])
            draw_triangles(ribbons, corners, 0, len(geometry.triangles), self.depth, self.ids, self.weights)
        self.flat_ids = self.ids.ravel()
        self._values = np.concatenate([geometry.paint, self.normals], axis=1)
        on_mesh = (self.flat_ids >= 0) & (self.flat_ids < len(geometry.triangles))
        self._material = np.where(on_mesh, geometry.materials[np.where(on_mesh, self.flat_ids, 0)], _NO_MESH)

    def positions(self, pixels: np.ndarray) -> np.ndarray:
        """Points (P, 3) that are seen at pixels."""
        y, x = np.divmod(pixels, self.camera.size[0])
        return self.camera.unproject(x + 0.5, y + 0.5, self.depth.ravel()[pixels])

    def view(self, positions: np.ndarray) -> np.ndarray:
        """Unit vectors (P, 3) towards the camera."""
        return unit(self.camera.eye - positions)

    def mesh_pixels(self, material: Material) -> np.ndarray:
        """Pixels that show triangles of a material."""
        return np.flatnonzero(self._material == material)

    def mesh(self, pixels: np.ndarray) -> tuple[Fragments, np.ndarray]:
        """Surface at pixels, and its stains (P, 2) of scalp and beard."""
        seen = gather(self.ids, self.weights, pixels, self.geometry.triangles, self._values)
        position = self.positions(pixels)
        view, normal = self.view(position), unit(seen[:, 9:12])
        # A sheet such as a brim is seen from both sides.
        normal = np.where(np.einsum("pk,pk->p", normal, view)[:, None] < -0.2, -normal, normal)
        return Fragments(pixels, position, normal, view, seen[:, :3], seen[:, 3:6], seen[:, 6]), seen[:, 7:9]

    def strand_pixels(self, wire: bool) -> np.ndarray:
        """Pixels that show hair, or those that show wire."""
        first = len(self.geometry.triangles)
        pixels = np.flatnonzero(self.flat_ids >= first)
        number = (self.flat_ids[pixels] - first) // (2 * (POINTS - 1))
        return pixels[self.geometry.strands.wire[number] == wire]

    def strand(self, pixels: np.ndarray) -> Fragments:
        """Strands at pixels: `normal` is the direction of the strand, hair is darker towards its root."""
        segment = (self.flat_ids[pixels] - len(self.geometry.triangles)) // 2
        number, k = np.divmod(segment, POINTS - 1)
        along = unit(self.strands[number, k + 1] - self.strands[number, k])
        tip = (k / (POINTS - 2)).astype(np.float32)
        position = self.positions(pixels)
        colour = self.geometry.strands.colours[number] * (0.7 + 0.3 * tip)[:, None]
        place = self.geometry.strands.points[number, k]
        return Fragments(pixels, position, along, self.view(position), colour, place, 0.5 + 0.5 * tip)


def _shadows(drawn: _Drawn, lights: Lights, posing: Posing, map_size: int):
    """A function from fragments to [light of the first lamp, openness to the sky], both (P,)."""
    geometry = drawn.geometry
    solid = geometry.triangles[~np.isin(geometry.materials, (Material.LASH, Material.EYE))]
    hair = ~geometry.strands.wire
    strands, widths = drawn.strands[hair][::2], 2 * geometry.strands.widths[hair][::2]
    maps = [
        ShadowMap(drawn.vertices, solid, strands, widths, direction, map_size)
        for direction in (lights.directions[0], unit(posing.head @ _ABOVE))
    ]

    def at(f: Fragments, normal: np.ndarray) -> list[np.ndarray]:
        key, above = (m.light_at(f.position, normal) for m in maps)
        return [1 - lights.shadow * (1 - key), 1 - 0.6 * lights.ground * (1 - above)]

    return at


def draw_picture(
    person: Person,
    geometry: Geometry,
    posing: Posing,
    camera: Camera,
    lights: Lights,
    eyes: Eyes,
    background: np.ndarray,
    gloss: float,
) -> Picture:
    """Draw a person in front of a background.

    Args:
        person: whose colours are used.
        geometry: what is drawn.
        posing: how head and torso stand.
        camera: where it is seen from; its size is the picture's.
        lights: the light.
        eyes: where they look.
        background: (H, W, 3) float32 linear RGB.
        gloss: of the hair.
    """
    drawn = _Drawn(geometry, posing, camera)
    shadows = _shadows(drawn, lights, posing, 128 if max(camera.size) <= 200 else 256)
    colour = background.astype(np.float32).reshape(-1, 3).copy()
    pack, look = head_pack(), person.look

    skin = drawn.mesh_pixels(Material.SKIN)
    f, stains = drawn.mesh(skin)
    lips = gather(drawn.ids, drawn.weights, skin, geometry.triangles, _padded(pack.lips, len(geometry.vertices)))[:, 0]
    colour[skin] = shade_skin(f, lights, shadows(f, f.normal), look, person.brow, stains, lips)

    f, _ = drawn.mesh(drawn.mesh_pixels(Material.EYE))
    gaze = posing.head @ rotation_from_angles([eyes.gaze_yaw, eyes.gaze_pitch, 0.0]) @ [0.0, 0.0, 1.0]
    centres = eye_centres(drawn.vertices[: geometry.head_vertices], pack)
    up = posing.head @ [0.0, 1.0, 0.0]
    colour[f.pixels] = shade_eyes(f, lights, shadows(f, f.normal), look, centres, gaze, eyes.pupil, up)

    _draw_things(drawn, lights, shadows, colour)
    _draw_hair(drawn, lights, shadows, posing, gloss, colour)
    covered = drawn.ids >= 0
    bare = np.zeros(covered.size, bool)
    bare[skin] = True
    return Picture(colour.reshape(background.shape), covered, bare.reshape(covered.shape), drawn.depth)


def _padded(values: np.ndarray, count: int) -> np.ndarray:
    """Per-vertex values of the head as a column for all vertices that are drawn."""
    column = np.zeros((count, 1), np.float32)
    column[: len(values), 0] = values
    return column


def _draw_things(drawn: _Drawn, lights: Lights, shadows, colour: np.ndarray) -> None:
    """Teeth, tongue, lashes, cloth, plastic and wire, into `colour` (pixels, 3)."""
    for material, through in _THROUGH.items():
        pixels = drawn.mesh_pixels(material)
        if not len(pixels):
            continue
        f, _ = drawn.mesh(pixels)
        if material == Material.CLOTH:
            weave = drawn.geometry.weave[drawn.flat_ids[f.pixels]]
            pattern = 1 + weave * noise(f.place, 40) + 0.1 * noise(f.place, 2.5)
            f = Fragments(f.pixels, f.position, f.normal, f.view, f.albedo * pattern[:, None], f.place, f.occlusion)
        gloss = np.full(len(f.pixels), _SHINE[material], np.float32)
        round_edges = np.full(3, through, np.float32)
        colour[f.pixels] = shade_solid(f, lights, shadows(f, f.normal), round_edges, gloss, 60.0)
    f = drawn.strand(drawn.strand_pixels(wire=True))
    if len(f.pixels):
        tube = Fragments(
            f.pixels, f.position, f.view, f.view, f.albedo, f.place, np.full(len(f.pixels), 0.8, np.float32)
        )
        gloss = np.full(len(f.pixels), 0.3, np.float32)
        colour[f.pixels] = shade_solid(tube, lights, shadows(tube, f.view), np.zeros(3, np.float32), gloss, 30.0)


def _draw_hair(drawn: _Drawn, lights: Lights, shadows, posing: Posing, gloss: float, colour: np.ndarray) -> None:
    """The shell of the hair and its strands, into `colour` (pixels, 3)."""
    f, _ = drawn.mesh(drawn.mesh_pixels(Material.HAIR))
    if len(f.pixels):
        down = (posing.head @ [0.0, -1.0, -0.3]).astype(np.float32)
        along = unit(down - (f.normal @ down)[:, None] * f.normal)
        streaks = 1 + 0.3 * noise(f.place * np.array([22.0, 4.0, 22.0], np.float32), 1.0)
        shell = Fragments(f.pixels, f.position, along, f.view, f.albedo * streaks[:, None], f.place, 0.75 * f.occlusion)
        colour[f.pixels] = shade_hair(shell, lights, shadows(f, f.normal), gloss)
    f = drawn.strand(drawn.strand_pixels(wire=False))
    if len(f.pixels):
        colour[f.pixels] = shade_hair(f, lights, shadows(f, f.view), gloss)
