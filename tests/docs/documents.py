"""The pages that a reader meets, and what is in them."""

import re
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    {
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "data").glob("**/README.md"),
        *(ROOT / "demo").glob("**/README.md"),
        *(ROOT / "pre-trained").glob("*.md"),
        *(ROOT / "pre-trained").glob("*_models/README.md"),
        *(ROOT / "release").glob("*.md"),
        *(ROOT / "training_and_testing").glob("**/*.md"),
    }
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block of code."""

    page: Path
    line: int
    language: str
    code: str


def blocks(page: Path) -> list[Block]:
    """Fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [Block(page, text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in _FENCE.finditer(text)]


def commands(page: Path) -> list[str]:
    """Lines of code that call a command of ours: in shell blocks, indented, or inline."""
    text = page.read_text(encoding="utf-8")
    shell = [block.code for block in blocks(page) if block.language in {"", "sh", "bash", "shell"}]
    lines = ["\n".join(shell).splitlines(), _INDENTED.findall(text), _INLINE.findall(text)]
    without_comment = (re.split(r"\s#\s", line.strip().removeprefix("$ "))[0].strip() for line in chain(*lines))
    return [line for line in without_comment if re.match(r"(make [a-z]|fsanet [a-z]|python3? -m [a-z])", line)]


def links(page: Path) -> list[str]:
    """Targets of links and pictures that lie in this repository."""
    text = page.read_text(encoding="utf-8")
    return [target for target in _LINK.findall(text) if not re.match(r"[a-z]+:", target) and not target.startswith("#")]
