"""Sections that run the software as a whole: on few frames and images."""

import sys

import pytest

from fsanet import locations
from fsanet.benchmarks.speed import folder, start, video
from fsanet.benchmarks.speed.measurement import Effort

FEW = Effort(rounds=1, frames=24, images=20)


@pytest.fixture
def yunet(mirror):
    """Sections with a detector need its file from the mirror."""


def test_video():
    rows = {row.name: row for row in video.run(FEW).rows}
    stages = [f"{stage} alone, a frame" for stage in ("decode", "detect", "crop", "estimate", "draw", "write")]
    assert list(rows)[:6] == stages
    assert [row.unit for row in rows.values()] == ["ms"] * 6 + ["frames/s"] * 4
    assert all(row.median > 0 for row in rows.values())
    assert [name.split(", estimate, ")[1] for name in list(rows)[6:]] == ["draw, write"] * 2 + ["without a picture"] * 2


@pytest.mark.mirror
def test_folder(yunet):
    rows = folder.run(FEW).rows
    assert [row.name for row in rows[:2]] == ["peak of memory after 2 images", "peak of memory after 20 images"]
    early, last, growth, throughput = (row.median for row in rows)
    assert 30 < early <= last
    assert growth == last - early
    assert throughput > 0


@pytest.mark.mirror
def test_start(yunet):
    rows = {row.name: row for row in start.run(FEW).rows}
    assert rows["python -c pass"].median < rows["fsanet estimate photo.jpg, YuNet, ONNX fusion"].median
    assert all(row.more["peak MB"] > 0 for row in rows.values())


def test_a_command_that_fails_is_no_figure(monkeypatch):
    monkeypatch.setattr(start, "_commands", lambda folder: {"bad": [sys.executable, "-c", "1 / 0"]})
    with pytest.raises(ValueError, match=r"(?s)ended with 1: .*ZeroDivisionError"):
        start.run(FEW)


def test_without_a_clone_it_is_said_that_the_pictures_are_there(tmp_path, monkeypatch):
    monkeypatch.setattr(locations, "_CHECKOUT", tmp_path)
    for section in (start, video, folder):
        with pytest.raises(FileNotFoundError, match="This needs the pictures or folders of a clone of the repository"):
            section.run(FEW)
