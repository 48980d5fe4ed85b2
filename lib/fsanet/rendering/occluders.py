"""Things between the camera and the face: hands, telephones, cups, microphones, and shapeless ones."""

import numpy as np
from scipy.spatial.transform import Rotation

from fsanet.rendering.clothes import draw_fabric
from fsanet.rendering.head_pack import HeadPack
from fsanet.rendering.noise import noise
from fsanet.rendering.pieces import Material, Piece, grid_triangles, make_piece

KINDS = ("hand", "phone", "cup", "microphone", "lump")
_SHARES = (0.5, 0.14, 0.12, 0.1, 0.14)
_SPOTS = np.array(
    [
        [0.0, 6.45, 1.75],
        [0.5, 6.6, 1.45],
        [-0.5, 6.6, 1.45],
        [0.6, 7.2, 1.3],
        [-0.6, 7.2, 1.3],
        [0.0, 6.25, 1.7],
        [0, 7.75, 1.7],
    ]
)  # mouth, cheeks, temples, chin, forehead


def _hand(rng: np.random.Generator, pack: HeadPack, skin_rgb: np.ndarray) -> Piece:
    left = rng.random() < 0.5
    points = pack.hand_vertices * [1.0 if left else -1.0, 1.0, 1.0]
    spot = _SPOTS[rng.integers(len(_SPOTS))]
    lean = rng.normal(0, 35) + (-25 if spot[0] < 0 else 25) * np.sign(abs(spot[0]))
    turn = Rotation.from_euler("zyx", [lean, 180 + rng.normal(0, 25), rng.normal(-10, 20)], degrees=True)
    shift = spot - turn.apply([0, rng.uniform(-0.2, 0.35), -0.1]) + rng.normal(0, 0.08, 3)
    tone = skin_rgb * rng.uniform(0.8, 1.05) * (1 + 0.05 * noise(points, 6, rng.uniform(0, 9)))[:, None]
    return make_piece(turn.apply(points) + shift, pack.hand_triangles, tone, Material.SKIN)


def _superellipsoid(half: np.ndarray, power: float, lumpy: float, seed: float) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = 12, 20
    polar = np.linspace(0.02, np.pi - 0.02, rows)[:, None]
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None]
    ball = np.stack(
        [np.sin(polar) * np.cos(around), np.cos(polar) + 0 * around, np.sin(polar) * np.sin(around)], axis=-1
    )
    ball = ball.reshape(-1, 3)
    ball /= (np.abs(ball) ** power).sum(axis=1, keepdims=True) ** (1 / power)
    ball *= 1 + lumpy * noise(ball, 1.5, seed)[:, None]
    return ball * half, grid_triangles(rows, columns, closed=True)


def _object(rng: np.random.Generator, kind: str) -> Piece:
    half, power, lumpy = {
        "phone": (np.array([0.38, 0.75, 0.05]), 8.0, 0.0),
        "cup": (np.array([0.4, 0.5, 0.4]), 5.0, 0.0),
        "microphone": (np.array([0.22, 0.6, 0.22]), 3.0, 0.0),
    }.get(kind, (rng.uniform(0.15, 0.6, 3), rng.uniform(1.5, 6), 0.2))
    vertices, triangles = _superellipsoid(half * rng.uniform(0.8, 1.2), power, lumpy, rng.uniform(0, 30))
    turn = Rotation.from_euler("zyx", rng.normal(0, [35, 30, 25]), degrees=True)
    spot = _SPOTS[rng.integers(len(_SPOTS))] + [0, 0, half[2] + 0.05] + rng.normal(0, 0.12, 3)
    spot = spot + (np.array([np.sign(spot[0]) * 0.3, -0.2, -0.2]) if kind == "phone" else np.array([0, -0.3, 0]))
    material = Material.CLOTH if kind == "lump" else Material.PLASTIC
    return make_piece(turn.apply(vertices) + spot, triangles, draw_fabric(rng), material)


def draw_occluder(rng: np.random.Generator, pack: HeadPack, skin_rgb: np.ndarray) -> tuple[str, Piece]:
    """One thing in front of the face, in the frame of the base head: its kind, one of KINDS, and its mesh."""
    kind = str(rng.choice(KINDS, p=_SHARES))
    return kind, _hand(rng, pack, skin_rgb) if kind == "hand" else _object(rng, kind)
