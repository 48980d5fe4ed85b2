"""The picture of the limits: its faces are what their titles say, and each is drawn with what was estimated."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from demo.figures import limits
from demo.figures.style import signed
from fsanet.datasets.pose_set import PoseSet
from fsanet.pose.angles import Pose
from fsanet.pose.errors import geodesic_errors


@pytest.fixture(scope="module")
def kinds():
    return {kind.title: kind for kind in limits.kinds(PoseSet.load(limits.HARD_HEADS))}


def test_every_kind_has_the_same_number_of_faces_of_the_size_that_the_network_sees(kinds):
    assert len(kinds) == 12
    assert {kind.image.shape for kind in kinds.values()} == {kinds["turned by at most 25°"].image.shape}
    assert kinds["turned by at most 25°"].image.shape[1:] == (64, 64, 3)
    assert all(len(kind.pose) == len(kind.image) for kind in kinds.values())


@pytest.mark.parametrize(
    ("title", "angle", "low", "high"),
    [
        ("turned by at most 25°", 0, 0, 25),
        ("profile, 75° to 90°", 0, 75, 90),
        ("from behind, 105° to 135°", 0, 105, 135),
        ("pitch of 45° to 60°", 1, 45, 60),
    ],
)
def test_poses_are_what_the_title_says(kinds, title, angle, low, high):
    magnitudes = np.abs(kinds[title].pose[:, angle])
    assert low <= magnitudes.min() <= magnitudes.max() <= high


def test_turned_pictures_have_turned_poses(kinds):
    names = ("turned by at most 25°", "lying, turned by 90°", "upside down")
    ahead, lying, upside_down = (kinds[name] for name in names)
    np.testing.assert_array_equal(upside_down.image, ahead.image[:, ::-1, ::-1])
    np.testing.assert_array_equal(lying.image[:, 0, -1], ahead.image[:, 0, 0])  # clockwise: top left to top right
    np.testing.assert_allclose(geodesic_errors(upside_down.pose, ahead.pose), 180)
    np.testing.assert_allclose(geodesic_errors(lying.pose, ahead.pose), 90)
    assert lying.pose[:, 2].mean() == pytest.approx(90, abs=20)


def test_changed_pictures_keep_their_poses_and_show_less(kinds):
    ahead = kinds["turned by at most 25°"]
    for title in ("crop of 12 x 12 pixels", "dark and noisy", "moved by a fifth of the crop", "half of it cut off"):
        np.testing.assert_array_equal(kinds[title].pose, ahead.pose)
        assert kinds[title].image.dtype == np.uint8
        assert (kinds[title].image != ahead.image).mean() > 0.5


def test_a_portrait_without_a_face_says_so_and_one_with_a_face_its_angles():
    poses = iter([[], [SimpleNamespace(box_xyxy=(80, 80, 160, 160), pose=Pose(12.4, -3.0, 0.2))]])
    axes = Figure().subplots(1, 2)
    plain = np.zeros((240, 240, 3), np.uint8)
    limits._draw_row(axes, {"180°": plain, "0°": plain}, lambda image: next(poses))
    assert [ax.get_title() for ax in axes] == ["180°", "0°"]
    assert [ax.get_xlabel() for ax in axes] == ["no face found", f"+12°  {signed(-3)}  0°"]
    assert not axes[0].images[0].get_array().any()
    assert axes[1].images[0].get_array().any()
