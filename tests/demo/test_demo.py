import csv
import json

import numpy as np
import pytest

from demo import demo, make_assets
from fsanet.image.reading import read_image
from fsanet.inference.video.reader import VideoReader


def test_the_bundled_files_are_what_the_command_makes(monkeypatch, tmp_path):
    """Another OpenCV build may encode a little differently: the pictures agree, the bytes need not."""
    group = make_assets.group_picture()
    bundled = read_image(make_assets.ASSETS / "group.jpg")
    assert np.abs(group.astype(int) - bundled).mean() < 4
    frames = [frame.image_bgr for frame in VideoReader(str(make_assets.ASSETS / "clip.mp4"))]
    assert len(frames) == make_assets.CLIP_FRAMES
    for number, made in enumerate(make_assets.clip_frames()):
        if number % 30 == 0:
            assert np.abs(made.astype(int) - frames[number]).mean() < 8


@pytest.mark.slow
@pytest.mark.mirror
def test_demo_end_to_end(mirror, tmp_path, monkeypatch, capsys):
    """The real networks on the bundled pictures: every face found, and the clip's roll follows the known turn."""
    monkeypatch.setattr(demo, "OUTPUT", tmp_path / "output")
    assert demo.main(["--quiet", "--weights", "300W_LP"]) == 0
    assert str(tmp_path / "output") in capsys.readouterr().out
    names = {path.name for path in (tmp_path / "output").iterdir()}
    assert names == {"collins.jpg", "hopper.jpg", "group.jpg", "clip.mp4", "poses.csv", "poses.jsonl"}

    rows = list(csv.DictReader((tmp_path / "output" / "poses.csv").read_text().splitlines()))
    assert [json.loads(line)["file"] for line in (tmp_path / "output" / "poses.jsonl").read_text().splitlines()] == [
        row["file"] for row in rows
    ]
    per_file = {}
    for row in rows:
        per_file.setdefault(row["file"].rpartition("/")[2], []).append(row)
    of_clip, per_file["clip.mp4"] = per_file["clip.mp4"], [row for row in per_file["clip.mp4"] if row["face"] == "0"]
    assert len(of_clip) - len(per_file["clip.mp4"]) <= 1  # a box that is just sure enough, in one frame
    assert {name: len(found) for name, found in per_file.items()} == {
        "collins.jpg": 1,
        "hopper.jpg": 1,
        "group.jpg": 6,
        "clip.mp4": make_assets.CLIP_FRAMES,
    }
    upright = float(per_file["collins.jpg"][0]["roll"])
    rolls = np.array([float(row["roll"]) for row in per_file["clip.mp4"]])
    turns = np.array([make_assets.clip_turn_deg(int(row["frame"])) for row in per_file["clip.mp4"]])
    assert np.abs(rolls - turns - upright).mean() < 4
