"""Training throughput: `python -m fsanet.benchmarks.bench_training [--batch 16 64] [--augmentation paper strong]`.

Times whole steps (gathering the batch, augmentation, forward, backward, update) on random crops. Settings take
turns, so that a change in what else the machine does meets all of them; the median and the range of the turns are
printed. On a busy machine the images per second of processor time say more than those by the clock.
"""

import argparse
import itertools
import json
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fsanet.console import EXIT_OK, quiet_native_stderr, run_command
from fsanet.files import replace_whole
from fsanet.training.settings import PRECISIONS, Settings, override

ORIGINAL_IMAGES_PER_SECOND = 87  # the original code, var_capsule, batch 16, on two cores of this kind
_SAMPLES = 1024
_TURN_IMAGES = 640


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """The `bench_training` command."""
    args = _parser().parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow is loaded
    with quiet_native_stderr():  # loads the backend
        from fsanet.training.learner import limit_threads

    limit_threads(args.threads)
    cases = list(itertools.product(args.batch, args.augmentation))
    conditions = describe_machine()
    print(", ".join(f"{name} {value}" for name, value in conditions.items()))
    rows = measure(args.model, cases, args.turns, args.precision)
    for row in rows:
        print(
            f"batch {row['batch']:4d}, augmentation {row['augmentation']:7s} {row['images_per_second']:6.0f} images/s "
            f"({row['slowest']:.0f} to {row['fastest']:.0f}), {row['per_cpu_second']:.0f} a second of processor time, "
            f"{row['images_per_second'] / ORIGINAL_IMAGES_PER_SECOND:.1f} times the original"
        )
    if args.json:
        with replace_whole(args.json) as temporary:
            temporary.write_text(json.dumps({"conditions": conditions, "rows": rows}, indent=1), encoding="utf-8")
    return EXIT_OK


def measure(model: str, cases: Sequence[tuple[int, str]], turns: int, precision: str = "float32") -> list[dict]:
    """Throughput of one model for some batch sizes and augmentations.

    Args:
        model: a model name.
        cases: batch size and name of the augmentation.
        turns: how often each case is timed.
        precision: Keras' policy.

    Returns:
        One row a case: images a second by the clock (median, slowest, fastest) and of processor time.
    """
    runners = [_runner(model, batch, augmentation, precision) for batch, augmentation in cases]
    for run in runners:
        run()  # traces and warms up
    timings = [[run() for run in runners] for _ in range(turns)]
    rows = []
    for (batch, augmentation), of_case in zip(cases, zip(*timings, strict=True), strict=True):
        clock, processor = np.array(of_case).T
        row = {"model": model, "batch": batch, "augmentation": augmentation, "precision": precision}
        row |= {"images_per_second": float(np.median(clock))}
        row |= {"slowest": float(clock.min()), "fastest": float(clock.max())}
        rows.append(row | {"per_cpu_second": float(np.median(processor))})
    return rows


def describe_machine() -> dict[str, str]:
    """What the figures depend on."""
    import keras

    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    backend = keras.backend.backend()
    return {
        "cores": str(os.cpu_count()),
        "load": load,
        "processor": platform.processor() or platform.machine(),
        "Python": platform.python_version(),
        "Keras": keras.__version__,
        "backend": f"{backend} {__import__(backend).__version__}",
    }


def _runner(model: str, batch_size: int, augmentation: str, precision: str):
    """A function that trains for some steps and returns images a second, by the clock and of processor time."""
    from fsanet.datasets.batches import Batches, View
    from fsanet.datasets.pose_set import PoseSet
    from fsanet.training.crop_model import build_network
    from fsanet.training.learner import Learner, as_numbers
    from fsanet.training.pose import crop_model

    settings = override(Settings(model=model, precision=precision), [f"augmentation={augmentation}"])
    random = np.random.default_rng(0)
    size = (_SAMPLES, settings.image_size, settings.image_size, 3)
    crops = PoseSet(random.integers(0, 256, size, np.uint8), random.normal(0, 20, (_SAMPLES, 3)), ["noise"] * _SAMPLES)
    batches = Batches([View(crops, np.arange(_SAMPLES))], batch_size, seed=0)
    network = build_network(model, settings.image_size, precision=precision)
    learner = Learner(crop_model(network, batches, settings), settings)
    endless = itertools.chain.from_iterable(batches.epoch(number) for number in itertools.count())
    steps = max(1, _TURN_IMAGES // batch_size)

    def run() -> tuple[float, float]:
        clock, processor = time.perf_counter(), time.process_time()
        for batch in itertools.islice(endless, steps):
            figures = learner.step(batch, settings.learning_rate)
        as_numbers(figures)  # waits until they are there
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        return steps * batch_size / clock, steps * batch_size / processor

    return run


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(prog="bench_training", description=__doc__, formatter_class=raw)
    add = parser.add_argument
    add("--model", default="var_capsule")
    add("--batch", type=int, nargs="+", default=[16, 64])
    add("--augmentation", nargs="+", default=["none", "paper", "strong"])
    add("--precision", choices=PRECISIONS, default="float32")
    add("--turns", type=int, default=5, help="how often each case is timed (default: %(default)s)")
    add("--threads", type=int, help="cores to use")
    add("--json", type=Path, help="write the figures to this file too")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
