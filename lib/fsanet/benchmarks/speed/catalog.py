"""Sections of the benchmark by name. A new one is a file with TITLE and `run(effort) -> Section`, and a name here."""

from collections.abc import Callable
from importlib import import_module

from fsanet.benchmarks.speed.measurement import Effort, Section
from fsanet.errors import InputError, told_extras

SECTIONS = ("engines", "exports", "start", "video", "training", "folder", "peers", "video_peers", "gpu")
# Take minutes, install something or need a card: only where they are named.
ON_REQUEST = ("folder", "peers", "video_peers", "gpu")


def get_section(name: str) -> Callable[[Effort], Section]:
    """The function that measures a section; it raises an ImportError that names the extra where a package is missing.

    Raises:
        ValueError: when there is no such section; the message lists those that there are.
    """
    if name not in SECTIONS:
        raise InputError(f"There is no section '{name}'. The sections are: {', '.join(SECTIONS)}.")

    def run(effort: Effort) -> Section:
        with told_extras():
            return import_module(f"fsanet.benchmarks.speed.{name}").run(effort)

    return run
