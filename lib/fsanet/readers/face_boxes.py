"""Face boxes by a detector: one instance per process, and detection over many frames in parallel, kept on disk.

Detection is what takes long. Its result lies beside the sets as JSON, so that another margin, split or protocol needs
no second run, and a killed run goes on where it was.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fsanet.console import progress
from fsanet.datasets.parts import Parts, json_sha256, kept_for_the_next_run, require_writable, sole_writer
from fsanet.detectors.catalog import create_detector
from fsanet.detectors.detection import Detection, FaceDetector
from fsanet.errors import InputError
from fsanet.files import write_json
from fsanet.image.boxes import area
from fsanet.image.reading import read_image
from fsanet.readers.set_builder import RawItem, files_sha256
from fsanet.workers import cores_with_memory, run_on_all_cores

_FRAMES_PER_PART = 32
_MEGABYTES = {"mtcnn": 150}  # own memory of a process with its pyramid; the other detectors need next to none


@dataclass(frozen=True)
class FrameFaces:
    """What a detector found in a frame.

    Attributes:
        width: of the frame in pixels.
        height: of the frame in pixels.
        faces: (x1, y1, x2, y2, score) each, in the detector's order.
        problem: why the frame could not be read; then there is no face.
    """

    width: int
    height: int
    faces: Sequence[Sequence[float]] = ()
    problem: str = ""


@dataclass(frozen=True)
class DetectorChoice:
    """A detector by name, and its settings.

    Attributes:
        name: as in `fsanet.detectors.catalog`.
        settings: keyword arguments of its constructor, as (name, value) pairs.
        bgr: show it BGR images where it was trained on RGB, as the published BIWI sets were made.
    """

    name: str
    settings: tuple[tuple[str, Any], ...] = ()
    bgr: bool = False

    def record(self) -> dict[str, Any]:
        """For `meta`."""
        return {"name": self.name, "channels_swapped": self.bgr, **dict(self.settings)}


def find_faces(image_bgr: NDArray[np.uint8], choice: DetectorChoice) -> list[Detection]:
    """Faces of an image by this process's detector, which is made at the first call."""
    image = np.ascontiguousarray(image_bgr[..., ::-1]) if choice.bgr else image_bgr
    return _detector_of(choice).detect(image)


@cache
def _detector_of(choice: DetectorChoice) -> FaceDetector:
    return create_detector(choice.name, **dict(choice.settings))


def largest_face(image_bgr: NDArray[np.uint8], choice: DetectorChoice) -> Detection | None:
    """The largest face of an image, None where there is none."""
    return max(find_faces(image_bgr, choice), key=lambda face: area(face.box_xyxy), default=None)


def detect_faces(
    path: Path,
    frames: Sequence[RawItem],
    choice: DetectorChoice,
    *,
    workers: int | None = None,
    quiet: bool = False,
) -> dict[str, FrameFaces]:
    """Faces of many frames; read from `path` where they were found before in the same files by the same detector.

    Args:
        path: the JSON file for the result.
        frames: the first file of each is the image.
        choice: the detector.
        workers: number of processes; None for one per core.
        quiet: no progress bar.

    Returns:
        By frame name; frames whose image is missing are not in it.

    Raises:
        OSError: when the result cannot be written, or another process searches for the same.
    """
    frames = [frame for frame in frames if frame.files and frame.files[0].is_file()]
    plan = {"detector": choice.record(), "files_sha256": files_sha256(frames)}
    if (found := _read_result(path, plan)) is None:
        require_writable(path.parent)
        with sole_writer(path):
            found = _detect_all(path, frames, choice, plan, workers, quiet)
    return {name: FrameFaces(**faces) for name, faces in found.items()}


def _read_result(path: Path, plan: Mapping) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    if not isinstance(content, dict) or content.get("plan_sha256") != json_sha256(plan):
        return None
    frames = content.get("frames")
    return frames if isinstance(frames, dict) else None


def _detect_all(
    path: Path, frames: Sequence[RawItem], choice: DetectorChoice, plan: Mapping, workers: int | None, quiet: bool
) -> dict[str, Any]:
    runs = [frames[start : start + _FRAMES_PER_PART] for start in range(0, len(frames), _FRAMES_PER_PART)]
    parts = Parts(path, len(runs), plan, ".json")
    missing = parts.missing()
    done = len(frames) - sum(len(runs[index]) for index in missing)
    tasks = ((parts[index], runs[index]) for index in missing)
    workers = min(workers or cores_with_memory(_MEGABYTES.get(choice.name, 50)), max(len(missing), 1))
    found: dict[str, Any] = {}
    with (
        kept_for_the_next_run(len(frames) // 1000 + 1, parts),
        progress(total=len(frames), initial=done, unit="frame", label=f"faces by {choice.name}", quiet=quiet) as bar,
    ):
        for count in run_on_all_cores(partial(_detect_run, choice), tasks, workers):
            bar.update(count)
        for index in range(len(runs)):
            found |= json.loads(parts[index].read_text(encoding="utf-8"))
        write_json(path, {"plan_sha256": json_sha256(plan), "detector": choice.record(), "frames": found})
    parts.discard()
    return found


def _detect_run(choice: DetectorChoice, task: tuple[Path, Sequence[RawItem]]) -> int:
    """Search a run of frames and write what was found; returns how many frames it was. Runs in a worker process."""
    path, frames = task
    write_json(path, {frame.name: asdict(_faces_of(frame.files[0], choice)) for frame in frames})
    return len(frames)


def _faces_of(image_path: Path, choice: DetectorChoice) -> FrameFaces:
    try:
        image = read_image(image_path)
    except (InputError, OSError) as error:
        return FrameFaces(0, 0, (), str(error))
    faces = [(*face.box_xyxy, face.score) for face in find_faces(image, choice)]
    return FrameFaces(image.shape[1], image.shape[0], faces)
