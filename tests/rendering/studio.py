"""A photographer's studio for tests: one person, lights set by hand, and a picture of what they give."""

import functools
from dataclasses import replace

import numpy as np

from fsanet.rendering.camera import frame_head
from fsanet.rendering.geometry import build_geometry
from fsanet.rendering.hair import Hair
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.lights import Lights
from fsanet.rendering.person import Person, draw_person
from fsanet.rendering.pieces import Material, Piece, grid_triangles, make_piece
from fsanet.rendering.posing import draw_posing
from fsanet.rendering.scene import Eyes, Picture, draw_picture
from fsanet.rendering.shading import Fragments
from fsanet.rendering.strands import POINTS, Strands, join_strands, make_strands

SIZE = 96
BACKGROUND = (0.0, 0.0, 0.0)
AHEAD = Eyes(0.0, 0.0, 0.18)
NOTHING = join_strands([])


@functools.cache
def sitter() -> Person:
    """A shaven, bald person without glasses; what is worn below the neck stays."""
    person = draw_person(np.random.default_rng(5))
    bald = np.zeros(len(person.beard), np.float32)
    return replace(
        person,
        hair=Hair(bald, 0.0, bald, 1.0, NOTHING),
        beard=bald,
        on_face=NOTHING,
        glasses=NOTHING,
        lenses=[],
    )


def lamp(direction, softness: float = 0.0, sky: float = 0.0, shadow: float = 0.0, ground: float = 0.0) -> Lights:
    """One white lamp of strength 1 in a direction (camera axes), on an even sky."""
    towards = np.array([direction], np.float32)
    harmonics = np.zeros((3, 4), np.float32)
    harmonics[:, 0] = sky
    towards /= np.linalg.norm(towards)
    ones = np.ones((1, 3), np.float32)
    return Lights(harmonics, towards, ones, np.array([softness], np.float32), shadow, ground, "studio")


def take(
    lights: Lights,
    *,
    person: Person | None = None,
    pose=(0.0, 0.0, 0.0),
    eyes: Eyes = AHEAD,
    pieces: tuple[Piece, ...] = (),
    hair: Strands = NOTHING,
    face_px: float = 60.0,
) -> Picture:
    """A picture of `SIZE` x `SIZE` pixels with the face's landmark box in its middle, over black."""
    person = person or sitter()
    skin = person.shape.vertices
    geometry = build_geometry(person, skin, [*pieces], [], hair, person.on_face)
    posing = draw_posing(np.random.default_rng(0), np.array(pose))
    camera = frame_head(posing.place(skin[head_pack().landmarks]), 12.0, face_px, (SIZE, SIZE), (SIZE / 2, SIZE / 2))
    behind = np.broadcast_to(np.array(BACKGROUND, np.float32), (SIZE, SIZE, 3))
    return draw_picture(person, geometry, posing, camera, lights, eyes, behind, 0.2)


def sheet(centre, across, up, colour=(0.5, 0.5, 0.5), turned: bool = False, material=Material.CLOTH) -> Piece:
    """A flat square of cloth: its middle, and half of its two sides; `turned` shows the other face."""
    steps = np.linspace(-1, 1, 9)
    points = np.asarray(centre) + steps[:, None, None] * np.asarray(up) + steps[None, :, None] * np.asarray(across)
    triangles = grid_triangles(9, 9)
    return make_piece(points.reshape(-1, 3), triangles[:, ::-1] if turned else triangles, colour, material)


def bundle(start, end, spread: float, colour=(1.0, 0.0, 0.0), count: int = 200, width: float = 0.04) -> Strands:
    """Straight strands side by side along x, from `start` to `end`."""
    offset = np.linspace(-spread, spread, count)[:, None, None] * np.array([1.0, 0.0, 0.0])
    line = np.asarray(start) + np.linspace(0, 1, POINTS)[:, None] * (np.asarray(end, float) - start)
    return make_strands(line[None] + offset, width, colour)


def ball(count: int = 600) -> Fragments:
    """Pixels of a grey ball of radius 1 around the origin, as a far camera on the z axis sees them."""
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(count, 3))
    normal[:, 2] = np.abs(normal[:, 2])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    view = np.broadcast_to([0.0, 0.0, 1.0], normal.shape)
    ones = np.ones(count)
    arrays = (normal, normal, view, np.full((count, 3), 0.5), 5 * normal, ones)
    return Fragments(np.arange(count), *(np.asarray(a, np.float32) for a in arrays))
