import numpy as np
import pytest

from fsanet.datasets.derive import Row, derive_set
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.rotated_set import rotated_set, turned_row
from fsanet.datasets.twins import twin_path
from fsanet.errors import InputError
from fsanet.image.lens import shortest_turn
from fsanet.image.turning import turn_image
from fsanet.pose import tensors
from fsanet.pose.angles import angles_of_facing, rotate_in_plane, rotation_from_angles


def test_a_turn_goes_clockwise():
    image = np.zeros((65, 65, 3), np.uint8)
    image[8:13, 30:35] = 255  # above the middle
    turned = turn_image(image, 90.0)
    y, x = np.argwhere(turned[..., 0] > 128).mean(axis=0)
    assert abs(y - 32) < 1
    assert abs(x - 54) < 1


def test_the_label_is_that_of_the_turned_rotation():
    pose = np.array([30.0, 20.0, -10.0])
    row = turned_row(Row(0, np.zeros((8, 8, 3), np.uint8), pose, {}), np.random.default_rng(0), most_deg=45)
    a = np.radians(row.extras["clockwise_deg"])
    turn = np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    np.testing.assert_allclose(rotation_from_angles(row.pose), turn @ rotation_from_angles(pose), atol=1e-9)
    assert np.abs(row.pose[:2] - pose[:2]).max() > 3  # adding the turn to the roll alone would leave them
    clockwise = np.array([row.extras["clockwise_deg"]], "float32")
    augmented = tensors.rotate_in_plane(pose[None].astype("float32"), clockwise)  # what training does on the way
    np.testing.assert_allclose(np.asarray(augmented)[0], row.pose, atol=1e-2)


def test_points_turn_with_the_picture_and_a_box_is_dropped():
    image = np.zeros((65, 65, 3), np.uint8)
    image[18:23, 40:45] = 255
    extras = {"points_xy": np.array([[42.0, 20.0]]), "box_xyxy": np.arange(4.0)}
    row = turned_row(Row(0, image, np.zeros(3), extras), np.random.default_rng(1), most_deg=45)
    y, x = np.argwhere(row.image[..., 0] > 128).mean(axis=0)
    np.testing.assert_allclose(row.extras["points_xy"][0], [x, y], atol=0.5)
    assert "box_xyxy" not in row.extras
    np.testing.assert_allclose(row.pose, [0, 0, row.extras["clockwise_deg"]], atol=1e-9)


def test_the_line_of_sight_turns_with_the_picture():
    """Seen by itself the head turns by the same rotation as in the camera's frame, about another axis."""
    sight, pose = np.array([-0.5, 0.2, 0.8]) / np.linalg.norm([-0.5, 0.2, 0.8]), np.array([30.0, 20.0, -10.0])
    given = Row(0, np.zeros((8, 8, 3), np.uint8), pose, {"line_of_sight": sight})
    row = turned_row(given, np.random.default_rng(0), most_deg=45)
    turn = rotation_from_angles([0.0, 0.0, row.extras["clockwise_deg"]])
    by_sight, turned_by_sight = (
        shortest_turn(r.extras["line_of_sight"]).T @ rotation_from_angles(r.pose) for r in (given, row)
    )
    np.testing.assert_allclose(turned_by_sight, turn @ by_sight, atol=1e-9)


def test_a_turn_out_of_the_range_of_labels_is_left_out():
    pose = np.array([0.0, 0.0, 80.0])
    given = Row(0, np.zeros((8, 8, 3), np.uint8), pose, {})
    rows = [turned_row(given, np.random.default_rng(seed), most_deg=45) for seed in range(20)]
    assert all(np.abs(row.pose).max() <= 99 for row in rows)
    still = [row for row in rows if row.extras["clockwise_deg"] == 0]
    assert still
    np.testing.assert_array_equal(still[0].pose, pose)


def test_a_face_without_a_label_of_roll_is_turned_with_its_ears_level():
    given = Row(0, np.zeros((8, 8, 3), np.uint8), np.array([75.0, 60, 0]), {})
    row = turned_row(given, FixedTurn(40.0), most_deg=45, ears_level=True)
    np.testing.assert_allclose(row.pose[:2], [-10.8, 82.4], atol=0.05)
    too_far = turned_row(given._replace(pose=np.array([30.0, 20, 0])), FixedTurn(120.0), most_deg=180, ears_level=True)
    assert too_far.extras["clockwise_deg"] == 0
    np.testing.assert_allclose(too_far.pose, angles_of_facing([30, 20]), atol=1e-9)


class FixedTurn:
    def __init__(self, deg):
        self.deg = deg

    def uniform(self, low, high):
        return self.deg


def test_a_set_without_roll_is_turned_from_level_ears_and_its_twin_from_there(tmp_path):
    facing, images = np.array([[75.0, 60, 0], [0, 0, 0], [-45, 30, 0]]), np.zeros((3, 8, 8, 3), np.uint8)
    PoseSet(images, facing, list("abc"), {"roll_labelled": False}).save(tmp_path / "a.npz")
    turned = twin(tmp_path / "a.npz", 30)
    upright = rotate_in_plane(turned.pose, -turned.extras["clockwise_deg"])
    np.testing.assert_allclose(upright, angles_of_facing(facing[:, :2]), atol=1e-6)
    assert turned.meta["rotated"]["pose"] == "ears level"
    assert not turned.roll_labelled
    again = twin(tmp_path / "a_rotated.npz", 10)
    np.testing.assert_allclose(rotate_in_plane(again.pose, -again.extras["clockwise_deg"]), turned.pose, atol=1e-6)


def test_a_set_with_roll_is_turned_from_its_label(tmp_path):
    pose = np.array([[75.0, 10, 5]])
    PoseSet(np.zeros((1, 8, 8, 3), np.uint8), pose, ["a"]).save(tmp_path / "a.npz")
    turned = twin(tmp_path / "a.npz", 5)
    np.testing.assert_allclose(rotate_in_plane(turned.pose, -turned.extras["clockwise_deg"]), pose, atol=1e-6)
    assert "pose" not in turned.meta["rotated"]


def twin(source, most_deg):
    target = twin_path(source, "_rotated")
    derive_set(rotated_set(source, target, PoseSet.load(source), most_deg), workers=1, quiet=True)
    return PoseSet.load(target)


def test_a_set_of_turned_faces(tmp_path):
    images, extras = np.zeros((5, 8, 8, 3), np.uint8), {"tag_hat": np.arange(5) % 2 == 0}
    PoseSet(images, np.tile([10.0, 5, 0], (5, 1)), list("abcde"), extras=extras).save(tmp_path / "a.npz")
    turned = twin(tmp_path / "a.npz", 30)
    turns = turned.extras["clockwise_deg"]
    assert len(set(turns)) == 5
    np.testing.assert_array_equal(turned.tags["hat"], extras["tag_hat"])
    assert np.abs(turns).max() <= 30
    np.testing.assert_allclose(turned.pose[:, 2], turns, atol=3)


@pytest.mark.parametrize("most", [0.0, -5.0, 181.0, float("nan")])
def test_a_wrong_range_is_refused(tmp_path, most):
    given = PoseSet(np.zeros((1, 8, 8, 3), np.uint8), np.zeros((1, 3)), ["a"])
    with pytest.raises(InputError, match="largest turn must be above 0 and at most 180"):
        rotated_set(tmp_path / "a.npz", tmp_path / "b.npz", given, most)
