"""Small files of every kind that is read, to start from."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.assets import demo_file
from fsanet.benchmarks.fuzz.readers import READERS, kind_of
from fsanet.errors import InputError
from fsanet.image.reading import read_image
from fsanet.locations import BUNDLED_DIR

if TYPE_CHECKING:
    import av

_SIDE = 48
_FRAMES = 6
_SOUND_HZ = 44_100


def seeds_by_kind(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """The files among paths and below folders that have a reader, by kind.

    Raises:
        ValueError: for a path that holds none.
    """
    kinds: dict[str, list[Path]] = {}
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        seeds = [file for file in files if file.suffix.lower() in READERS and file.is_file()]
        if not seeds:
            raise InputError(f"'{path}' holds no file that can be mutated ({', '.join(READERS)}).")
        for file in seeds:
            kinds.setdefault(kind_of(file), []).append(file)
    return kinds


def make_seeds(folder: Path) -> None:
    """Write a few small files of each kind into a folder."""
    logging.getLogger("absl").setLevel(logging.ERROR)  # Keras would have one of the layouts forgotten
    face = cv2.resize(read_image(demo_file("hopper.jpg")), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    for make in (_pictures, _animations, _videos, _sets, _labels, _tables, _weights, _networks):
        make(folder, face)


def _pictures(folder: Path, face: NDArray[np.uint8]) -> None:
    deep = face.astype(np.uint16) << 4
    written = {
        **{f"plain.{suffix}": face for suffix in ("jpg", "png", "bmp", "webp", "tif", "ppm", "avif")},
        "grey.png": face[..., 0],
        "twelve_bits.png": deep[..., 0],
        "twelve_bits.tif": deep,
        "float.tif": face[..., 0].astype(np.float32),
    }
    for name, image in written.items():
        cv2.imwrite(str(folder / name), image)
    cv2.imwritemulti(str(folder / "pages.tif"), [face, face[::-1]])
    import pillow_heif

    heif = pillow_heif.from_bytes(mode="BGR", size=(_SIDE, _SIDE), data=face.tobytes())
    heif.save(folder / "plain.heic")


def _animations(folder: Path, face: NDArray[np.uint8]) -> None:
    animation = cv2.Animation()
    animation.frames = [np.roll(face, shift, axis=1) for shift in range(3)]
    animation.durations = (40, 50, 60)
    for suffix in ("gif", "webp", "png"):
        cv2.imwriteanimation(str(folder / f"moving.{suffix}"), animation)


def _videos(folder: Path, face: NDArray[np.uint8]) -> None:
    for name, codec in {
        "a.mp4": "libx264",
        "b.mov": "mpeg4",
        "c.mkv": "libx264",
        "d.webm": "libvpx",
        "e.avi": "mpeg4",
    }.items():
        _video(folder / name, codec, face)
    _video(folder / "f.ts", "mpeg2video", face, sound="mp2")
    _video(folder / "g.mp4", "libx264", face, sound="aac")


def _video(path: Path, codec: str, face: NDArray[np.uint8], sound: str = "") -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=25))
        stream.width, stream.height, stream.pix_fmt = _SIDE, _SIDE, "yuv420p"
        heard = cast("av.AudioStream", container.add_stream(sound, rate=_SOUND_HZ)) if sound else None
        for number in range(_FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.roll(face, number, axis=1), format="bgr24")))
        container.mux(stream.encode(None))
        if heard is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), format="s16", layout="mono")
            silence.sample_rate = _SOUND_HZ
            resampler = av.AudioResampler("fltp" if sound == "aac" else "s16", "stereo", _SOUND_HZ)
            for part in (*resampler.resample(silence), None):
                container.mux(heard.encode(part))


def _sets(folder: Path, face: NDArray[np.uint8]) -> None:
    from fsanet.datasets.pose_set import PoseSet

    poses = np.random.default_rng(0).uniform(-60, 60, (4, 3))
    sources, masked = np.array(["a", "a", "b", "c"]), np.array([True, False, True, False])
    whole = PoseSet(np.stack([face] * 4), poses, sources, {"margin": 0.4}, {"masked": masked})
    whole.save(folder / "ours.npz")
    np.savez_compressed(folder / "original.npz", image=whole.image, pose=whole.pose, img_size=_SIDE)


def _labels(folder: Path, face: NDArray[np.uint8]) -> None:
    import scipy.io

    random = np.random.default_rng(1)
    arrays = {"Pose_Para": random.normal(0, 0.3, (1, 7)), "pt2d": random.uniform(5, 40, (2, 68))}
    arrays["pt3d_68"] = random.uniform(5, 40, (3, 68))
    scipy.io.savemat(folder / "plain.mat", arrays)
    scipy.io.savemat(folder / "compressed.mat", arrays, do_compression=True)
    scipy.io.savemat(folder / "old.mat", arrays, format="4")


def _tables(folder: Path, face: NDArray[np.uint8]) -> None:
    rows = "image,yaw,pitch,roll,x1,y1,x2,y2,source\nplain.jpg,10,-20,5,4,4,40,40,a\nplain.png,-1,2.5,3,1,1,44,44,b\n"
    (folder / "commas.csv").write_text(rows, encoding="utf-8")
    semicolons = 'sep=;\n"image";"yaw";"pitch";"roll"\n"plain.jpg";"1,5";"-20,25";"30"\n'
    (folder / "semicolons.csv").write_text(semicolons, encoding="utf-8-sig")
    (folder / "wide.csv").write_text(rows.replace(",", "\t"), encoding="utf-16")


def _weights(folder: Path, face: NDArray[np.uint8]) -> None:
    from fsanet.models.build import build_model
    from fsanet.weights.saving import save_weights

    model = build_model("ssrnet_mt")
    save_weights(model, folder / "published.h5")
    model.save_weights(folder / "keras3.weights.h5")
    for name in ("whole_model.h5", "archive.keras"):
        model.save(folder / name)


def _networks(folder: Path, face: NDArray[np.uint8]) -> None:
    for name in ("synthetic/ssrnet_mt.onnx", "scout/scout_int8.onnx"):
        shutil.copy(BUNDLED_DIR / name, folder)
