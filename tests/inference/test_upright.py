import numpy as np
import pytest

from fsanet.detectors.detection import Detection
from fsanet.inference.upright import TOLD_DEG, TOLD_SCORE, upright_turn_deg
from fsanet.pose.angles import Pose


def found(lean=None, pose=None, score=TOLD_SCORE, turn=0):
    """A face in a picture of 100x100 pixels; its points lean by some degrees."""
    points = None
    if lean is not None:
        upright = np.array([(-15, -12), (15, -12), (0, 3), (-11, 18), (11, 18)], float)
        cosine, sine = np.cos(np.deg2rad(lean)), np.sin(np.deg2rad(lean))
        points = (upright @ np.array([[cosine, sine], [-sine, cosine]]) + 50).tolist()
    return Detection((20, 20, 80, 80), score, points, upright_turn=turn, pose=pose)


@pytest.mark.parametrize("lean", [-179.0, -100.0, -30.0, -TOLD_DEG[1], TOLD_DEG[1], 45.0])
def test_a_face_is_cut_upright_by_its_points(lean):
    assert upright_turn_deg(found(lean)) == pytest.approx(-lean)


def test_points_that_hardly_lean_count_a_little_or_not_at_all():
    start, full = TOLD_DEG
    half = (start + full) / 2
    assert upright_turn_deg(found(half)) == pytest.approx(-half / 2)
    assert upright_turn_deg(found(start)) == pytest.approx(0, abs=1e-9)


def test_a_pose_says_more_than_points_and_an_unsure_one_nothing():
    leaning = Pose(0, 0, 30)
    assert upright_turn_deg(found(-20, leaning)) == pytest.approx(-30)
    assert upright_turn_deg(found(-20, leaning, score=TOLD_SCORE - 0.01, turn=90)) == 90
    assert upright_turn_deg(found(turn=270)) == 270
