"""What reads each kind of file, as the verbs of `fsanet` do, and goes on to use it."""

import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fsanet.errors import InputError

if TYPE_CHECKING:
    import keras

    from fsanet.readers.face_boxes import DetectorChoice

Reader = Callable[[Path], None]

_PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".ppm", ".gif", ".heic", ".avif")
_VIDEOS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts")
# imported before the clock starts, so that none counts as a hang
SLOW_IMPORTS = {
    "pictures": ("cv2", "av", "pillow_heif"),
    "videos": ("cv2", "av"),
    "npz": ("numpy",),
    "mat": ("scipy.io", "cv2"),
    "csv": ("cv2", "onnxruntime"),
    "weights": ("h5py", "keras"),
    "onnx": ("onnxruntime", "cv2"),
}


def kind_of(path: Path) -> str:
    """The kind of a file with a reader: a key of `SLOW_IMPORTS`."""
    return READERS[path.suffix.lower()][0]


def outcome_of(path: Path) -> tuple[str, str]:
    """What reading a file comes to: "read", "one sentence", or "traceback" with its text."""
    try:
        READERS[path.suffix.lower()][1](path)
    except (InputError, OSError) as error:
        return ("one sentence", str(error)) if "\n" not in str(error).strip() else ("traceback", str(error))
    except Exception:
        return "traceback", traceback.format_exc()
    return "read", ""


def warm_up(kind: str) -> None:
    """Whatever of a kind takes long once, and is no fault of an input."""
    if kind == "weights":
        _model()
    if kind == "csv":
        from fsanet.readers.face_boxes import find_faces

        find_faces(np.zeros((64, 64, 3), np.uint8), _detector())


def _read_picture(path: Path) -> None:
    from fsanet.image.kinds import kind_of_file
    from fsanet.image.reading import read_picture

    kind = kind_of_file(path)
    if kind == "image":
        read_picture(path)
    else:
        _go_through(kind or "video", path)


def _read_video(path: Path) -> None:
    _go_through("video", path)


def _go_through(kind: str, path: Path) -> None:
    """Read all frames, and write them with their times and sound."""
    from fsanet.inference.video.frame_sources import open_frames
    from fsanet.inference.video.writer import writing_video

    reader = open_frames(kind, str(path))
    with writing_video(path.with_name("written.mp4"), reader.fps, reader.sound_of) as video:
        for frame in reader:
            video.write(frame.image_bgr, frame.time_s)


def _read_set(path: Path) -> None:
    from fsanet.datasets.npz_file import read_meta
    from fsanet.datasets.pose_set import PoseSet

    read_meta(path)
    PoseSet.load(path).select([0])


def _read_labels(path: Path) -> None:
    from fsanet.readers.set_builder import RawItem
    from fsanet.readers.type1 import read_type1

    item = RawItem("fuzz/mutated", (path.with_name("plain.jpg"), path))
    read_type1(item, margin=0.6, img_size=64, rerendered=True)


def _read_table(path: Path) -> None:
    from fsanet.readers.own import own_recipe

    recipe = own_recipe(path.parent, path, path.with_suffix(".npz"), _detector())
    for item in recipe.items:
        recipe.read(item)


def _read_weights(path: Path) -> None:
    from fsanet.weights.loading import load_weights

    load_weights(_model(), path)


def _run_network(path: Path) -> None:
    from fsanet.detectors.scout import ScoutNetwork
    from fsanet.engines.onnx_engine import OnnxEngine

    picture = np.full((64, 64, 3), 90, np.uint8)
    try:
        OnnxEngine(path, threads=1).predict(picture[None])
    except InputError:  # it may be a network that finds faces
        ScoutNetwork(path, threads=1).search(picture, 64, 0.5)


@cache
def _model() -> "keras.Model":
    from fsanet.models.build import build_model

    return build_model("ssrnet_mt")


def _detector() -> "DetectorChoice":
    from fsanet.readers.face_boxes import DetectorChoice

    return DetectorChoice("scout")


READERS: dict[str, tuple[str, Reader]] = {
    **dict.fromkeys(_PICTURES, ("pictures", _read_picture)),
    **dict.fromkeys(_VIDEOS, ("videos", _read_video)),
    ".npz": ("npz", _read_set),
    ".mat": ("mat", _read_labels),
    ".csv": ("csv", _read_table),
    **dict.fromkeys((".h5", ".keras"), ("weights", _read_weights)),
    ".onnx": ("onnx", _run_network),
}
