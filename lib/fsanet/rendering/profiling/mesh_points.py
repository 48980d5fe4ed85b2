"""MediaPipe's Face Mesh on pictures, in an environment of its own that is set up on first use.

The wheel wants a NumPy and a Protobuf of its own, which TensorFlow of this project does not share. So a virtual
environment of its own holds it, and `face_mesh_script` runs there. MediaPipe is under Apache-2.0.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.locations import cache_dir

PACKAGE = "mediapipe==0.10.14"
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


def mesh_python() -> Path:
    """The interpreter that has MediaPipe; its environment is made on the first call (about 200 MB, a minute).

    Raises:
        OSError: when it cannot be made.
    """
    folder = cache_dir() / "face_mesh"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (done := folder / "done").is_file():
        print(f"Setting up Face Mesh ({PACKAGE}) in {folder}: once, about a minute.", file=sys.stderr)
        trouble = f"{PACKAGE} could not be installed in '{folder}' (it comes from the package index: is that reached?)"
        try:
            venv.create(folder, with_pip=True, clear=True)
            _run([python, "-m", "pip", "install", "--quiet", PACKAGE], trouble)
            done.touch()
        except subprocess.CalledProcessError as error:  # of venv, for its pip
            raise OSError(f"{trouble}: {error}") from None
        finally:
            if not done.is_file():
                shutil.rmtree(folder, ignore_errors=True)
    return python


def read_meshes(files: Sequence[Path]) -> Meshes:
    """Read the meshes of pictures.

    Raises:
        OSError: when the environment cannot be made or the script fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        names, out = Path(folder) / "pictures.txt", Path(folder) / "meshes.npz"
        write_names(names, files)
        _run([mesh_python(), _SCRIPT, names, out], "Face Mesh failed")
        with np.load(out, allow_pickle=False) as found:
            return Meshes(found["points"], found["matte"])


def write_names(path: Path, files: Sequence[Path]) -> None:
    """Write the whole paths of files of any name, with a NUL between them, as the scripts read them."""
    path.write_bytes("\0".join(str(Path(file).resolve()) for file in files).encode("utf-8", "surrogateescape"))


def _run(command: Sequence[str | Path], trouble: str) -> None:
    done = subprocess.run([str(part) for part in command], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise OSError(f"{trouble}: {last}")
