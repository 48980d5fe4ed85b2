"""Damaged inputs: mutated pictures, videos, sets, tables and networks must give a result or one sentence.

    make fuzz MINUTES=10
    python -m fsanet.benchmarks.fuzz [SEEDS...] [--inputs 10000] [--minutes 10] [--seed 0] [--keep FOLDER]

Small files of every kind are made to start from; SEEDS are files and folders to start from as well. Every kind has its
turn. What goes wrong is kept in a folder, as it was read.
"""

import argparse
import itertools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from fsanet.benchmarks.fuzz.process import Answer, Task, read_in_a_process
from fsanet.benchmarks.fuzz.seeds import make_seeds, seeds_by_kind
from fsanet.benchmarks.own_process import OwnProcess
from fsanet.console import EXIT_ERROR, EXIT_OK, progress, run_command
from fsanet.options import positive

OUTCOMES = ("read", "one sentence", "traceback", "crash", "hang")
_HARMLESS = OUTCOMES[:2]
_A_TURN = {"weights": 50, "onnx": 100}  # inputs of a kind, in one process: fewer of those that take long
_MOST_A_TURN = 200


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Mutate and read until there were enough or the time is over; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="*", type=Path, help="files, and folders of files, to start from as well")
    parser.add_argument("--inputs", type=positive, help="how many; as many as there is time for if not given")
    parser.add_argument("--minutes", type=float, help="for how long (default: 10, or until there were enough)")
    parser.add_argument("--kinds", nargs="+", help="only these (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="first seed of the mutations")
    parser.add_argument("--keep", type=Path, default=Path("fuzz_findings"), help="where findings go")
    args = parser.parse_args(argv)
    minutes = args.minutes or (float("inf") if args.inputs else 10)
    with TemporaryDirectory() as name:
        with OwnProcess() as process:  # loads Keras: this process stays small, and so what its children begin with
            process(make_seeds, Path(name))
        seeds = seeds_by_kind([Path(name), *args.seeds])
        seeds = {kind: files for kind, files in seeds.items() if kind in (args.kinds or seeds)}
        table = _run(tasks_of(seeds, args.seed), args.inputs, 60 * minutes, Path(name), args.keep)
    print(_as_text(table))
    return EXIT_OK if all(set(counts) <= set(_HARMLESS) for counts, _ in table.values()) else EXIT_ERROR


def tasks_of(seeds: Mapping[str, Sequence[Path]], seed: int) -> Iterator[tuple[str, list[Task]]]:
    """Kind and inputs, turn after turn, without end."""
    for turn in itertools.count():
        for kind, files in seeds.items():
            size = _A_TURN.get(kind, _MOST_A_TURN)
            numbers = range(turn * size, (turn + 1) * size)
            others = [files[(number // len(files) + number) % len(files)] for number in numbers]
            yield kind, [Task(files[n % len(files)], other, seed + n) for n, other in zip(numbers, others, strict=True)]


def _run(
    turns: Iterator[tuple[str, list[Task]]], most: int | None, seconds: float, folder: Path, keep: Path
) -> dict[str, tuple[Counter[str], float]]:
    """Outcomes of each kind, and the memory in MB that reading took."""
    table: dict[str, tuple[Counter[str], float]] = {}
    started, count = time.monotonic(), 0
    context = multiprocessing.get_context("spawn")
    with progress(unit="input", total=most) as bar:
        for kind, tasks in turns:
            for task, answer in read_in_a_process(context, tasks[: None if most is None else most - count], folder):
                counts, megabytes = table.get(kind, (Counter(), 0.0))
                counts[answer.outcome] += 1
                table[kind] = counts, max(megabytes, answer.megabytes)
                count += 1
                bar.update()
                if answer.outcome not in _HARMLESS:
                    _keep(task, answer, keep)
            if count == most or time.monotonic() - started > seconds:
                return table
    return table


def _as_text(table: Mapping[str, tuple[Counter[str], float]]) -> str:
    lines = [f"| kind | inputs | {' | '.join(OUTCOMES)} | most memory |", "|---" * (len(OUTCOMES) + 3) + "|"]
    total = sum((counts for counts, _ in table.values()), Counter())
    rows = {**table, "all": (total, max((megabytes for _, megabytes in table.values()), default=0.0))}
    for kind, (counts, megabytes) in rows.items():
        numbers = " | ".join(f"{counts[outcome]:,}" for outcome in OUTCOMES)
        lines.append(f"| {kind} | {counts.total():,} | {numbers} | {megabytes:.0f} MB |")
    return "\n".join(lines)


def _keep(task: Task, answer: Answer, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    name = f"{answer.outcome}_{task.seed}_{task.file.name}"
    (keep / name).write_bytes(task.data())
    (keep / f"{name}.txt").write_text(f"{task.file}\n{answer.detail}\n", encoding="utf-8")
    print(f"{answer.outcome}: {keep / name}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
