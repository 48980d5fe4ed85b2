"""The compact head: MakeHuman's base mesh and morph targets (CC0), read from head_pack.npz."""

import enum
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PACK_FILE = Path(__file__).with_name("head_pack.npz")


class Part(enum.IntEnum):
    """What a triangle of the head belongs to."""

    SKIN = 0
    LEFT_EYE = 1
    RIGHT_EYE = 2
    TEETH = 3
    TONGUE = 4
    LASHES = 5


@dataclass(frozen=True)
class HeadPack:
    """Arrays of the pack. Frame: decimetres, x to the person's left, y up, z to the front.

    Attributes:
        vertices: (V, 3) float32, the base head.
        triangles: (T, 3) int32.
        parts: (T,) uint8, a `Part` each.
        landmarks: (68,) vertex numbers in the order of 300W-LP.
        occlusion: (V,) float32, share of the sky that a vertex sees.
        cavity: (V,) float32 in -1..1, positive in creases.
        lips, eyelids, face, ears, inside_mouth: (V,) float32 region masks in 0..1.
        targets: morph name -> (vertex numbers (M,), offsets (M, 3) float32).
        hand_vertices, hand_triangles: a hand around the origin, fingers to +y, palm to +z.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    parts: np.ndarray
    landmarks: np.ndarray
    occlusion: np.ndarray
    cavity: np.ndarray
    lips: np.ndarray
    eyelids: np.ndarray
    face: np.ndarray
    ears: np.ndarray
    inside_mouth: np.ndarray
    targets: dict[str, tuple[np.ndarray, np.ndarray]]
    hand_vertices: np.ndarray
    hand_triangles: np.ndarray

    @functools.cached_property
    def skin(self) -> np.ndarray:
        """Vertex numbers of the skin."""
        return np.unique(self.triangles[self.parts == Part.SKIN])

    def eye(self, part: Part) -> np.ndarray:
        """Vertex numbers of one eyeball."""
        return np.unique(self.triangles[self.parts == part])


@functools.cache
def head_pack() -> HeadPack:
    """The pack, read once per process.

    Raises:
        FileNotFoundError: head_pack.npz is missing.
    """
    if not PACK_FILE.is_file():
        raise FileNotFoundError(f"no {PACK_FILE}: make it with `python -m fsanet.rendering.make_head_pack`")
    with np.load(PACK_FILE, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    ends, offsets = (arrays["target_ends"], arrays["target_offsets"] * arrays["target_step"])
    indices = arrays["target_indices"].astype(np.int32)
    targets = {
        str(name): (indices[a:b], offsets[a:b].astype(np.float32))
        for name, a, b in zip(arrays["target_names"], ends[:-1], ends[1:], strict=True)
    }
    masks = {
        name: (arrays["mask_" + name] / 255).astype(np.float32)
        for name in ("lips", "eyelids", "face", "ears", "inside_mouth")
    }
    return HeadPack(
        **{name: arrays[name] for name in ("vertices", "triangles", "parts", "landmarks")},
        **{name: arrays[name] for name in ("hand_vertices", "hand_triangles")},
        occlusion=(arrays["occlusion"] / 255).astype(np.float32),
        cavity=(arrays["cavity"] / 127).astype(np.float32),
        **masks,
        targets=targets,
    )
