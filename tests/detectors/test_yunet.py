"""YuNet: its ways to say nothing, its limits of size, its files."""

import cv2
import numpy as np
import pytest

from fsanet.detectors.yunet import MODEL_FILE, YuNetDetector
from fsanet.image.boxes import iou


@pytest.fixture
def yunet(detector_of):
    return detector_of("yunet")


def test_faces_larger_than_the_frame_are_found(yunet, portrait):
    (plain,) = yunet.detect(portrait)
    x1, y1, x2, y2 = np.round(plain.box_xyxy).astype(int) + np.array([6, 6, -6, -6])
    closeup = cv2.resize(portrait[y1:y2, x1:x2], None, fx=7, fy=7, interpolation=cv2.INTER_CUBIC)
    (close,) = yunet.detect(closeup)
    assert iou(np.array(close.box_xyxy) / 7 + [x1, y1, x1, y1], plain.box_xyxy)[0, 0] > 0.7


def test_small_faces_stay_beside_a_large_one(yunet, portrait):
    scene = np.zeros((640, 940, 3), np.uint8)
    scene[:, :640] = cv2.resize(portrait[40:200, 140:300], (640, 640), interpolation=cv2.INTER_CUBIC)
    scene[300:428, 660:788] = cv2.resize(portrait, (128, 128), interpolation=cv2.INTER_AREA)  # too small at half size
    first, second = yunet.detect(scene)
    assert first.box_xyxy[2] < 640 < second.box_xyxy[0]


@pytest.mark.parametrize("side", [1, 5, 17, 31, 32])
def test_strips_give_no_boxes_of_random_numbers(yunet, side):
    rng = np.random.default_rng(side)
    for length in (70, 97, 160, 250, 640):  # bare, OpenCV answers about a third of these with infinite boxes
        strip = rng.integers(0, 256, (side, length, 3), np.uint8)
        assert yunet.detect(strip) == yunet.detect(np.ascontiguousarray(strip.swapaxes(0, 1))) == []


def test_missing_file(tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    with pytest.raises(FileNotFoundError, match=rf"{MODEL_FILE}' is not in .*: run `make weights`"):
        YuNetDetector()


def test_file_that_is_no_model(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"not a network" * 100)
    with pytest.raises(ValueError, match="The YuNet model file is not an ONNX network that OpenCV reads"):
        YuNetDetector(model_path=tmp_path / "model.onnx")


def crowd(portrait, face_px, size_wh=(4000, 3000)):
    """Twelve copies of a portrait in a large grey picture, their faces so many pixels high."""
    scale = face_px / 110
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.full((size_wh[1], size_wh[0], 3), 120, np.uint8)
    for i in range(12):
        x, y = 300 + 900 * (i % 4), 250 + 900 * (i // 4)
        image[y : y + small.shape[0], x : x + small.shape[1]] = small
    return image


def test_small_faces_in_a_large_picture_are_found(detector_of, portrait):
    detector_of("yunet")
    image = crowd(portrait, face_px=60)
    faces = YuNetDetector().detect(image)
    assert len(faces) == 12
    assert all(40 < box[3] - box[1] < 85 for box in (face.box_xyxy for face in faces))
    assert len(YuNetDetector(long_side=640).detect(image)) < 12


def test_tiles_find_each_face_once_where_it_is(detector_of, portrait):
    detector_of("yunet")
    image = crowd(portrait, face_px=50)
    boxes = np.array([face.box_xyxy for face in YuNetDetector(long_side=4000).detect(image)])
    centers = np.sort(((boxes[:, :2] + boxes[:, 2:]) / 2).round(-1), axis=0)
    assert len(boxes) == 12
    assert len(np.unique(centers[:, 0].round(-2))) == 4
