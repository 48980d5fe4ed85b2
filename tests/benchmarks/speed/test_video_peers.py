"""The comparison on a video: each side sees all of its frames, and what it took is told by the frame."""

import json
import sys
from types import SimpleNamespace

import pytest

from fsanet.benchmarks.assets import write_clip
from fsanet.benchmarks.speed import video_peer_script, video_peers
from fsanet.benchmarks.speed.measurement import Effort
from fsanet.benchmarks.speed.video import Passage


def test_a_row_says_frames_a_second_processor_time_and_faces():
    row = video_peers._row("one", [Passage(2.0, 3.0, 48), Passage(4.0, 5.0, 48), Passage(3.0, 9.0, 48)], 50)
    assert (row.unit, row.samples) == ("frames/s", (25.0, 12.5, pytest.approx(50 / 3)))
    assert row.more == {"CPU ms a frame": 100.0, "faces": "48/50"}


def test_all_sides_are_measured_in_every_round(monkeypatch):
    clips = []

    def mediapipe(clip):
        clips.append(clip.stat().st_size)
        return Passage(1.0, 1.0, 24)

    monkeypatch.setattr(video_peers, "_mediapipe", mediapipe)
    rows = video_peers.run(Effort(rounds=2, frames=24)).rows
    assert [row.name.split(",")[0] for row in rows] == ["fsanet", "fsanet", "MediaPipe 0.10.14 Face Mesh"]
    assert [len(row.samples) for row in rows] == [2, 2, 2]
    assert [row.more["faces"] for row in rows] == ["24/24"] * 3
    assert len(clips) == 2
    assert min(clips) > 0


def test_the_script_shows_face_mesh_every_frame_in_red_green_and_blue(tmp_path, monkeypatch):
    clip = write_clip(tmp_path / "clip.mp4", 5)
    seen = []

    def process(image):
        seen.append(image)
        return SimpleNamespace(multi_face_landmarks=["a face"] if len(seen) != 3 else None)

    face_mesh = SimpleNamespace(FaceMesh=lambda **_: SimpleNamespace(process=process))
    monkeypatch.setitem(sys.modules, "mediapipe", SimpleNamespace(solutions=SimpleNamespace(face_mesh=face_mesh)))
    assert video_peer_script.main([str(clip), str(tmp_path / "taken.json")]) == 0
    seconds, cpu_seconds, found = json.loads((tmp_path / "taken.json").read_text())
    assert found == 4
    assert seconds > 0
    assert cpu_seconds > 0
    assert [image.shape for image in seen] == [(480, 640, 3)] * 6  # the first one is for setting up
    red, _, blue = seen[1].reshape(-1, 3).mean(axis=0)
    assert red > blue  # as skin and the room of the clip are
