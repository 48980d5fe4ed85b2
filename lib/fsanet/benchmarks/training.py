"""Training throughput, as `fsanet.benchmarks.bench_training` measures it."""

from fsanet.benchmarks.measurement import Effort, Row, Section
from fsanet.benchmarks.own_process import OwnProcess
from fsanet.console import quiet_native_stderr

MODEL = "var_capsule"
TITLE = f"Training {MODEL}: gather, augment, forward, backward, update; float32, all cores"
CASES = ((16, "none"), (16, "paper"), (16, "strong"), (64, "paper"))


def run(effort: Effort) -> Section:
    """Time whole steps, the cases in turn."""
    with OwnProcess() as process:
        results = process(measure, effort.rounds)
    return Section("training", TITLE, [_row(result) for result in results])


def measure(turns: int) -> list[dict]:
    """The rows of `bench_training`."""
    with quiet_native_stderr():
        from fsanet.benchmarks import bench_training

        return bench_training.measure(MODEL, CASES, turns)


def _row(result: dict) -> Row:
    from fsanet.benchmarks.bench_training import ORIGINAL_IMAGES_PER_SECOND

    rate = result["images_per_second"]
    name = f"batch {result['batch']}, augmentation {result['augmentation']}"
    more = {"times the original": rate / ORIGINAL_IMAGES_PER_SECOND}
    return Row(name, "images/s", (result["slowest"], rate, result["fastest"]), more)
