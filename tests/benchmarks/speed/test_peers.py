"""The comparison with peers: what counts as found, and errors on the pictures that all find."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fsanet.benchmarks.speed import peer_script, peers
from fsanet.benchmarks.speed.measurement import Effort
from fsanet.benchmarks.speed.peers import Answers
from fsanet.image.reading import write_image
from fsanet.mediapipe_environment import write_names
from fsanet.readers.labelled_photographs import LabelledPhotograph

FACE = LabelledPhotograph(
    Path("face.jpg"), np.zeros((100, 100, 3), np.uint8), np.zeros(3), np.zeros((68, 2)), (10.0, 10.0, 50.0, 50.0)
)


def test_the_labelled_face_is_meant_and_no_neighbour():
    near, far = (12.0, 12.0, 52.0, 52.0), (60.0, 60.0, 99.0, 99.0)
    assert peers._of_the_labelled([(far, (9, 9, 9)), (near, (1, 2, 3))], FACE) == (1, 2, 3)
    assert np.isnan(peers._of_the_labelled([(far, (9, 9, 9))], FACE)).all()
    assert np.isnan(peers._of_the_labelled([], FACE)).all()


def test_errors_are_on_what_each_finds_and_on_what_all_find():
    true = np.zeros((3, 3))
    one = Answers(np.array([[1.0] * 3, [2.0] * 3, [np.nan] * 3]), (5.0, 6.0), 9.0, 100.0)
    two = Answers(np.array([[4.0] * 3, [np.nan] * 3, [8.0] * 3]), (1.0, 1.0), 2.0, 200.0)
    first, second = peers._rows({"one": one, "two": two}, true)
    assert (first.more["found"], first.more["MAE"], first.more["where all find"]) == ("2/3", "1.50", "1.00 of 1")
    assert (second.more["found"], second.more["MAE"], second.more["where all find"]) == ("2/3", "6.00", "4.00 of 1")
    assert first.samples == (5.0, 6.0)


@pytest.fixture
def pictures(mirror, monkeypatch, tmp_path):
    """The first two pictures of the mirror."""
    monkeypatch.setattr(peers, "work_dir", lambda name: tmp_path / name)
    two = peers._pictures()[:2]
    monkeypatch.setattr(peers, "_pictures", lambda: two)
    return two


def test_a_mask_covers_the_lower_half_of_the_labelled_face(pictures, tmp_path):
    before, after = pictures[0], peers._masked(pictures[0], 0, tmp_path)
    np.testing.assert_array_equal(cv2.imread(str(after.file)), after.image_bgr)
    y, x = np.argwhere((after.image_bgr != before.image_bgr).any(axis=2)).mean(axis=0)
    left, top, right, bottom = before.box_xyxy
    assert left < x < right
    assert (top + bottom) / 2 < y < bottom


def test_all_is_measured_once_more_with_masks(pictures, monkeypatch):
    def answers(images):
        return Answers(np.array([[image.mean()] * 3 for image in images]), (1.0,), 1.0, 1.0)

    monkeypatch.setattr(peers, "_ours", lambda _, faces, rounds: answers([face.image_bgr for face in faces]))
    monkeypatch.setattr(peers, "_mediapipe", lambda faces, _: answers([cv2.imread(str(face.file)) for face in faces]))
    rows = peers.run(Effort(rounds=2)).rows
    assert [row.name.endswith(", masked") for row in rows] == [False] * 3 + [True] * 3
    plain, masked = ({row.more["MAE"] for row in part} for part in (rows[:3], rows[3:]))
    assert len(plain) == len(masked) == 1  # files and images show the same
    assert plain != masked


def test_the_script_reads_pictures_of_any_name(tmp_path, monkeypatch):
    files = [Path(os.fsdecode(os.fsencode(tmp_path) + name)) for name in (b"/caf\xe9.png", b"/a\r\nb.png")]
    for file in files:
        write_image(file, np.full((4, 5, 3), (1, 2, 3), np.uint8))
    seen = []

    def process(image):
        seen.append(image[0, 0].tolist())
        return SimpleNamespace(multi_face_landmarks=None)

    face_mesh = SimpleNamespace(FaceMesh=lambda **_: SimpleNamespace(process=process))
    monkeypatch.setitem(sys.modules, "mediapipe", SimpleNamespace(solutions=SimpleNamespace(face_mesh=face_mesh)))
    write_names(tmp_path / "list", files)
    assert peer_script.main([str(tmp_path / "list"), str(tmp_path / "out.npz"), "1"]) == 0
    assert seen == [[3, 2, 1]] * 3  # the first one is for setting up


def test_without_the_pictures_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(peers, "work_dir", lambda name: tmp_path / name)
    monkeypatch.setenv("FSANET_MIRROR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"There is no .*AFLW2000, and FSANET_MIRROR has none"):
        peers.run(Effort(rounds=1))
