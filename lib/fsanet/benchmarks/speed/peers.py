"""What finds faces and reads poses elsewhere, on the same pictures: MediaPipe's Face Mesh and this project.

The pictures are AFLW2000's, with their labels, from `data/type1/AFLW2000` or the mirror. MediaPipe gives 478 points and
no angles of this convention: the rotation is fitted to them by a template of rendered heads at zero pose, so nothing of
the measured pictures goes into it. Beside the error of each side on what it finds is that on what all sides find. All
of it once more with a painted mask on each face, as `fsanet mask` draws them.
"""

import os
import tempfile
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.image.reading import write_image
from fsanet.locations import MIRROR_VARIABLE, work_dir
from fsanet.mediapipe_environment import VERSION, mediapipe_python, run_script, write_names
from fsanet.readers.labelled_photographs import LabelledPhotograph, labelled_among, labelled_photographs

TITLE = "Peers on whole pictures of AFLW2000: milliseconds a picture, faces found, mean absolute error in degrees"
SET = "AFLW2000"
_SCRIPT = Path(__file__).with_name("peer_script.py")
_NEEDED = ("numpy", "onnxruntime", "tqdm", "flatbuffers", "protobuf", "packaging")
_OPENCV = ("opencv-python-headless", "opencv-python")


class Answers(NamedTuple):
    """What one side says of N pictures.

    Attributes:
        pose_deg: (N, 3) yaw, pitch, roll; NaN where it does not find the labelled face.
        ms: milliseconds a picture, one for each round.
        cpu_ms: of all cores together; where other programs run it says more.
        installed_mb: what has to be installed for it.
    """

    pose_deg: NDArray[np.float64]
    ms: tuple[float, ...]
    cpu_ms: float
    installed_mb: float


def run(effort: Effort) -> Section:
    """Measure all sides.

    Raises:
        FileNotFoundError: where the pictures are not there.
        OSError: where MediaPipe's environment cannot be made.
    """
    pictures = _pictures()
    with tempfile.TemporaryDirectory() as folder:
        masked = [_masked(picture, number, Path(folder)) for number, picture in enumerate(pictures)]
        rows = [*_measured(pictures, effort.rounds), *_measured(masked, rounds=1, shown=", masked")]
    return Section("peers", TITLE, rows)


def _measured(pictures: list[LabelledPhotograph], rounds: int, shown: str = "") -> list[Row]:
    sides = {
        f"fsanet, YuNet and fusion{shown}": _ours("yunet", pictures, rounds),
        f"fsanet, scout and fusion{shown}": _ours("scout", pictures, rounds),
        f"MediaPipe {VERSION} Face Mesh{shown}": _mediapipe(pictures, rounds),
    }
    return _rows(sides, np.array([picture.pose_deg for picture in pictures]))


def _rows(sides: dict[str, Answers], true: NDArray[np.float64]) -> list[Row]:
    found = {name: np.all(np.isfinite(answers.pose_deg), axis=1) for name, answers in sides.items()}
    common = np.logical_and.reduce(list(found.values()))
    return [
        Row(
            name,
            "ms",
            answers.ms,
            {
                "found": f"{found[name].sum()}/{len(true)}",
                "MAE": f"{_mae(answers, true, found[name]):.2f}",
                "where all find": f"{_mae(answers, true, common):.2f} of {common.sum()}",
                "CPU ms": answers.cpu_ms,
                "installed MB": answers.installed_mb,
            },
        )
        for name, answers in sides.items()
    ]


def _mae(answers: Answers, true: NDArray[np.float64], which: NDArray[np.bool_]) -> float:
    return float(np.abs(answers.pose_deg - true)[which].mean())


def _pictures() -> list[LabelledPhotograph]:
    """Those with a labelled face within 99 degrees."""
    places = [work_dir("data/type1") / SET, Path(os.environ.get(MIRROR_VARIABLE, ".")) / "faces" / SET]
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        raise FileNotFoundError(f"There is no {places[0]}, and {MIRROR_VARIABLE} has none: peers are compared on it.")
    return list(labelled_photographs(folder, with_points=True))


def _masked(picture: LabelledPhotograph, seed: int, folder: Path) -> LabelledPhotograph:
    """The picture with a mask on its face, in a file of this folder."""
    from fsanet.overlays.mask import mask_by_points  # compiles

    image = mask_by_points(picture.image_bgr, picture.points_xy, np.random.default_rng(seed)).image_bgr
    file = folder / f"{picture.file.stem}.png"
    write_image(file, image)
    return picture._replace(file=file, image_bgr=image)


def _ours(detector: str, faces: list[LabelledPhotograph], rounds: int) -> Answers:
    from fsanet.inference.estimator import HeadPoseEstimator

    estimator = HeadPoseEstimator(detector=detector)
    seconds, found = [], []
    estimator(faces[0].image_bgr)  # the first call sets up
    cpu_started = time.process_time()
    for _ in range(rounds):
        started = time.perf_counter()
        found = [estimator(face.image_bgr) for face in faces]
        seconds.append(time.perf_counter() - started)
    cpu_ms = 1e3 * (time.process_time() - cpu_started) / rounds / len(faces)
    poses = [
        _of_the_labelled([(one.box_xyxy, one.pose) for one in ours], face)
        for ours, face in zip(found, faces, strict=True)
    ]
    return Answers(np.array(poses), tuple(1e3 * s / len(faces) for s in seconds), cpu_ms, _installed_mb())


def _mediapipe(faces: list[LabelledPhotograph], rounds: int) -> Answers:
    from fsanet.pose.angles import angles_from_rotation
    from fsanet.profiling.template import face_template, place

    template = face_template()
    with tempfile.TemporaryDirectory() as folder:
        names, out = Path(folder, "pictures.txt"), Path(folder, "points.npz")
        write_names(names, [face.file for face in faces])
        run_script(_SCRIPT, names, out, rounds)
        with np.load(out, allow_pickle=False) as answers:
            points, seconds, cpu_seconds = (answers[name] for name in ("points", "seconds", "cpu_seconds"))
    poses = []
    for mesh, face in zip(points, faces, strict=True):
        found = []
        if np.isfinite(mesh).all():
            rotation = place(template.points, mesh * [1.0, -1.0, 1.0], template.weights).rotation
            box = (*mesh[:, :2].min(axis=0), *mesh[:, :2].max(axis=0))
            found.append((box, angles_from_rotation(rotation)))
        poses.append(_of_the_labelled(found, face))
    size = _folder_mb(mediapipe_python().parents[1])
    return Answers(np.array(poses), tuple(1e3 * seconds.mean(axis=1)), 1e3 * cpu_seconds.mean(), size)


def _of_the_labelled(found: list, face: LabelledPhotograph) -> tuple[float, ...]:
    """The pose with the box that overlaps the labelled face; NaN where none does."""
    place = labelled_among([box for box, _ in found], face)
    return (np.nan,) * 3 if place is None else tuple(found[place][1])


def _installed_mb() -> float:
    """What a plain `pip install fsanet` brings, as it lies here; a clone has OpenCV with windows instead."""
    total = _folder_mb(Path(__file__).resolve().parents[2])
    for name in (*_NEEDED, *_OPENCV):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            continue
        total += sum(Path(file.locate()).stat().st_size for file in files if Path(file.locate()).is_file()) / 1e6
    return total


def _folder_mb(folder: Path) -> float:
    files = (file for file in folder.rglob("*") if file.is_file() and "/pip/" not in file.as_posix())
    return sum(file.stat().st_size for file in files) / 1e6
