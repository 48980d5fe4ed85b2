"""Sections as a table on the screen and as JSON."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fsanet.benchmarks.speed.measurement import Row, Section
from fsanet.files import write_json
from fsanet.workers import cores

_PACKAGES = (
    *("onnxruntime", "onnxruntime-gpu", "tensorflow", "jax", "torch", "keras"),
    *("ai-edge-litert", "opencv-python", "opencv-python-headless", "numpy"),
)


def conditions() -> dict[str, str]:
    """What the figures depend on; the load is that of the minute before."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    machine = {"processor": _processor(), "cores": str(cores()), "load": load}
    return machine | {"Python": platform.python_version()} | {package: _version(package) for package in _PACKAGES}


def as_text(section: Section) -> str:
    """Title, a line a row, and what was left out."""
    headings = list(dict.fromkeys(heading for row in section.rows for heading in row.more))
    lines = [["", "median", "", "half of the rounds", *headings]]
    lines += [[row.name, as_figure(row.median), row.unit, _spread(row), *_more(row, headings)] for row in section.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [_line(line, widths) for line in lines]
    return "\n".join([section.title, *text, *(f"Left out: {sentence}" for sentence in section.left_out)])


def write_section(section: Section, measured_on: dict[str, str], path: Path) -> None:
    """A section with the conditions it was measured under."""
    rows = [
        {
            "name": row.name,
            "unit": row.unit,
            "median": row.median,
            "quartiles": row.quartiles,
            "rounds": row.samples,
            **row.more,
        }
        for row in section.rows
    ]
    content = {"title": section.title, "conditions": measured_on, "rows": rows, "left_out": section.left_out}
    write_json(path, content, indent=1)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names and units stand to the left, figures to the right."""
    aligned = (f"{cell:{'<' if i in (0, 2) else '>'}{widths[i]}}" for i, cell in enumerate(cells))
    return "  ".join(aligned).rstrip()


def _spread(row: Row) -> str:
    low, high = row.quartiles
    return f"{as_figure(low)} to {as_figure(high)}" if len(row.samples) > 1 else ""


def _more(row: Row, headings: Sequence[str]) -> list[str]:
    return [as_figure(row.more[heading]) if heading in row.more else "" for heading in headings]


def as_figure(value: float | str) -> str:
    """Three digits of a number; whole ones where it is large."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    """The processor's name where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
