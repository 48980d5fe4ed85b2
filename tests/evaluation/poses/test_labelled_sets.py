from dataclasses import replace

import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.evaluation.poses.labelled_sets import available_sets, describe_crop, load_labelled_set


def save(path, poses, size=16, **given) -> None:
    poses = np.asarray(poses, float)
    sources = [f"Person0{number}" for number in range(len(poses))]
    images = np.zeros((len(poses), size, size, 3), np.uint8)
    PoseSet(images, poses, sources, **given).save(path)


def test_sets_to_test_on_are_found_and_those_to_train_on_are_not(tmp_path):
    (tmp_path / "type1").mkdir()
    for name in ("type1/AFLW2000", "synthetic_test", "synthetic_train", "synthetic_validation", "BIWI_train", "mine"):
        save(tmp_path / f"{name}.npz", np.zeros((1, 3)))
    assert available_sets(tmp_path) == ["AFLW2000", "synthetic_test", "mine"]


def test_twins_of_twins_are_tested_on_where_their_set_is(tmp_path):
    tested = ["AFLW2000_masked", "AFLW2000_masked_rotated", "AFLW2000_rotated_masked", "lab_masked_surrounded"]
    for name in (*tested, "synthetic_train_masked_surrounded", "synthetic_train_surrounded_masked"):
        save(tmp_path / f"{name}.npz", np.zeros((1, 3)))
    assert available_sets(tmp_path) == tested


def test_samples_beyond_the_limit_are_dropped_and_counted(tmp_path):
    save(tmp_path / "AFLW2000.npz", [[0, 0, 0], [0, 120, 0], [99, -99, 99]])
    labelled = load_labelled_set("AFLW2000", tmp_path, img_size=16)
    assert (len(labelled), labelled.left_out, labelled.research_only) == (2, 1, True)
    assert labelled.filter == "every |angle| <= 99"


def test_pointing04_has_no_roll_and_a_limit_of_pitch(tmp_path):
    poses = [[0, 90, 0], [30, 60, 0], [0, -60, 0], [0, -90, 0]]
    save(tmp_path / "Pointing04.npz", poses, meta={"roll_labelled": False})
    labelled = load_labelled_set("Pointing04", tmp_path, img_size=16)
    assert (len(labelled), labelled.left_out, labelled.roll_labelled, labelled.research_only) == (2, 2, False, False)
    assert "|pitch| <= 60" in labelled.filter


@pytest.mark.parametrize("twin", ["masked", "rotated_masked", "masked_rotated", "surrounded_haired_masked"])
def test_twins_of_pointing04_have_its_limit_of_pitch(tmp_path, twin):
    save(tmp_path / f"Pointing04_{twin}.npz", [[0, 90, 0], [30, 60, 0]])
    assert load_labelled_set(f"Pointing04_{twin}", tmp_path, img_size=16).left_out == 1


def test_patterns_choose_sources_and_are_no_loss(tmp_path):
    save(tmp_path / "mine.npz", np.zeros((4, 3)))
    labelled = load_labelled_set(str(tmp_path / "mine.npz"), "elsewhere", img_size=16, only=("Person0[12]",))
    assert list(labelled.source) == ["Person01", "Person02"]
    assert labelled.left_out == 0


def test_patterns_that_fit_nothing_are_an_error(tmp_path):
    save(tmp_path / "mine.npz", np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"No sample of 'mine' is left to test on .*source nobody"):
        load_labelled_set("mine", tmp_path, img_size=16, only=("nobody",))


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({}, "not recorded in the npz"),
        ({"margin": 0.4, "detector": {"name": "mtcnn", "rgb": True}}, "detector mtcnn, margin 0.4"),
        ({"box": "landmarks", "margin": 0.6}, "landmarks, margin 0.6"),
    ],
)
def test_the_crop_in_words(tmp_path, meta, words):
    save(tmp_path / "mine.npz", np.zeros((1, 3)), meta=meta)
    assert describe_crop(PoseSet.load(tmp_path / "mine.npz")) == words


def test_samples_know_where_they_lie(tmp_path):
    save(tmp_path / "mine.npz", [[0, 0, 0], [0, 120, 0], [1, 2, 3], [4, 5, 6]], meta={"margin": 0.4})
    origin = load_labelled_set("mine", tmp_path, img_size=16, only=("Person0[013]",)).origin
    assert origin.file == tmp_path / "mine.npz"
    assert origin.meta == {"margin": 0.4}
    assert origin.rows.tolist() == [0, 3]


def test_some_samples_are_whole_samples(tmp_path):
    sight = np.array([[0, 0, 1.0], [0, 0.6, 0.8], [0.6, 0, 0.8]])
    extras = {"tag_hat": np.array([True, False, True]), "line_of_sight": sight}
    save(tmp_path / "mine.npz", np.arange(9).reshape(3, 3), extras=extras)
    some = load_labelled_set("mine", tmp_path, img_size=16).select(np.array([0, 2]))
    assert (len(some), some.image.shape[0], list(some.source)) == (2, 2, ["Person00", "Person02"])
    assert some.tags["hat"].tolist() == [True, True]
    np.testing.assert_array_equal(some.true, [[0, 1, 2], [6, 7, 8]])
    np.testing.assert_array_equal(some.line_of_sight, sight[[0, 2]])
    assert some.origin.rows.tolist() == [0, 2]


@pytest.mark.parametrize(("meta", "is_direction"), [({}, True), ({"rotated": {"from": "Pointing04.npz"}}, False)])
def test_a_turned_twin_says_more_than_where_faces_look(tmp_path, meta, is_direction):
    save(tmp_path / "faces.npz", np.zeros((1, 3)), meta={"roll_labelled": False, **meta})
    labelled = load_labelled_set("faces", tmp_path, img_size=16)
    assert labelled.says_only_where_faces_look is is_direction
    assert not replace(labelled, roll_labelled=True).says_only_where_faces_look


def test_another_size_is_an_error(tmp_path):
    save(tmp_path / "mine.npz", np.zeros((1, 3)), size=32)
    with pytest.raises(ValueError, match="32x32 pixels where 16x16"):
        load_labelled_set("mine", tmp_path, img_size=16)
