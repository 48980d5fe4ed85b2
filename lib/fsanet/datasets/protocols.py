"""Which npz sets there are, and which of them a protocol trains and tests on.

A new data set is one row here and one reader.

Source: Yang et al., CVPR 2019, section 4.2 (sets, limit of 99 degrees, batch sizes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fsanet.errors import InputError
from fsanet.image.face_crop import DETECTOR_MARGIN, LANDMARK_MARGIN
from fsanet.locations import command_here
from fsanet.pose.errors import LABEL_LIMIT_DEG

_FOLDERS = (".", "type1")  # the original keeps 300W-LP and AFLW2000 under data/type1, the others under data


@dataclass(frozen=True)
class SetInfo:
    """One npz set.

    Attributes:
        name: the npz without its suffix.
        db: the DB= of `make preprocess` that makes it.
        margin: share of the face box added on each side of the crop.
        pitch_limit_deg: samples with a larger |pitch| are left out of training and of every error, where their labels
            mean little.
        faces: what one source (the unit of a split) is.
    """

    name: str
    db: str
    margin: float
    pitch_limit_deg: float = LABEL_LIMIT_DEG
    faces: str = "source image"


@dataclass(frozen=True)
class Protocol:
    """What a training run reads.

    Attributes:
        train: names of the sets to train on.
        test: names of the sets to report on, never to choose by.
        validation: names of the sets to choose the best epoch by; empty: `validation_share` of the training sources.
        validation_share: share of the training samples held out, by source.
        batch_size: the paper's.
        limit_deg: samples with an angle beyond this are dropped, in training and testing.
        paper: number of the paper's protocol, None for our own.
    """

    train: tuple[str, ...]
    test: tuple[str, ...]
    validation: tuple[str, ...] = ()
    validation_share: float = 0.2
    batch_size: int = 16
    limit_deg: float = LABEL_LIMIT_DEG
    paper: int | None = None


FLIPPED = "_Flip"  # how the names of mirrored halves of 300W-LP end
SUBSETS_300W_LP = tuple(f"{base}{flip}" for base in ("AFW", "HELEN", "IBUG", "LFPW") for flip in ("", FLIPPED))

SETS: Mapping[str, SetInfo] = MappingProxyType(
    {
        info.name: info
        for info in (
            *(SetInfo(name, "300W_LP", LANDMARK_MARGIN) for name in SUBSETS_300W_LP),
            SetInfo("AFLW2000", "AFLW2000", LANDMARK_MARGIN),
            SetInfo("BIWI_noTrack", "BIWI", DETECTOR_MARGIN, faces="person"),
            SetInfo("BIWI_train", "BIWI", DETECTOR_MARGIN, faces="person"),
            SetInfo("BIWI_test", "BIWI", DETECTOR_MARGIN, faces="person"),
            SetInfo("Pointing04", "Pointing04", DETECTOR_MARGIN, pitch_limit_deg=60, faces="person"),
            SetInfo("synthetic_train", "synthetic", LANDMARK_MARGIN, faces="identity"),
            SetInfo("synthetic_validation", "synthetic", LANDMARK_MARGIN, faces="identity"),
            SetInfo("synthetic_test", "synthetic", LANDMARK_MARGIN, faces="identity"),
        )
    }
)

PROTOCOLS: Mapping[str, Protocol] = MappingProxyType(
    {
        "300W_LP": Protocol(SUBSETS_300W_LP, ("AFLW2000", "BIWI_noTrack"), paper=1),
        "BIWI": Protocol(("BIWI_train",), ("BIWI_test",), batch_size=8, paper=2),
        "synthetic": Protocol(
            ("synthetic_train",),
            ("synthetic_test", "AFLW2000", "BIWI_noTrack", "Pointing04"),
            validation=("synthetic_validation",),
        ),
    }
)


def protocol(name: str) -> Protocol:
    """The protocol of a training set.

    Raises:
        ValueError: for an unknown name, with the known ones.
    """
    if name not in PROTOCOLS:
        raise InputError(f"Unknown protocol '{name}'. Known: {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[name]


def find_set(name: str, folder: str | Path) -> Path:
    """Where the npz of a set lies under `folder` (it, or its `type1`); where it should lie if there is none.

    Args:
        name: a name of `SETS`, or of one's own set.
        folder: usually `data`.
    """
    candidates = [Path(folder) / sub / f"{name}.npz" for sub in _FOLDERS]
    return next((path for path in candidates if path.is_file()), candidates[0])


def sets_in(folder: str | Path) -> list[str]:
    """Names of all npz sets under a folder, where `find_set` finds them."""
    return sorted({path.stem for sub in _FOLDERS for path in (Path(folder) / sub).glob("*.npz")})


def command_that_makes(name: str) -> str:
    """A sentence with the command that makes the npz of that name."""
    if name in SETS:
        db = SETS[name].db
        return f"{command_here(f'preprocess DB={db}', f'prepare --set {db}')} makes it."
    own = command_here("preprocess DB=own RAW=folder", "prepare --set own --raw folder")
    return f"{own} makes one from a folder of images with a CSV of labels."


def set_path(name: str, folder: str | Path) -> Path:
    """The npz of a set that is given by name or by path.

    Raises:
        InputError: when it is the path of something else.
    """
    if Path(name).suffix == ".npz":
        return Path(name)
    found = find_set(name, folder)
    if Path(name).name != name and not found.is_file():
        what = "a folder" if Path(name).is_dir() else "no .npz file"
        raise InputError(
            f"'{name}' is {what}: a set is given by its name, or by the path of an .npz file. "
            f"{command_that_makes(Path(name).stem)}"
        )
    return found
