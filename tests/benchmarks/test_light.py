"""Dark and infrared pictures: what is made of a picture, and what is counted of the faces found in it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fsanet.benchmarks import light
from fsanet.pose.angles import Pose
from fsanet.readers.labelled_photographs import LabelledPhotograph

PICTURE = np.full((20, 30, 3), (40, 120, 200), np.uint8)


def made(name):
    return light.KINDS[name](PICTURE, np.random.default_rng(0))


@pytest.mark.parametrize("name", light.KINDS)
def test_pictures_stay_pictures_and_are_made_again_by_their_seed(name):
    assert made(name).shape == PICTURE.shape
    assert made(name).dtype == np.uint8
    np.testing.assert_array_equal(made(name), made(name))


@pytest.mark.parametrize("part", [4, 16, 64])
def test_a_share_of_the_light_is_one_in_linear_light(part):
    linear = light._linear(PICTURE)[0, 0, 1]
    seen = light._linear(made(f"1/{part} of the light"))[..., 1]
    assert seen.mean() == pytest.approx(linear / part, rel=0.1)
    assert seen.std() > 0


def test_less_light_has_more_noise_for_its_signal():
    noise = [
        made(f"1/{part} of the light")[..., 2].std() / made(f"1/{part} of the light")[..., 2].mean() for part in (4, 64)
    ]
    assert noise[1] > 2 * noise[0]


def test_brightened_pictures_reach_white():
    assert made("1/64 of the light").max() < 80
    assert np.quantile(made("1/64, brightened"), 0.99) == 255


def test_infrared_has_one_channel_and_bright_skin():
    seen = made("near infrared")
    assert (seen == seen[..., :1]).all()
    assert seen.mean() > PICTURE[..., 2].mean()


def face(box, yaw, score=0.9):
    return SimpleNamespace(box_xyxy=box, score=score, pose=Pose(yaw, 0.0, 0.0))


def photograph(yaw=0.0):
    box = (10.0, 4.0, 20.0, 16.0)
    return LabelledPhotograph(Path("face.jpg"), PICTURE, np.array([yaw, 0, 0]), np.zeros((68, 2)), box)


def test_the_surest_face_that_holds_the_landmarks_counts():
    faces = [face((0, 0, 5, 5), 90), face((10, 5, 20, 15), 12), face((9, 4, 21, 16), 50, score=0.8)]
    same = light.KINDS["as it is"]
    poses = light.measure(lambda image: faces, [photograph(10.0)], same)
    assert [pose.tolist() for pose in poses] == [[12.0, 0, 0]]
    assert light.measure(lambda image: faces[:1], [photograph(10.0)], same) == [None]


def test_a_line_compares_the_faces_that_both_have():
    photographs = [photograph()] * 3
    plain = [np.array([3.0, 0, 0]), np.array([30.0, 0, 0]), np.zeros(3)]
    dark = [np.array([9.0, 0, 0]), None, np.zeros(3)]
    assert light.line("x", photographs, dark, plain).split() == ["x", "2", "of", "3", "1.50", "0.50", "3.0"]
    assert light.line("x", photographs, [None] * 3, plain).split() == ["x", "0", "of", "3"]
