"""MediaPipe's BlazeFace in a process of its own: what goes there and back, with a script of ours in its place."""

import gc
import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from fsanet.detectors.detection import BoxConvention, FaceDetector
from fsanet.detectors.yunet import YuNetDetector
from fsanet.evaluation.finders import blazeface
from fsanet.evaluation.finders import blazeface_script as script
from fsanet.evaluation.finders.blazeface import BlazeFace
from fsanet.evaluation.finders.detectors import NAMES, convention_of, measured_detector

ECHO = """
import json, sys
model, threshold = sys.argv[1:]
while line := sys.stdin.buffer.readline():
    height, width = map(int, line.split())
    image = sys.stdin.buffer.read(3 * height * width)
    if sum(image) == 0:
        sys.exit("a black picture")
    rows = [[0, 0, width, height, float(threshold)], [1, 1, image[0], image[1], 0.9], [5, 5, 5, 9, 0.8]]
    print(json.dumps(rows), flush=True)
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A script that answers with the picture's size and its first two bytes, and an empty box."""
    (tmp_path / "echo.py").write_text(ECHO)
    monkeypatch.setattr(blazeface, "mediapipe_python", lambda: sys.executable)
    monkeypatch.setattr(blazeface, "_SCRIPT", tmp_path / "echo.py")
    monkeypatch.setattr(BlazeFace, "CONVENTIONS", dict.fromkeys(BlazeFace.MODELS, BoxConvention()))


def picture(first, second, size=(40, 60)):
    image = np.full((*size, 3), 7, np.uint8)
    image[0, 0] = first, second, 0
    return image


def test_pictures_go_there_and_boxes_come_back_in_their_order(stand_in):
    detector = measured_detector("blazeface_short", threshold=0.25)
    assert isinstance(detector, FaceDetector)
    for first, second in ((20, 30), (11, 9)):
        whole, inner = detector.detect(picture(first, second))
        assert (whole.box_xyxy, whole.score) == ((0, 0, 60, 40), 0.25)
        assert (inner.box_xyxy, inner.score) == ((1, 1, first, second), 0.9)
    assert detector.detect(picture(20, 30, (50, 30)))[0].box_xyxy == (0, 0, 30, 50)


def test_boxes_are_turned_into_the_common_convention(stand_in, monkeypatch):
    monkeypatch.setattr(BlazeFace, "CONVENTIONS", {"blazeface_full": BoxConvention((0.5, 1.0))})
    assert measured_detector("blazeface_full").detect(picture(20, 30))[0].box_xyxy == (15, 0, 45, 40)


def test_a_script_that_fails_is_one_sentence_and_leaves_nothing(stand_in):
    detector = BlazeFace("blazeface_full")
    for _ in range(2):
        with pytest.raises(OSError, match="BlazeFace failed: a black picture"):
            detector.detect(np.zeros((400, 600, 3), np.uint8))
    process = detector._process
    del detector
    gc.collect()
    assert process.stdin.closed
    assert process.stdout.closed


def test_the_process_ends_with_its_detector(stand_in):
    detector = BlazeFace("blazeface_full")
    process = detector._process
    detector.detect(picture(20, 30))
    del detector
    gc.collect()
    assert process.returncode == 0


def test_names_are_ours_and_its_two():
    assert NAMES[-2:] == ("blazeface_short", "blazeface_full")
    assert "scout" in NAMES
    assert convention_of("yunet") == YuNetDetector.convention
    assert convention_of("blazeface_full") == BlazeFace.CONVENTIONS["blazeface_full"]
    with pytest.raises(ValueError, match="threshold lies in"):
        BlazeFace("blazeface_full", threshold=2.0)


def test_the_script_reads_pictures_and_says_boxes_in_pixels():
    images = [picture(1, 2), picture(3, 4, (8, 5))]
    stream = io.BytesIO(b"".join(b"%d %d\n" % image.shape[:2] + image.tobytes() for image in images))
    for read, image in zip(script.pictures(stream), images, strict=True):
        np.testing.assert_array_equal(read, image)
    box = SimpleNamespace(xmin=0.25, ymin=-0.1, width=0.5, height=0.8)
    face = SimpleNamespace(location_data=SimpleNamespace(relative_bounding_box=box), score=[0.75])
    assert script.faces(SimpleNamespace(detections=[face]), 200, 100) == [[50, -10, 150, 70, 0.75]]
    assert script.faces(SimpleNamespace(detections=None), 200, 100) == []
