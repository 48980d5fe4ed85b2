"""Detection over many frames: kept on disk, resumed, and never repeated without need."""

import json

import cv2
import numpy as np
import pytest

from fsanet.datasets.parts import sole_writer
from fsanet.readers import face_boxes
from fsanet.readers.face_boxes import DetectorChoice, FrameFaces, detect_faces, find_faces, largest_face
from fsanet.readers.set_builder import RawItem

CHOICE = DetectorChoice("fake", (("threshold", 0.9),))


@pytest.fixture
def frames(tmp_path):
    items = []
    for number in range(70):  # more than two parts
        path = tmp_path / "raw" / f"{number:03d}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), np.full((40, 50, 3), number, np.uint8))
        items.append(RawItem(f"frame{number:03d}", (path,)))
    return items


@pytest.fixture
def by_grey(detector):
    """A face whose place tells which frame it is of, none in every tenth."""
    detector.faces = lambda image: [] if image[0, 0, 0] % 10 == 9 else [(image[0, 0, 0] % 20, 5, 40, 35, 0.95)]
    return detector


def test_faces_by_frame(frames, by_grey, tmp_path):
    found = detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    assert list(found) == [frame.name for frame in frames]
    assert found["frame012"] == FrameFaces(50, 40, [[12, 5, 40, 35, 0.95]])
    assert found["frame019"] == FrameFaces(50, 40, [])
    assert by_grey.options == [("fake", {"threshold": 0.9})]


def test_a_second_call_reads_what_was_found(frames, by_grey, tmp_path):
    first = detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    assert detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True) == first
    assert by_grey.calls == 70


@pytest.mark.parametrize("other", [DetectorChoice("fake"), DetectorChoice("fake", (("threshold", 0.9),), bgr=True)])
def test_another_detector_searches_again(frames, by_grey, tmp_path, other):
    detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    detect_faces(tmp_path / "faces.json", frames, other, workers=1, quiet=True)
    assert by_grey.calls == 140


def test_other_frames_are_searched_again(frames, by_grey, tmp_path):
    detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    cv2.imwrite(str(frames[3].files[0]), np.random.default_rng(0).integers(0, 99, (40, 50, 3), dtype=np.uint8))
    detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    assert by_grey.calls == 140


def test_a_broken_off_search_goes_on(frames, by_grey, tmp_path, monkeypatch):
    undisturbed = detect_faces(tmp_path / "a.json", frames, CHOICE, workers=1, quiet=True)
    find = face_boxes.find_faces
    monkeypatch.setattr(face_boxes, "find_faces", _breaks_after(40, find))
    with pytest.raises(KeyboardInterrupt):
        detect_faces(tmp_path / "b.json", frames, CHOICE, workers=1, quiet=True)
    assert not (tmp_path / "b.json").exists()
    monkeypatch.setattr(face_boxes, "find_faces", find)
    before = by_grey.calls
    assert detect_faces(tmp_path / "b.json", frames, CHOICE, workers=1, quiet=True) == undisturbed
    assert by_grey.calls - before == 70 - 32  # the first part was whole
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_another_process_that_searches_the_same_is_left_alone(frames, by_grey, tmp_path):
    with (
        sole_writer(tmp_path / "faces.json"),
        pytest.raises(OSError, match=r"Another process is writing '.*faces\.json'"),
    ):
        detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    assert by_grey.calls == 0


def _breaks_after(calls, find):
    count = iter(range(calls))

    def broken(*args):
        if next(count, None) is None:
            raise KeyboardInterrupt
        return find(*args)

    return broken


def test_unreadable_frames_are_told(frames, by_grey, tmp_path):
    frames[1].files[0].write_bytes(b"")
    found = detect_faces(tmp_path / "faces.json", frames[:3], CHOICE, workers=1, quiet=True)
    assert found["frame001"].problem.endswith("is empty (0 bytes), not an image.")
    assert found["frame001"].faces == []


def test_missing_frames_are_not_searched(frames, by_grey, tmp_path):
    frames[1].files[0].unlink()
    found = detect_faces(tmp_path / "faces.json", [*frames[:3], RawItem("07", ())], CHOICE, workers=1, quiet=True)
    assert list(found) == ["frame000", "frame002"]


@pytest.mark.parametrize("content", ['{"half', "[]", "null", "7", '"plan_sha256"', "{}"])
def test_a_damaged_result_is_made_again(frames, by_grey, tmp_path, content):
    (tmp_path / "faces.json").write_text(content)
    detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    assert len(json.loads((tmp_path / "faces.json").read_text())["frames"]) == 70


@pytest.mark.parametrize("change", [{"frames": []}, {"frames": None}])
def test_a_result_without_frames_is_made_again(frames, by_grey, tmp_path, change):
    detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)
    content = json.loads((tmp_path / "faces.json").read_text())
    (tmp_path / "faces.json").write_text(json.dumps(content | change))
    assert len(detect_faces(tmp_path / "faces.json", frames, CHOICE, workers=1, quiet=True)) == 70
    assert by_grey.calls == 140


def test_channels_are_swapped_on_demand(detector):
    seen = []
    detector.faces = lambda image: seen.append(image[0, 0].tolist()) or []
    image = np.full((4, 4, 3), (1, 2, 3), np.uint8)
    find_faces(image, DetectorChoice("fake"))
    find_faces(image, DetectorChoice("fake", bgr=True))
    assert seen == [[1, 2, 3], [3, 2, 1]]


def test_the_largest_face(detector):
    detector.faces = lambda image: [(0, 0, 10, 10, 0.99), (20, 20, 40, 50, 0.8)]
    assert largest_face(np.zeros((60, 60, 3), np.uint8), CHOICE).box_xyxy == (20, 20, 40, 50)
    detector.faces = lambda image: []
    assert largest_face(np.zeros((60, 60, 3), np.uint8), CHOICE) is None
