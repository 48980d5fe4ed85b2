"""Whole processes, from start to exit: time and peak of memory."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fsanet.benchmarks.assets import demo_file
from fsanet.benchmarks.own_process import OwnProcess, Usage, run_command_once
from fsanet.benchmarks.speed.measurement import Effort, Row, Section

TITLE = "Whole processes, from start to exit"


def run(effort: Effort) -> Section:
    """Run the commands in turn.

    Raises:
        ValueError: when one of them fails, for one because the file of YuNet is not there.
    """
    with TemporaryDirectory() as folder, OwnProcess() as process:
        commands = _commands(Path(folder))
        for command in commands.values():
            process(run_command_once, command)  # from now on its files are in the system's cache
        usages = [{name: process(run_command_once, commands[name]) for name in commands} for _ in range(effort.rounds)]
    return Section("start", TITLE, [_row(name, [usage[name] for usage in usages]) for name in commands])


def _commands(folder: Path) -> dict[str, list[str]]:
    estimate = [sys.executable, "-m", "fsanet", "estimate", "--engine", "onnx", "--out", str(folder)]
    one, six = str(demo_file("hopper.jpg")), str(demo_file("group.jpg"))
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import fsanet'": [sys.executable, "-c", "import fsanet"],
        "fsanet estimate photo.jpg, YuNet, ONNX fusion": [*estimate, one, "--detector", "yunet"],
        "fsanet estimate photo.jpg, scout, ONNX fusion": [*estimate, one],
        "the same with six faces": [*estimate, six],
    }


def _row(name: str, usages: list[Usage]) -> Row:
    peak = max(usage.peak_mb for usage in usages)
    return Row(name, "s", tuple(usage.seconds for usage in usages), {"peak MB": peak})
