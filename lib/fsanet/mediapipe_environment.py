"""MediaPipe in an environment of its own, which is set up on first use; scripts of this project run there.

Its wheel wants a NumPy and a Protobuf of its own, which TensorFlow of this project does not share. Such a script
imports nothing of `fsanet`, which is not installed there. MediaPipe is under Apache-2.0.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from fsanet.locations import cache_dir

VERSION = "0.10.14"
PACKAGE = f"mediapipe=={VERSION}"


def mediapipe_python() -> Path:
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


def run_script(script: Path, *arguments: str | Path | int) -> None:
    """Run a script by MediaPipe's interpreter and wait for it.

    Raises:
        OSError: when the environment cannot be made, or the script fails, with its last word.
    """
    _run([mediapipe_python(), script, *arguments], "MediaPipe failed")


def write_names(path: Path, files: Sequence[Path]) -> None:
    """Write the whole paths of files of any name, with a NUL between them, as the scripts read them."""
    path.write_bytes("\0".join(str(Path(file).resolve()) for file in files).encode("utf-8", "surrogateescape"))


def _run(command: Sequence[str | Path | int], trouble: str) -> None:
    done = subprocess.run([str(part) for part in command], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise OSError(f"{trouble}: {last}")
