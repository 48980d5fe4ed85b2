"""The raw sets that `make preprocess` knows: where they lie, where they come from, and what is made of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fsanet.datasets.protocols import SUBSETS_300W_LP
from fsanet.errors import InputError
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE, LANDMARK_MARGIN
from fsanet.readers.biwi import SPLIT_FILE, BiwiSettings, biwi_recipe, find_videos, list_frames, read_split
from fsanet.readers.face_boxes import DetectorChoice, detect_faces
from fsanet.readers.own import own_recipe
from fsanet.readers.own_table import find_table
from fsanet.readers.pointing04 import pointing04_recipe
from fsanet.readers.set_builder import SetRecipe
from fsanet.readers.type1 import type1_recipe

BIWI_SETS = ("BIWI_noTrack", "BIWI_train", "BIWI_test")
BIWI_LEAST_SCORE = 0.90  # of the two protocols' thresholds the lower: faces are searched once for both


@dataclass(frozen=True)
class Options:
    """Settings of a run; None takes the default of the set in question.

    Attributes:
        margin: share of the face box added on each side.
        img_size: side of the crops in pixels.
        detector: name of the face detector, where the set has no boxes of its own.
        bgr_to_mtcnn: feed MTCNN BGR instead of RGB, as the published sets were made.
        euler_order: of BIWI's labels.
        biwi_split: the file with the sides of protocol 2.
        csv: table of one's own set.
        angles: unit of its angles, one of `own.ANGLE_UNITS`; None: degrees, and a question where they may be radians.
        name: of one's own set.
        workers: number of processes, None for one per core.
        quiet: no progress bars.
    """

    margin: float | None = None
    img_size: int = INPUT_SIZE
    detector: str | None = None
    bgr_to_mtcnn: bool = False
    euler_order: str = "xyz"
    biwi_split: Path = SPLIT_FILE
    csv: Path | None = None
    angles: str | None = None
    name: str | None = None
    workers: int | None = None
    quiet: bool = False


@dataclass(frozen=True)
class Step:
    """One npz to make: its name, and a function that lists the raw samples and says how to read them."""

    name: str
    recipe: Callable[[], SetRecipe]


@dataclass(frozen=True)
class RawSet:
    """A raw set.

    Attributes:
        db: its name for DB=.
        steps: (raw folder, output folder, options) -> the npz files to make.
        folder: where it is looked for below `data`; None: RAW= must say it.
        output: where its npz files go below `data`.
        url: where it is to be had.
        terms: on which terms.
        layout: what the raw folder holds.
    """

    db: str
    steps: Callable[[Path, Path, Options], Iterator[Step]]
    layout: str
    folder: str | None = None
    output: str = "."
    url: str = ""
    terms: str = ""


def _steps_300w_lp(raw: Path, out: Path, options: Options) -> Iterator[Step]:
    raw = _unpacked(raw, "300W_LP")
    for name in SUBSETS_300W_LP:
        yield Step(name, partial(_type1, raw / name, out, options, rerendered=True))


def _steps_aflw2000(raw: Path, out: Path, options: Options) -> Iterator[Step]:
    yield Step("AFLW2000", partial(_type1, _unpacked(raw, "AFLW2000"), out, options, rerendered=False))


def _unpacked(raw: Path, name: str) -> Path:
    """The folder itself, or the one of its own name that the archive makes in it."""
    return raw / name if (raw / name).is_dir() else raw


def _type1(folder: Path, out: Path, options: Options, *, rerendered: bool) -> SetRecipe:
    name = folder.name if rerendered else "AFLW2000"
    margin = LANDMARK_MARGIN if options.margin is None else options.margin
    path = out / f"{name}.npz"
    return type1_recipe(folder, path, margin=margin, img_size=options.img_size, rerendered=rerendered)


def _steps_biwi(raw: Path, out: Path, options: Options) -> Iterator[Step]:
    choice = _detector(options, "mtcnn", threshold=BIWI_LEAST_SCORE)
    split = read_split(options.biwi_split)  # a bad one is told before the long search
    frames = list_frames(find_videos(raw))
    path = out / f"BIWI_faces_{choice.name}{'_bgr' * options.bgr_to_mtcnn}.json"
    faces = detect_faces(path, frames, choice, workers=options.workers, quiet=options.quiet)
    settings = BiwiSettings(_detector_margin(options), options.img_size, options.euler_order, split)
    for name in BIWI_SETS:
        yield Step(name, partial(biwi_recipe, name, out / f"{name}.npz", frames, faces, choice.record(), settings))


def _steps_pointing04(raw: Path, out: Path, options: Options) -> Iterator[Step]:
    choice, margin = _detector(options, "yunet"), _detector_margin(options)
    path = out / "Pointing04.npz"
    yield Step("Pointing04", partial(pointing04_recipe, raw, path, choice, margin=margin, img_size=options.img_size))


def _steps_own(raw: Path, out: Path, options: Options) -> Iterator[Step]:
    choice, margin = _detector(options, "yunet"), _detector_margin(options)
    name = options.name or raw.resolve().name
    table = options.csv or find_table(raw)
    path = out / f"{name}.npz"
    recipe = partial(own_recipe, raw, table, path, choice, margin=margin, img_size=options.img_size)
    yield Step(name, partial(recipe, angles=options.angles))


def _detector_margin(options: Options) -> float:
    return DETECTOR_MARGIN if options.margin is None else options.margin


def _detector(options: Options, default: str, **settings: float) -> DetectorChoice:
    name = options.detector or default
    if options.bgr_to_mtcnn and name != "mtcnn":
        raise InputError(f"BGR instead of RGB is a setting of MTCNN, not of {name}.")
    return DetectorChoice(name, tuple(settings.items()), options.bgr_to_mtcnn)


RAW_SETS = {
    raw_set.db: raw_set
    for raw_set in (
        RawSet(
            "300W_LP",
            _steps_300w_lp,
            "the folders AFW, AFW_Flip, ... with images and .mat files",
            "type1/300W_LP",
            "type1",
            "http://www.cbsr.ia.ac.cn/users/xiangyuzhu/projects/3DDFA/main.htm",
            "research only",
        ),
        RawSet(
            "AFLW2000",
            _steps_aflw2000,
            "image00002.jpg, image00002.mat, ...",
            "type1/AFLW2000",
            "type1",
            "http://www.cbsr.ia.ac.cn/users/xiangyuzhu/projects/3DDFA/main.htm",
            "research only",
        ),
        RawSet(
            "BIWI",
            _steps_biwi,
            "the folders 01 to 24 with frame_00003_rgb.png, frame_00003_pose.txt, ...",
            "BIWI",
            url="https://data.vision.ee.ethz.ch/cvl/gfanelli/head_pose/head_forest.html",
            terms="research and education, not commercial",
        ),
        RawSet(
            "Pointing04",
            _steps_pointing04,
            "the folders Person01 to Person15",
            "Pointing04",
            url="http://crowley-coutaz.fr/Head%20Pose%20Image%20Database.html",
            terms="any purpose, to be cited",
        ),
        RawSet("own", _steps_own, "images and a CSV with image, yaw, pitch, roll[, x1, y1, x2, y2][, source]"),
    )
}
