"""The bundled network that finds faces: whole, catalogued, and good for what a person tries first."""

import hashlib

import numpy as np
import onnxruntime
import pytest

from fsanet.detectors.scout import BUNDLED, BUNDLED_FLOAT, ScoutDetector
from fsanet.image.boxes import iou
from fsanet.image.reading import read_image
from fsanet.inference.single_stage import SingleStageEstimator
from fsanet.locations import find_pretrained
from fsanet.weights.pretrained import BUNDLED_FINDER


def test_the_catalogue_names_these_bytes(monkeypatch):
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    content = find_pretrained(BUNDLED_FINDER.path).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (BUNDLED_FINDER.size, BUNDLED_FINDER.sha256)


@pytest.mark.parametrize("file", [BUNDLED, BUNDLED_FLOAT])
def test_the_onnx_files_were_made_of_them(file):
    said = onnxruntime.InferenceSession(str(file)).get_modelmeta().custom_metadata_map
    assert said["weights_sha256"] == BUNDLED_FINDER.sha256


def test_in_int8_it_finds_the_faces_of_the_one_in_float32(repository):
    picture = read_image(repository / "demo" / "assets" / "group.jpg")
    int8, exact = (ScoutDetector(model_path=file).detect(picture) for file in (BUNDLED, BUNDLED_FLOAT))
    overlaps = iou(np.array([face.box_xyxy for face in int8]), np.array([face.box_xyxy for face in exact]))
    assert np.diag(overlaps).min() > 0.9
    np.testing.assert_allclose([face.pose for face in int8], [face.pose for face in exact], atol=6)
    assert BUNDLED.stat().st_size < BUNDLED_FLOAT.stat().st_size / 3


def test_in_int8_the_prediction_itself_has_no_steps():
    session = onnxruntime.InferenceSession(str(BUNDLED), providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3)).astype(np.uint8)
    [[prediction]] = session.run(None, {"image_bgr": picture})
    assert len(np.unique(prediction)) > 0.95 * prediction.size


def test_the_six_faces_of_the_demo_picture_are_found(repository):
    faces = ScoutDetector().detect(read_image(repository / "demo" / "assets" / "group.jpg"))
    assert len(faces) == 6


def test_poses_without_a_crop_are_near_those_of_crops(repository):
    [face] = SingleStageEstimator()(read_image(repository / "demo" / "assets" / "collins.jpg"))
    np.testing.assert_allclose(face.pose, (0.0, 0.0, 0.0), atol=15)  # he looks at the camera
