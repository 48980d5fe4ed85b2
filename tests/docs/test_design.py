"""The drawing of the house in docs/design.md shows every room, and no import that points upwards."""

import re

import pytest

from tests.docs.documents import ROOT
from tests.test_imports import ALLOWED, LEAVES, PROGRAMS

DRAWING = (ROOT / "docs" / "design.md").read_text(encoding="utf-8").split("## The house")[1].split("\nA room")[0]
_WIDTH = 25  # of the words that say what a line is
LINES = [set(re.findall(r"[a-z_]+", line[4 + _WIDTH :])) for line in DRAWING.splitlines() if re.match(r" {4}\w", line)]
LEVEL = {room: number for number, rooms in enumerate(LINES) for room in rooms}


def test_every_room_is_drawn():
    assert set(LEVEL) == set(ALLOWED | PROGRAMS) - {"__main__"}


@pytest.mark.parametrize("room", sorted(set(ALLOWED) - LEAVES))
def test_no_import_points_upwards(room):
    assert not [other for other in ALLOWED[room] if LEVEL[other] < LEVEL[room]]


def test_contributing_names_every_room():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b([a-z]+)/", page.split("## How the house")[1].split("## Where a change")[0]))
    assert set(ALLOWED) - LEAVES <= named
