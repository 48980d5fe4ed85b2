"""MTCNN: the package's networks and boxes without the package's code, colours, sizes, life without what it needs."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from fsanet.detectors import mtcnn, mtcnn_networks
from fsanet.detectors.mtcnn import Candidates, MTCNNDetector, patches, pyramid, squared, unlike
from fsanet.detectors.mtcnn_networks import PLANS


@pytest.fixture(scope="module")
def package():
    """The package's own detector, on TensorFlow."""
    return pytest.importorskip("mtcnn", reason="pip install 'fsanet[mtcnn]' to compare with the package").MTCNN()


@pytest.mark.parametrize(("stage", "name"), list(enumerate(PLANS)))
def test_networks_answer_as_the_packages_do(package, stage, name):
    side = (40, 24, 48)[stage]
    images = np.random.default_rng(stage).uniform(-1, 1, (3, side, side, 3)).astype(np.float32)
    expected = package.stages[stage].model(images)
    answers = mtcnn_networks.load_networks()[name](images)
    assert len(answers) == len(expected)
    for ours, theirs in zip(answers, expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


@pytest.mark.parametrize("name", ["group.jpg", "collins.jpg"])
def test_faces_are_those_of_the_package(package, detector_of, repository, name):
    image = cv2.resize(cv2.imread(str(repository / "demo" / "assets" / name)), None, fx=0.5, fy=0.5)  # under long_side
    rows = package.detect_faces(image[..., ::-1], fit_to_image=False, box_format="xyxy", output_type="numpy")
    rows = sorted((row for row in rows if row[5] >= 0.95), key=lambda row: -(row[3] - row[1]) * (row[4] - row[2]))
    faces = detector_of("mtcnn").detect(image)
    assert len(faces) == len(rows) > 0
    for face, row in zip(faces, rows, strict=True):
        np.testing.assert_allclose(face.box_xyxy, row[1:5], atol=0.02)
        np.testing.assert_allclose(face.landmarks_xy, row[6:].reshape(2, 5).T, atol=0.02)
        assert face.score == pytest.approx(row[5], abs=1e-4)


@pytest.fixture
def recorded(monkeypatch):
    """A detector whose first network finds nothing and keeps what it was shown."""
    shown = []

    def proposal(image):
        shown.append(image)
        cells = [(side - 2) // 2 for side in image.shape[1:3]]
        return [np.zeros((1, *cells, 4), np.float32), np.zeros((1, *cells, 2), np.float32)]

    monkeypatch.setattr(mtcnn, "load_networks", lambda: {"proposal": proposal})
    return MTCNNDetector(), shown


def test_the_network_sees_rgb(recorded):
    detector, shown = recorded
    blue = np.zeros((100, 100, 3), np.uint8)
    blue[..., 0] = 255
    assert detector.detect(blue) == []
    np.testing.assert_allclose(shown[0][0, 0, 0], [-127.5 / 128, -127.5 / 128, 127.5 / 128])


def test_large_images_are_shrunk(recorded):
    detector, shown = recorded
    detector.detect(np.zeros((960, 1920, 3), np.uint8))
    assert shown[0].shape == (1, int(320 * 0.6), int(640 * 0.6), 3)


@pytest.mark.parametrize(("side", "scales"), [(23, 1), (24, 1), (320, 9), (11, 0), (1, 0)])
def test_the_pyramid_ends_where_a_cell_is_as_large_as_the_image(side, scales):
    assert len(pyramid(side, 2 * side)) == scales


def test_patches_of_the_image_itself_are_its_pixels():
    image = np.random.default_rng(0).uniform(-1, 1, (24, 24, 3)).astype(np.float32)
    [patch] = patches(image, np.array([[0.0, 0, 24, 24]]), 24)
    np.testing.assert_allclose(patch[:-1, :-1], image[:-1, :-1], atol=1e-5)


def test_patches_are_grey_beyond_the_image():
    image = np.ones((30, 30, 3), np.float32)
    [patch] = patches(image, np.array([[-15.0, 0, 15, 30]]), 24)
    assert (patch[:, :11] == 0).all()
    np.testing.assert_allclose(patch[:-1, 13:], 1, atol=1e-6)


def _candidates(boxes, scores=None) -> Candidates:
    return Candidates(np.array(boxes, np.float64), np.array(scores or [1.0] * len(boxes)))


def test_what_overlaps_a_surer_one_is_dropped_even_where_that_was_dropped_itself():
    row = _candidates([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10], [40, 0, 50, 10]], [0.7, 0.9, 0.8, 0.6])
    np.testing.assert_array_equal(unlike(row, 0.4).score, [0.9, 0.6])
    np.testing.assert_array_equal(unlike(row, 0.5).score, [0.9, 0.8, 0.7, 0.6])
    chain = _candidates([[0, 0, 10, 10], [2, 0, 12, 10], [5, 0, 15, 10]], [0.9, 0.8, 0.7])
    np.testing.assert_array_equal(unlike(chain, 0.5).score, [0.9])


def test_squares_keep_their_centres():
    np.testing.assert_allclose(squared(_candidates([[10, 0, 20, 40]])).box_xyxy, [[-5, 0, 35, 40]])


def test_small_faces_in_large_images_are_found(detector_of, portrait):
    scene = np.zeros((1500, 2000, 3), np.uint8)
    scene[300:812, 700:1212] = portrait  # a face of 90 pixels
    (face,) = detector_of("mtcnn").detect(scene)
    np.testing.assert_allclose(face.box_xyxy, [881, 364, 965, 472], atol=15)


def test_missing_packages_name_the_remedy(monkeypatch):
    monkeypatch.setattr(mtcnn_networks, "find_spec", lambda name: None if name in ("mtcnn", "onnx") else object())
    with pytest.raises(ImportError, match=r"needs mtcnn and onnx: pip install 'fsanet\[mtcnn\]', or choose yunet"):
        MTCNNDetector()


def test_construction_is_silent_and_loads_neither_the_package_nor_tensorflow():
    code = (
        "import sys; from fsanet.detectors.mtcnn import MTCNNDetector; MTCNNDetector(); "
        "print({'mtcnn', 'tensorflow', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "set()\n", "")
