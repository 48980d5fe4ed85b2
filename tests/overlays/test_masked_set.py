import numpy as np
import pytest

from fsanet.datasets.derive import derive_set
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.overlays.masked_set import landmark_box_of, masked_set, usual_box
from fsanet.overlays.placing import place_by_pose
from fsanet.pose.angles import angles_of_facing
from fsanet.rendering.code_version import code_version
from fsanet.rendering.masks.kinds import KINDS, WORN
from fsanet.rendering.write_sets import write_test_set

POSES = np.array([[0.0, 0, 0], [40, -10, 5], [-30, 15, 0]])
BOX = usual_box({"margin": 0.6}, 64)


def faces(meta, extras):
    image = np.full((3, 64, 64, 3), (90, 110, 150), np.uint8)
    return PoseSet(image, POSES, ["a", "b", "c"], meta, extras)


def points():
    return np.array([place_by_pose(pose, BOX).points_xy for pose in POSES], np.float32)


def twin(given, tmp_path, name="twin", **settings):
    source = tmp_path / "faces.npz"
    given.save(source)
    derive_set(masked_set(source, tmp_path / f"{name}.npz", given, **settings), given, workers=1, quiet=True)
    return PoseSet.load(tmp_path / f"{name}.npz")


def test_points_and_pose_place_the_same_mask_on_the_mean_face(tmp_path):
    given = faces({"margin": 0.6}, {"points_xy": points()})
    by_points, by_pose = (twin(given, tmp_path, by, by=by, kind="black") for by in ("points", "pose"))
    for masked in (by_points, by_pose):
        np.testing.assert_array_equal(masked.pose, POSES)
        assert (masked.image != given.image).any(axis=(1, 2, 3)).all()
        assert set(masked.extras["mask"]) == {"black"}
        assert set(masked.extras["mask_worn"]) <= set(WORN)
        assert masked.extras["masked"].all()
    assert (np.abs(by_points.image.astype(int) - by_pose.image) > 20).mean() < 0.02


def test_points_are_taken_where_they_are_there(tmp_path):
    assert twin(faces({"margin": 0.6}, {"points_xy": points()}), tmp_path).meta["masked"]["by"] == "points"
    masked = twin(faces({"margin": 0.6}, {}), tmp_path, "other", seed=3)
    assert masked.meta["masked"]["by"] == "pose"
    assert set(masked.extras["mask"]) <= set(KINDS)


def test_the_tag_of_a_mask_holds_where_the_set_has_tags_and_the_others_stay(tmp_path):
    bare, hats = np.zeros(3, bool), np.array([True, False, True])
    masked = twin(faces({"margin": 0.6}, {"tag_mask": bare, "tag_hat": hats}), tmp_path)
    assert masked.tags["mask"].all()
    np.testing.assert_array_equal(masked.tags["hat"], hats)
    assert twin(faces({"margin": 0.6}, {}), tmp_path, "other").tags == {}


def test_labels_without_roll_are_the_direction_that_the_face_looks_in(tmp_path):
    aside = np.array([[0.0, 0, 0], [75, -30, 0], [-60, 30, 0]])
    settings = {"extras": {}, "source": ["a", "b", "c"], "image": faces({}, {}).image}
    gaze = PoseSet(pose=aside, meta={"margin": 0.6, "roll_labelled": False}, **settings)
    turned = PoseSet(pose=angles_of_facing(aside[:, :2]), meta={"margin": 0.6}, **settings)
    by_gaze, by_pose = twin(gaze, tmp_path, "gaze"), twin(turned, tmp_path, "pose")
    np.testing.assert_array_equal(by_gaze.image, by_pose.image)
    np.testing.assert_array_equal(by_gaze.pose, aside)
    assert by_gaze.meta["masked"]["pose"] == "where the face looks"
    assert "pose" not in by_pose.meta["masked"]


def test_a_turned_twin_without_roll_has_the_angles_of_heads(tmp_path):
    aside = angles_of_facing([[0.0, 0], [75, -30], [-60, 30]])
    settings = {"extras": {}, "source": ["a", "b", "c"], "image": faces({}, {}).image, "pose": aside}
    turned = PoseSet(meta={"margin": 0.6, "roll_labelled": False, "rotated": {}}, **settings)
    as_labelled = PoseSet(meta={"margin": 0.6, "rotated": {}}, **settings)  # draws from the same stream
    images = [twin(given, tmp_path, name).image for given, name in ((turned, "turned"), (as_labelled, "labelled"))]
    np.testing.assert_array_equal(*images)


def test_a_box_of_its_own_counts_more_than_the_margin(tmp_path):
    moved = faces({"margin": 0.6}, {"box_xyxy": np.tile(BOX + [0, -12, 0, -12], (3, 1)).astype(np.float32)})
    usual = twin(faces({"margin": 0.6}, {}), tmp_path, "usual", kind="black")
    higher = twin(moved, tmp_path, "higher", kind="black")
    rows = [np.argwhere((s.image[0].astype(int) - 90)[..., 0] < -40)[:, 0].mean() for s in (usual, higher)]
    assert 8 < rows[0] - rows[1] < 16


def test_a_detectors_box_reaches_further_up_than_that_of_the_landmarks():
    x1, y1, x2, y2 = landmark_box_of(np.array([0.0, 0, 100, 100]))
    assert x1 + x2 == pytest.approx(100)
    assert 10 < y1 < 40
    assert 95 < y2 < 110
    assert x2 - x1 == pytest.approx(105)
    assert y2 - y1 == pytest.approx(79)
    moved = landmark_box_of(np.array([300.0, 50, 400, 150]))
    np.testing.assert_allclose(moved, np.array([x1 + 300, y1 + 50, x2 + 300, y2 + 50]))


@pytest.mark.parametrize(("margin", "low"), [(0.0, 0.0), (0.5, 25.0), (0.6, 100 * 0.6 / 2.2)])
def test_the_face_lies_in_the_middle_of_a_crop_with_its_margin(margin, low):
    np.testing.assert_allclose(usual_box({"margin": margin}, 100), [low, low, 100 - low, 100 - low])
    assert usual_box({}, 100) is None
    assert usual_box({"margin": [0.3, 0.8]}, 100) is None  # crops that were scattered


RENDERED = {"made_by": "fsanet.rendering", "code": code_version(), "seed": 0, "settings": {}, "margin": 0.6}


def test_a_rendered_set_is_rendered_again_with_masks(tmp_path):
    path = write_test_set(tmp_path, 2, processes=1, quiet=True)
    derive_set(masked_set(path, tmp_path / "twin.npz", PoseSet.load(path), by="render"), workers=1, quiet=True)
    bare, masked = PoseSet.load(path), PoseSet.load(tmp_path / "twin.npz")
    np.testing.assert_array_equal(masked.pose, bare.pose)
    assert masked.extras["masked"].all()


@pytest.mark.parametrize(
    ("meta", "extras", "settings", "text"),
    [
        ({"margin": 0.6}, {}, {"by": "points"}, "holds no landmarks .*fsanet prepare"),
        ({"margin": 0.6}, {"points_xy": points() * np.nan}, {}, "3 faces have no landmarks, sample 0 first"),
        ({}, {}, {"by": "pose"}, "says neither where the faces lie .* nor with which one margin"),
        ({"margin": [0.3, 0.8]}, {}, {"by": "pose"}, "nor with which one margin .* place the masks by points"),
        ({"margin": 0.6}, {}, {"by": "render"}, "was not rendered by this program"),
        (RENDERED | {"haired": {}}, {}, {"by": "render"}, r"is a twin \(haired\), and rendered again .* lose that"),
        (RENDERED | {"code": "0123"}, {}, {"by": "render"}, "was rendered by another version of this program"),
        (RENDERED, {}, {"by": "render", "seed": 1}, "follow the seed of the set: leave --seed out"),
        ({"margin": 0.6}, {}, {"kind": "scarf"}, "no kind of mask 'scarf'"),
    ],
)
def test_what_a_set_lacks_is_said(tmp_path, meta, extras, settings, text):
    with pytest.raises(InputError, match=text):
        masked_set(tmp_path / "a.npz", tmp_path / "b.npz", faces(meta, extras), **settings)
