"""The video pipeline: each stage alone, and the whole."""

import time
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from fsanet.benchmarks.own_process import OwnProcess
from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.errors import InputError

TITLE = "Video of 640x480 with one face, scout, ONNX fusion"
_STAGE_FRAMES = 24  # of the clip, for the stages alone
DETECT_EVERY = (1, 5)


def run(effort: Effort) -> Section:
    """Time the stages and the whole in turn."""
    from fsanet.benchmarks.assets import write_clip

    stages: list[dict[str, float]] = []
    rates: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder, OwnProcess() as process:
        clip = write_clip(Path(folder) / "clip.mp4", effort.frames)
        for _ in range(effort.rounds):
            stages.append(process(stages_ms, clip))
            for out, every in product((Path(folder) / "out", None), DETECT_EVERY):
                passage = process(go_through, clip, out, every)
                rates.setdefault(_name(out, every), []).append(effort.frames / passage.seconds)
    rows = [Row(f"{name} alone, a frame", "ms", tuple(turn[name] for turn in stages)) for name in stages[0]]
    rows += [Row(name, "frames/s", tuple(of_rounds)) for name, of_rounds in rates.items()]
    return Section("video", TITLE, rows)


def _name(out: Path | None, every: int) -> str:
    how = "every frame" if every == 1 else f"every {every}th frame"
    return f"decode, detect on {how}, crop, estimate{', draw, write' if out else ', without a picture'}"


def stages_ms(clip: Path) -> dict[str, float]:
    """Milliseconds a frame of each stage, run for itself."""
    from fsanet.inference.drawing import draw_face
    from fsanet.inference.video.reader import VideoReader
    from fsanet.inference.video.writer import writing_video

    estimator = _estimator()
    images = [frame.image_bgr for _, frame in zip(range(_STAGE_FRAMES), VideoReader(str(clip)), strict=False)]
    found = [estimator(image) for image in images]
    boxes = [[face.box_xyxy for face in faces] for faces in found]
    crops = [estimator.crop(image, of_image) for image, of_image in zip(images, boxes, strict=True)]

    def draw(number: int) -> None:
        for face in found[number]:
            draw_face(images[number], face.box_xyxy, face.pose)

    with writing_video(clip.with_name("stage.mp4"), 25.0) as video:
        frames = iter(VideoReader(str(clip)))
        stages: dict[str, Callable[[int], object]] = {
            "decode": lambda _: next(frames),
            "detect": lambda number: estimator.detect(images[number]),
            "crop": lambda number: estimator.crop(images[number], boxes[number]),
            "estimate": lambda number: estimator.predict_crops(crops[number]),
            "draw": draw,
            "write": lambda number: video.write(images[number]),
        }
        return {name: _mean_ms(stage, len(images)) for name, stage in stages.items()}


def _mean_ms(stage: Callable[[int], object], frames: int) -> float:
    started = time.perf_counter()
    for number in range(frames):
        stage(number)
    return 1000.0 * (time.perf_counter() - started) / frames


class Passage(NamedTuple):
    """What going through a video came to: seconds from its first frame to the last result, and faces in all frames."""

    seconds: float
    cpu_seconds: float
    faces: int


def go_through(clip: Path, out: Path | None, detect_every: int) -> Passage:
    """`fsanet estimate CLIP --detect-every N` from the first frame to the last; an mp4 only where `out` is given."""
    from fsanet.inference.run import Run
    from fsanet.inference.settings import RunSettings
    from fsanet.inference.sources import Source
    from fsanet.inference.video.poses import VideoSettings

    settings = RunSettings(out=out, quiet=True, video=VideoSettings(detect_every=detect_every))
    run_video = Run(_estimator(), settings)
    started, cpu_started = time.perf_counter(), time.process_time()
    report = run_video([Source("video", str(clip))])
    passage = Passage(time.perf_counter() - started, time.process_time() - cpu_started, report.faces)
    if report.failures or not report.faces:
        raise InputError(f"The clip could not be gone through: {report.failures or 'no face was found'}")
    return passage


@cache
def _estimator():
    """One for the whole process, warm from its second call on."""
    from fsanet.inference.estimator import HeadPoseEstimator

    return HeadPoseEstimator(detector="scout", engine="onnx")
