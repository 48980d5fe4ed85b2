from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fsanet.benchmarks import steadiness
from fsanet.detectors.detection import Detection
from fsanet.image.face_crop import crop_face
from fsanet.pose.angles import Pose
from fsanet.readers.labelled_photographs import LabelledPhotograph

BOX = (20.0, 30.0, 60.0, 80.0)


def face(pose_deg=(0.0, 0.0, 0.0)):
    image = np.random.default_rng(0).integers(0, 256, (120, 100, 3), np.uint8)
    return LabelledPhotograph(Path("face.jpg"), image, np.array(pose_deg), np.zeros((68, 2)), BOX)


class Estimator:
    """Reads the margin alone: the wider a crop, the larger its yaw. Its finder says one pose, or finds nothing."""

    engine = SimpleNamespace(input_size=8)
    detector_name = "finder"

    def __init__(self, share, found=True):
        self.finder_share, self.found = share, found

    def predict_crops(self, crops_bgr):
        yaw = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], 5)
        return np.stack([yaw, np.zeros(25), np.zeros(25)], axis=1)

    def detect(self, image_bgr):
        return [Detection(box_xyxy=BOX, score=1.0, pose=Pose(2.0, 0.0, 0.0))] if self.found else []


def test_a_face_is_cut_with_five_margins_in_five_places():
    crops = steadiness.scattered_crops(face(), 16)
    assert crops.shape == (25, 16, 16, 3)
    np.testing.assert_array_equal(crops[0], crop_face(face().image_bgr, BOX, 0.4, 16))
    moved = 24.0, 30.0, 64.0, 80.0  # a tenth of its width to the right
    np.testing.assert_array_equal(crops[22], crop_face(face().image_bgr, moved, 0.8, 16))


def test_the_spread_is_that_within_a_face_and_not_between_faces():
    poses = np.array([[[0, 0, 0], [2, 0, 4]], [[50, 0, 0], [50, 0, 0]]], float)
    faces, mae, spread = steadiness.steadiness(poses, np.array([[0, 0, 0], [50, 0, 3]], float))
    assert faces == 2
    assert mae == pytest.approx((2 + 4 + 3 + 3) / 12)
    np.testing.assert_allclose(spread, [0.5, 0, 1])


def test_the_finder_steadies_answers_by_its_share():
    (_, alone), (name, together) = steadiness.measured(Estimator(0.5), [face(), face((4, 0, 0))])
    assert name == "with 0.5 of finder"
    np.testing.assert_allclose(alone.spread_deg, [2**0.5, 0, 0], atol=1e-9)
    np.testing.assert_allclose(together.spread_deg, [0.5 * 2**0.5, 0, 0], atol=1e-4)
    assert alone.mae_deg == pytest.approx(2 / 3)
    assert together.mae_deg == pytest.approx(2 / 3, abs=1e-4)


@pytest.mark.parametrize("estimator", [Estimator(0.0), Estimator(0.5, found=False)])
def test_without_a_finder_crops_are_alone(estimator):
    [(name, _)] = steadiness.measured(estimator, [face()])
    assert name == "crops alone"


@pytest.mark.mirror
def test_answers_are_steadier_than_crops_alone_on_aflw2000(mirror, capsys):
    assert steadiness.main([str(mirror / "faces" / "AFLW2000")]) == 0
    alone, together = (
        [float(value) for value in line.split()[-4:]] for line in capsys.readouterr().out.splitlines()[2:]
    )
    assert np.all(np.array(together) < alone)


def test_a_folder_without_labels(tmp_path, capsys):
    assert steadiness.main([str(tmp_path)]) == 1
    assert "holds no image and no .mat file" in capsys.readouterr().err
