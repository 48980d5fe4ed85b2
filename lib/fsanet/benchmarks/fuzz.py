"""Damaged inputs: mutated pictures, videos and tables must give a result or one sentence, in bounded time and memory.

    make fuzz MINUTES=10
    python -m fsanet.benchmarks.fuzz SEEDS... [--minutes 10] [--seed 0] [--keep FOLDER]

SEEDS are files to start from. Every input is read in a process of its own pool, so that a crash of native code counts
as one. What goes wrong is kept in a folder, with the seed that makes it again.
"""

import argparse
import multiprocessing
import os
import resource
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fsanet.console import EXIT_ERROR, EXIT_OK, progress, run_command
from fsanet.errors import InputError

MOST_SECONDS = 10
MOST_MEMORY = 4 << 30  # bytes of address space that a reader may take
_SLOW_IMPORTS = ("cv2", "av", "pillow_heif", "scipy.io", "h5py", "onnxruntime")
_PER_PROCESS = 50  # inputs before a process is renewed


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Mutate and read until the time is over; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="+", type=Path, help="files, and folders of files, to start from")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="first seed of the mutations")
    parser.add_argument("--keep", type=Path, default=Path("fuzz_findings"), help="where findings go")
    args = parser.parse_args(argv)
    files = sorted(file for seed in args.seeds for file in (seed.rglob("*") if seed.is_dir() else [seed]))
    files = [file for file in files if file.suffix.lower() in READERS]
    if not files:
        raise InputError(f"None of the seeds is a file that can be mutated ({', '.join(READERS)}).")
    outcomes = _run(files, args.seed, 60 * args.minutes, args.keep)
    print("  ".join(f"{name}: {count}" for name, count in sorted(outcomes.items())))
    return EXIT_OK if set(outcomes) <= {"read", "one sentence"} else EXIT_ERROR


def _run(files: Sequence[Path], seed: int, seconds: float, keep: Path) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    started = time.monotonic()
    context = multiprocessing.get_context("spawn")
    with progress(unit="input") as bar, TemporaryDirectory() as folder:
        while time.monotonic() - started < seconds:
            tasks = [(files[(seed + i) % len(files)], seed + i) for i in range(_PER_PROCESS)]
            seed += _PER_PROCESS
            for task, outcome, detail in _in_a_process(context, tasks, Path(folder)):
                outcomes[outcome] += 1
                bar.update()
                if outcome not in ("read", "one sentence"):
                    _keep(task, outcome, detail, keep)
    return outcomes


def _in_a_process(context, tasks: list[tuple[Path, int]], folder: Path):
    """(task, outcome, detail) of each task; where the process dies or hangs, its task is that, and the rest goes on."""
    while tasks:
        here, there = context.Pipe()
        process = context.Process(target=_read_all, args=(tasks, folder, there), daemon=True)
        process.start()
        there.close()
        patience = 60.0  # the first answer waits for the imports
        while tasks:
            try:
                answer = here.recv() if here.poll(patience) else None
            except EOFError:
                process.join()
                answer = ("crash", f"exit code {process.exitcode}")
            outcome, detail = answer or ("hang", f"more than {MOST_SECONDS} s")
            yield tasks.pop(0), outcome, detail
            if outcome in ("crash", "hang"):
                process.kill()
                break
            patience = MOST_SECONDS
        process.join(1)
        process.kill()
        here.close()


def _read_all(tasks: list[tuple[Path, int]], folder: Path, answers) -> None:
    os.environ["OPENCV_LOG_LEVEL"] = "SILENT"
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for module in _SLOW_IMPORTS:  # before the first answer, so that none counts as a hang
        if find_spec(module):
            import_module(module)
    for file, seed in tasks:
        path = folder / f"mutated{file.suffix}"
        path.write_bytes(mutated(file.read_bytes(), np.random.default_rng(seed)))
        answers.send(outcome_of(path))


def outcome_of(path: Path) -> tuple[str, str]:
    """What reading a file comes to: "read", "one sentence", or "traceback" with its text."""
    try:
        READERS[path.suffix.lower()](path)
    except (InputError, OSError) as error:
        return ("one sentence", str(error)) if "\n" not in str(error).strip() else ("traceback", str(error))
    except Exception:
        return "traceback", traceback.format_exc()
    return "read", ""


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """A damaged copy: bytes changed, pieces cut out, doubled, set to zero, or the end cut off."""
    array = np.frombuffer(data, np.uint8).copy()
    for _ in range(int(random.integers(1, 5))):
        if len(array) < 2:
            break
        start = int(random.integers(0, len(array) if random.random() < 0.6 else min(len(array), 512)))
        length = int(min(len(array) - start, 2 ** random.integers(0, 12)))
        array = _CHANGES[int(random.integers(len(_CHANGES)))](array, start, length, random)
    return array.tobytes()


def _noise(array: np.ndarray, start: int, length: int, random: np.random.Generator) -> np.ndarray:
    length = min(length, 8)
    array[start : start + length] = random.integers(0, 256, len(array[start : start + length]))
    return array


def _zeros(array: np.ndarray, start: int, length: int, random: np.random.Generator) -> np.ndarray:
    array[start : start + length] = 0
    return array


_CHANGES: tuple[Callable[..., np.ndarray], ...] = (
    _noise,
    _noise,
    _zeros,
    lambda array, start, length, random: np.delete(array, slice(start, start + length)),
    lambda array, start, length, random: np.insert(array, start, array[start : start + length]),
    lambda array, start, length, random: array[: max(1, start)],
)


def _read_picture(path: Path) -> None:
    from fsanet.image.kinds import kind_of_file
    from fsanet.image.reading import read_picture

    if kind_of_file(path) == "video":
        _read_video(path)
    elif kind_of_file(path) == "pictures":
        _read_frames("pictures", path)
    else:
        read_picture(path)


def _read_video(path: Path) -> None:
    _read_frames("video", path)


def _read_frames(kind: str, path: Path) -> None:
    from fsanet.inference.frame_sources import open_frames

    for _ in open_frames(kind, str(path)):
        pass


def _read_set(path: Path) -> None:
    from fsanet.datasets.pose_set import PoseSet

    PoseSet.load(path)


def _read_labels(path: Path) -> None:
    from fsanet.readers.type1 import read_mat

    read_mat(path)


def _read_table(path: Path) -> None:
    from fsanet.readers.own import read_table

    read_table(path.parent, path)


def _read_weights(path: Path) -> None:
    from fsanet.weights.reading import read_weights

    read_weights(path)


def _open_network(path: Path) -> None:
    from fsanet.engines.onnx_engine import OnnxEngine

    OnnxEngine(path)


READERS: dict[str, Callable[[Path], None]] = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".gif", ".heic", ".avif"), _read_picture),
    **dict.fromkeys((".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts"), _read_video),
    ".npz": _read_set,
    ".mat": _read_labels,
    ".csv": _read_table,
    ".h5": _read_weights,
    ".onnx": _open_network,
}


def _keep(task: tuple[Path, int], outcome: str, detail: str, keep: Path) -> None:
    file, seed = task
    keep.mkdir(parents=True, exist_ok=True)
    name = f"{outcome}_{seed}{file.suffix}"
    (keep / name).write_bytes(mutated(file.read_bytes(), np.random.default_rng(seed)))
    (keep / f"{name}.txt").write_text(f"{file}\n{detail}\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
