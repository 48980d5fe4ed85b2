"""Make the template of `template`: what Face Mesh says of renders whose pose is known.

    python -m fsanet.profiling.make_template [--renders 400]

It renders frontal heads of the validation people, has Face Mesh read them (`mesh_points`), turns the points
back by the known poses and writes their mean. About ten minutes of one core; once per version of the head.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.console import EXIT_OK, run_command
from fsanet.datasets.npz_file import write_npz
from fsanet.options import positive
from fsanet.profiling.mesh_points import read_meshes
from fsanet.profiling.template import TEMPLATE_FILE, FaceTemplate, place
from fsanet.rendering.frame import RenderSettings, render_frame
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.shape import mean_head

_SIZE, _FACE_SHARE, _LIMITS_DEG = (360, 440), (0.4, 0.5), (30.0, 25.0, 20.0)
_SETTINGS = RenderSettings(split="validation", per_person=1, headwear=0.05, occluded=0.0)
_ROUNDS = 6  # of weighing points by how well they fit


def known_renders(
    folder: Path,
    count: int,
    seed: int = 77,
    limits_deg: tuple[float, float, float] = _LIMITS_DEG,
    settings: RenderSettings = _SETTINGS,
) -> tuple[list[Path], list[NDArray], list[NDArray]]:
    """Write renders to a folder, within limits of yaw, pitch and roll.

    Returns:
        Their files, landmarks (68, 3) in the picture's axes and rotations (3, 3).
    """
    rng = np.random.default_rng(seed)
    files, landmarks, rotations = [], [], []
    for index in range(count):
        pose = rng.uniform(-1, 1, 3) * limits_deg
        frame = render_frame(seed, index, settings, size=_SIZE, face_share=_FACE_SHARE, pose=pose)
        files.append(folder / f"{index:04d}.png")
        cv2.imwrite(str(files[-1]), frame.image_bgr)
        landmarks.append(frame.landmarks_3d * [1.0, -1.0, 1.0])
        rotations.append(frame.rotation)
    return files, landmarks, rotations


def in_head_frame(mesh: NDArray, landmarks: NDArray, rotation: NDArray) -> NDArray[np.float64]:
    """A mesh (478, 3) of a render in the frame of the head, depth centred on 0: a mesh knows no absolute depth."""
    model = mean_head()[head_pack().landmarks]
    turned, middle = landmarks @ rotation, model.mean(axis=0)
    a, b = turned - turned.mean(axis=0), model - middle
    points = (mesh @ rotation - turned.mean(axis=0)) * ((a * b).sum() / (a * a).sum()) + middle
    return points - [0.0, 0.0, points[:, 2].mean()]


def make_template(meshes: NDArray, landmarks: list[NDArray], rotations: list[NDArray]) -> FaceTemplate:
    """The mean of meshes (N, 478, 3), picture's axes, of renders, and the weights of its points."""
    placed = zip(meshes, landmarks, rotations, strict=True)
    points = np.mean([in_head_frame(*row) for row in placed], axis=0)
    points[:, 2] += _depth_of_face(points)
    weights = np.ones(len(points))
    for _ in range(_ROUNDS):
        found = [place(points, mesh, weights) for mesh in meshes]
        left = np.array([at.to_head(mesh) - points for at, mesh in zip(found, meshes, strict=True)])
        spread = np.median(np.square(left).sum(axis=2), axis=0)
        weights = 1.0 / (spread + 0.2 * np.median(spread))
    return FaceTemplate(points, weights / weights.sum())


def _depth_of_face(points: NDArray) -> float:
    """How far points (478, 3) must come forward to lie on the mean head."""
    front = mean_head()[head_pack().face > 0.4]
    middle = points[np.abs(points[:, 0]) < 0.55]
    distance = np.linalg.norm(middle[:, None, :2] - front[None, :, :2], axis=2)
    surface = [front[np.argsort(row)[:6], 2].max() for row in distance]
    return float(np.mean(surface - middle[:, 2]))


@run_command
def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renders", type=positive, default=400, help="default: %(default)s")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        files, landmarks, rotations = known_renders(Path(folder), args.renders)
        meshes = read_meshes(files).points[:, 0] * [1.0, -1.0, 1.0]
    found = np.flatnonzero(np.isfinite(meshes).all(axis=(1, 2)))
    template = make_template(meshes[found], [landmarks[i] for i in found], [rotations[i] for i in found])
    write_npz(
        TEMPLATE_FILE,
        {"points": template.points.astype(np.float32), "weights": template.weights.astype(np.float32)},
    )
    print(f"{TEMPLATE_FILE}: {len(found)} of {args.renders} renders")
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
