"""The bundled network that finds faces: whole, catalogued, and good for what a person tries first."""

import hashlib

import numpy as np
import onnxruntime

from fsanet.detectors.scout import BUNDLED, ScoutDetector
from fsanet.image.reading import read_image
from fsanet.inference.single_stage import SingleStageEstimator
from fsanet.locations import find_pretrained
from fsanet.weights.pretrained import BUNDLED_FINDER


def test_the_catalogue_names_these_bytes(monkeypatch):
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    content = find_pretrained(BUNDLED_FINDER.path).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (BUNDLED_FINDER.size, BUNDLED_FINDER.sha256)


def test_the_onnx_file_was_made_of_them():
    said = onnxruntime.InferenceSession(str(BUNDLED)).get_modelmeta().custom_metadata_map
    assert said["weights_sha256"] == BUNDLED_FINDER.sha256


def test_the_six_faces_of_the_demo_picture_are_found(repository):
    faces = ScoutDetector().detect(read_image(repository / "demo" / "assets" / "group.jpg"))
    assert len(faces) == 6


def test_poses_without_a_crop_are_near_those_of_crops(repository):
    [face] = SingleStageEstimator()(read_image(repository / "demo" / "assets" / "collins.jpg"))
    np.testing.assert_allclose(face.pose, (0.0, 0.0, 0.0), atol=15)  # he looks at the camera
