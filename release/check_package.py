"""Build the source distribution and the wheel, check both, and try the wheel in an empty environment of every Python.

    make package                                   all Pythons from 3.11 to 3.14 that are found
    make package PYTHONS='3.12 /opt/py/bin/python'  those

A trial installs the wheel outside the clone, without what the clone's variables name, estimates the poses of the demo's
picture and compares them with `expected_group.csv`. It says how long the installation took and what it weighs.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXPECTED = Path(__file__).with_name("expected_group.csv")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
WITHIN_DEG = 0.5  # another OpenCV resizes and decodes a little differently
_COLUMNS = ("yaw", "pitch", "roll")


def main(argv: Sequence[str] | None = None) -> int:
    """Build, check, try; 1 where a check or a trial fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", default=VERSIONS, help="versions or programs (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the two files (default: dist)")
    args = parser.parse_args(argv)
    wheel = build(args.out)
    found = {python: program for python in args.pythons if (program := find_python(python))}
    for python in args.pythons:
        if python not in found:
            print(f"Python {python}: not here, not tried")
    problems = [f"{python}: {problem}" for python, program in found.items() for problem in trial(program, wheel)]
    print("\n".join(problems) or f"{wheel.name} works on {len(found)} Pythons: {', '.join(found)}")
    return 1 if problems or not found else 0


def build(out: Path) -> Path:
    """Both files in an empty folder, checked by twine and check-wheel-contents; returns the wheel.

    Raises:
        subprocess.CalledProcessError: when a check fails; it has said why.
    """
    shutil.rmtree(out, ignore_errors=True)
    _run(sys.executable, "-m", "build", "--outdir", out, ROOT)
    files = sorted(out.iterdir())
    [wheel] = [file for file in files if file.suffix == ".whl"]
    _run(sys.executable, "-m", "twine", "check", "--strict", *files)
    _run(sys.executable, "-m", "check_wheel_contents", wheel)
    return wheel


def find_python(name: str) -> str | None:
    """The program of a Python by version or path that really starts; None where there is none."""
    for candidate in (f"python{name}", *Path.home().glob(f".pyenv/versions/{name}.*/bin/python"), name):
        program = shutil.which(str(candidate))
        if program and subprocess.run([program, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
            return program
    return None


def trial(python: str, wheel: Path) -> list[str]:
    """What goes wrong with the wheel in an empty environment of a Python; empty where nothing does."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder, "environment")
        _run(python, "-m", "venv", environment)
        empty = _megabytes(environment)
        start = time.monotonic()
        _run(environment / "bin" / "pip", "install", "--quiet", wheel)
        seconds, megabytes = time.monotonic() - start, _megabytes(environment) - empty
        print(f"{python}: installed in {seconds:.0f} s, {megabytes:.0f} MB")
        _run(environment / "bin" / "pip", "check")
        return differences(_estimate(environment / "bin" / "fsanet", Path(folder)), read_angles(EXPECTED))


def differences(rows: list[list[float]], expected: list[list[float]]) -> list[str]:
    """What differs between yaw, pitch and roll in degrees of faces and those expected, in sentences."""
    if len(rows) != len(expected):
        return [f"{len(rows)} faces instead of {len(expected)}"]
    return [
        f"face {face}: {got} instead of {wanted} degrees"
        for face, (got, wanted) in enumerate(zip(rows, expected, strict=True))
        if max(abs(a - b) for a, b in zip(got, wanted, strict=True)) > WITHIN_DEG
    ]


def read_angles(path: Path) -> list[list[float]]:
    """Yaw, pitch and roll in degrees of a file of rows."""
    with path.open(newline="", encoding="utf-8") as file:
        return [[float(row[column]) for column in _COLUMNS] for row in csv.DictReader(file)]


def _estimate(fsanet: Path, folder: Path) -> list[list[float]]:
    """Angles of the demo's picture, as an installed command finds them in a folder without anything else."""
    shutil.copy(ROOT / "demo" / "assets" / "group.jpg", folder)
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("FSANET_", "PYTHON"))}
    bare |= {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    _run(fsanet, "estimate", "group.jpg", "--quiet", "--no-pictures", "--out", "out", cwd=folder, env=bare)
    return read_angles(folder / "out" / "poses.csv")


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6


def _run(*command: str | Path, **settings) -> None:
    subprocess.run([str(word) for word in command], check=True, **settings)


if __name__ == "__main__":
    sys.exit(main())
