"""SSD: ghosts beside large faces, its two sets of files."""

import cv2
import numpy as np
import pytest

from fsanet.detectors.loading import find_detector_file
from fsanet.detectors.ssd import VARIANTS, SSDDetector
from fsanet.image.boxes import iou


@pytest.fixture
def ssd(detector_of):
    return detector_of("ssd")


def closeup(portrait, box_xyxy, fill):
    """A square cut around a face so that the face is `fill` of its height, 400 pixels large."""
    x1, y1, x2, y2 = box_xyxy
    half = (y2 - y1) / fill / 2
    cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
    left, top = round(cx - half), round(cy - half)
    cut = portrait[max(0, top) : round(cy + half), left : round(cx + half)]
    return cv2.resize(cut, (400, 400), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("fill", [0.4, 0.55, 0.7, 0.8, 0.9, 1.0])
def test_one_box_for_one_face_however_large(ssd, portrait, fill):
    (plain,) = ssd.detect(portrait)
    faces = ssd.detect(closeup(portrait, plain.box_xyxy, fill))
    assert len(faces) == 1
    height = 400 * fill
    width = height * (plain.box_xyxy[2] - plain.box_xyxy[0]) / (plain.box_xyxy[3] - plain.box_xyxy[1])
    expected = (200 - width / 2, 200 - height / 2, 200 + width / 2, 200 + height / 2)
    assert iou(faces[0].box_xyxy, expected)[0, 0] > 0.65


def test_the_bare_network_has_ghosts_there(ssd, portrait):
    """What the test above guards against: without the rules there are many boxes."""
    (plain,) = ssd.detect(portrait)
    bare = ssd._search(cv2.resize(closeup(portrait, plain.box_xyxy, 0.9), (300, 300)))
    assert len(bare) > 1


def test_both_sets_of_files_agree(ssd, portrait):
    paths = [find_detector_file(name) for name in VARIANTS[1][1:]]
    if None in paths:
        pytest.skip("the TensorFlow files of the SSD detector are not on this machine: run `make weights`")
    (caffe,), (tensorflow,) = (
        ssd.detect(portrait),
        SSDDetector(model_path=paths[0], config_path=paths[1]).detect(portrait),
    )
    np.testing.assert_allclose(tensorflow.box_xyxy, caffe.box_xyxy, atol=3)


def test_the_second_set_serves_where_the_first_is_missing(tmp_path, monkeypatch):
    sources = [find_detector_file(name) for name in VARIANTS[1][1:]]
    if None in sources:
        pytest.skip("the TensorFlow files of the SSD detector are not on this machine: run `make weights`")
    folder = tmp_path / "pre-trained" / "detectors"
    folder.mkdir(parents=True)
    for source in sources:
        (folder / source.name).write_bytes(source.read_bytes())
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    assert SSDDetector().detect(np.zeros((50, 50, 3), np.uint8)) == []


def test_missing_files(tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    with pytest.raises(
        FileNotFoundError, match=r"'res10_300x300_ssd_iter_140000\.caffemodel' is not in .* `make weights`"
    ):
        SSDDetector()


def test_files_that_are_no_model(tmp_path):
    for name in ("net.caffemodel", "net.prototxt"):
        (tmp_path / name).write_bytes(b"not a network")
    with pytest.raises(ValueError, match="The SSD detector's files are not a caffe network that OpenCV reads"):
        SSDDetector(model_path=tmp_path / "net.caffemodel", config_path=tmp_path / "net.prototxt")


def test_one_path_alone():
    with pytest.raises(ValueError, match="needs model_path and config_path together"):
        SSDDetector(model_path="net.caffemodel")
