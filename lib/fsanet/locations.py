"""Where weight and detector files lie on this machine: one `pre-trained/` folder, and a mirror of it.

Below `pre-trained/` a file has one name everywhere, such as `BIWI_models/ssrnet_mt/ssrnet_mt.h5` or
`detectors/face_detection_yunet_2023mar.onnx`. A mirror is a folder (or the address of one) with the same files: a clone
of the original repository, another checkout, or a folder with `models/` for the detector files.
"""

import os
import re
from pathlib import Path, PurePosixPath

from fsanet.errors import InputError

HOME_VARIABLE = "FSANET_HOME"  # the folder that holds pre-trained/
MIRROR_VARIABLE = "FSANET_MIRROR"
PRETRAINED = "pre-trained"
DETECTORS = "detectors"

BUNDLED_DIR = Path(__file__).resolve().parent / "bundled"  # <training set>/<model>.onnx, and the finder's

_CHECKOUT = Path(__file__).resolve().parents[2]  # <checkout>/lib/fsanet/locations.py
_IN_THE_WHEEL = (
    Path(__file__).resolve().parent / PRETRAINED
)  # our own weights, where there is no checkout; see setup.py


class NoHomeError(InputError):
    """The user has no home folder, and no variable names another one."""


def work_dir(name: str) -> Path:
    """Where commands keep what they make: the folder of that name in the checkout, else in the current folder.

    Args:
        name: relative, such as "data" or "training_and_testing/runs".
    """
    return (_CHECKOUT if is_checkout() else Path.cwd()) / name


def is_checkout() -> bool:
    """Whether this package runs from a checkout, with the folders of the repository around it."""
    return (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "lib" / "fsanet").is_dir()


def command_here(make: str, installed: str) -> str:
    """The command, in backticks, that does something where the person is: with `make` in a checkout, else `fsanet`."""
    return f"`make {make}`" if is_checkout() else f"`fsanet {installed}`"


def checkout() -> Path:
    """The root of the checkout, for what only the people of this repository do.

    Raises:
        FileNotFoundError: where the package was installed without one.
    """
    if not is_checkout():
        raise FileNotFoundError(
            "This needs the pictures or folders of a clone of the repository: git clone it and run `make` there."
        )
    return _CHECKOUT


def pretrained_dir() -> Path:
    """The folder for weight and detector files; it need not exist yet.

    The first of: `pre-trained` in the folder that FSANET_HOME names; in the checkout that this package runs from; in
    the current folder, when it is there; in `~/.cache/fsanet` (XDG_CACHE_HOME is kept).
    """
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser() / PRETRAINED
    for folder in (_CHECKOUT, Path.cwd()):
        if (folder / PRETRAINED).is_dir():
            return folder / PRETRAINED
    return cache_dir() / PRETRAINED


def cache_dir() -> Path:
    """The user's folder for what this program can make or fetch again; it need not exist yet.

    Raises:
        NoHomeError: when the user has no home folder, as in some containers, and XDG_CACHE_HOME is not set.
    """
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "fsanet"
    try:
        return Path.home() / ".cache" / "fsanet"
    except RuntimeError:
        raise NoHomeError(
            "This user has no home folder, so that there is no place for weights and what is made of them: set "
            "XDG_CACHE_HOME or HOME to a folder."
        ) from None


def is_address(location: str) -> bool:
    """Whether a location is an http(s) address, rather than a path."""
    return re.match("https?:", location, re.IGNORECASE) is not None


def names_in_mirror(relative: str) -> list[str]:
    """Names under which a mirror may hold the file that is `relative` below `pre-trained/`, likeliest first."""
    names = [f"{PRETRAINED}/{relative}", relative]
    if relative.startswith(f"{DETECTORS}/"):
        name = PurePosixPath(relative).name
        names += [f"models/{name}", name]
    return names


def find_pretrained(relative: str, *, ours: bool = False) -> Path | None:
    """The file that is `relative` below `pre-trained/`: there, in the wheel, or in FSANET_MIRROR's folder; or None.

    Args:
        relative: with forward slashes.
        ours: it is part of the repository: a checkout has it, whatever FSANET_HOME names.
    """
    places = [pretrained_dir() / relative, _IN_THE_WHEEL / relative]
    if ours:
        places.append(_CHECKOUT / PRETRAINED / relative)
    mirror = os.environ.get(MIRROR_VARIABLE)
    if mirror and not is_address(mirror):
        places += [Path(mirror).expanduser() / name for name in names_in_mirror(relative)]
    return next((place for place in places if place.is_file()), None)
