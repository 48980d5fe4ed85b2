"""The drawing of the conventions agrees with docs/conventions.md and with what a network trained by others sees."""

import numpy as np
import pytest

from demo.figures import angles
from demo.figures.settings import FigureSettings, ModelChoice
from demo.figures.style import ANGLES
from fsanet.datasets.pose_set import PoseSet
from fsanet.image.overlay import project_axes
from fsanet.pose.angles import rotation_from_angles


@pytest.fixture(scope="module")
def heads():
    return PoseSet.load(angles.TURNED_HEAD)


def test_each_row_turns_about_one_angle_from_negative_to_positive(heads):
    for number in range(3):
        poses = heads.pose[angles.turned_about(heads.pose, number)]
        assert len(poses) == 3
        assert np.sign(poses[:, number]).tolist() == [-1, 0, 1]
        assert not np.delete(poses, number, axis=1).any()


def test_what_the_picture_says_is_where_its_axes_point():
    """Image coordinates: x to the right, y down. Words for the negative and the positive angle."""
    right, up, front = 0, 1, 2

    def tips(angle, degrees):
        pose = np.zeros(3)
        pose[ANGLES.index(angle)] = degrees
        return project_axes(rotation_from_angles(pose), (0, 0), 1)

    assert angles.MEANING["yaw"] == ("to the image's right", "to the image's left")
    assert tips("yaw", -35)[front][0] > 0 > tips("yaw", 35)[front][0]
    assert angles.MEANING["pitch"] == ("down", "up")
    assert tips("pitch", -35)[front][1] > 0 > tips("pitch", 35)[front][1]
    assert angles.MEANING["roll"] == ("counter-clockwise on the screen", "clockwise on the screen")
    assert tips("roll", -35)[up][0] < 0 < tips("roll", 35)[up][0]
    assert tips("roll", -35)[right][1] < 0 < tips("roll", 35)[right][1]


def test_the_words_are_those_of_the_conventions(repository):
    text = " ".join((repository / "docs" / "conventions.md").read_text(encoding="utf-8").split())
    assert "**yaw > 0**: the face turns to the image's left." in text
    assert "**pitch > 0**: it turns up. **roll > 0**: it tilts clockwise on the screen." in text


@pytest.mark.mirror
@pytest.mark.slow
def test_published_weights_see_the_heads_turn_as_drawn(mirror, heads):
    """A network that others trained on photographs agrees with the signs of the rendered heads."""
    from demo.figures.comparison import predict

    predicted = predict(ModelChoice("fusion_capsule", "300W_LP"), heads.image)
    for number in range(3):
        low, _, high = predicted[angles.turned_about(heads.pose, number), number]
        assert high - low > 30, ANGLES[number]


def test_the_picture_is_written(tmp_path):
    assert angles.draw(FigureSettings(out=tmp_path)).name == "angles.png"
