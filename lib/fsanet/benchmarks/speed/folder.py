"""A folder of many images: whether memory stays where it is, and how fast they go through."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from fsanet.benchmarks.own_process import OwnProcess, own_peak_mb
from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.errors import InputError

TITLE = "Images with a long side of 640 pixels, one process, scout, ONNX fusion, rows but no pictures"
_SETTLED = 10  # after a tenth of the images memory should not rise any more


def run(effort: Effort) -> Section:
    """Go through the folder once and note the peak of memory on the way."""
    from fsanet.benchmarks.assets import write_images

    early = max(1, effort.images // _SETTLED)
    with TemporaryDirectory() as folder, OwnProcess() as process:
        images = write_images(Path(folder) / "images", effort.images)
        seconds, peaks = process(go_through, images, Path(folder) / "poses.csv")
    rows = [
        Row(f"peak of memory after {early:,} images", "MB", (peaks[early - 1],)),
        Row(f"peak of memory after {effort.images:,} images", "MB", (peaks[-1],)),
        Row("growth between the two", "MB", (peaks[-1] - peaks[early - 1],)),
        Row("throughput", "images/s", (effort.images / seconds,)),
    ]
    return Section("folder", TITLE, rows)


def go_through(folder: Path, rows_file: Path) -> tuple[float, list[float]]:
    """Seconds for the whole folder, and the peak of this process's memory in MB after each image."""
    from fsanet.inference.estimator import HeadPoseEstimator
    from fsanet.inference.rows.file import RowFiles
    from fsanet.inference.run import Run
    from fsanet.inference.settings import RunSettings
    from fsanet.inference.sources import find_sources

    peaks: list[float] = []
    sources = find_sources([str(folder)]).sources
    estimator = HeadPoseEstimator(detector="scout", engine="onnx")
    with RowFiles([rows_file]) as rows:
        run_folder = Run(estimator, RunSettings(quiet=True), rows, on_rows=lambda _: peaks.append(own_peak_mb()))
        started = time.perf_counter()
        report = run_folder(sources)
        seconds = time.perf_counter() - started
    if report.failures:
        raise InputError(f"{len(report.failures)} images could not be read; the first: {report.failures[0]}")
    return seconds, peaks
