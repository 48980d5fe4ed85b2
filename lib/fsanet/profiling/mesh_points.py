"""MediaPipe's Face Mesh on pictures, by `face_mesh_script` in an environment of its own."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.mediapipe_environment import run_script, write_names

_SCRIPT = Path(__file__).with_name("face_mesh_script.py")


@dataclass(frozen=True)
class Meshes:
    """What was read off pictures.

    Attributes:
        points: (N, T, 478, 3) pixels, x right, y down, z towards the camera, for T turns in the plane; NaN where no
            face was found.
        matte: (N, 256, 256) uint8 how far each part of the picture shows a person.
    """

    points: NDArray[np.float32]
    matte: NDArray[np.uint8]


def read_meshes(files: Sequence[Path]) -> Meshes:
    """Read the meshes of pictures.

    Raises:
        OSError: when the environment cannot be made or the script fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        names, out = Path(folder) / "pictures.txt", Path(folder) / "meshes.npz"
        write_names(names, files)
        run_script(_SCRIPT, names, out)
        with np.load(out, allow_pickle=False) as found:
            return Meshes(found["points"], found["matte"])
