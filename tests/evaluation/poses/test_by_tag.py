import csv

import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.evaluation.poses.by_tag import as_text, errors_by_tag, write_tags
from fsanet.evaluation.poses.labelled_sets import LabelledSet, load_labelled_set
from fsanet.evaluation.poses.measure import measure

TRUE = np.array([[0.0, 0, 0], [10, 0, 0], [-60, 0, 0], [59, 0, 0], [0, 5, 0]])
ERRORS = np.array([[3.0], [6], [9], [12], [30]])
TAGS = {"fringe": np.array([True, True, False, False, False]), "mask": np.array([False, True, False, True, False])}


def evaluation(tags=TAGS, name="heads", model="capsule", scale=1.0):
    image = np.zeros((5, 16, 16, 3), np.uint8)
    test_set = LabelledSet(name, image, TRUE, np.array(list("abcde")), 0, True, "", "", False, tags)
    return measure(model, "synthetic", test_set, TRUE + scale * ERRORS)


def test_errors_with_and_without_each_tag_and_of_those_without_any():
    fringe, mask, profile, none = errors_by_tag(evaluation())
    assert (fringe.tag, fringe.samples, fringe.mae) == ("fringe", 2, pytest.approx(4.5))
    assert (fringe.samples_without, fringe.mae_without) == (3, pytest.approx(17))
    assert (mask.samples, mask.mae, mask.mae_without) == (2, pytest.approx(9), pytest.approx(14))
    assert (profile.tag, profile.samples, profile.mae) == ("profile", 1, pytest.approx(9))  # -60, not 59
    assert (none.tag, none.samples, none.mae) == ("none of them", 1, pytest.approx(30))


def test_a_tag_that_nobody_has():
    row = errors_by_tag(evaluation({"hat": np.zeros(5, bool)}))[0]
    assert (row.samples, row.samples_without, row.mae_without) == (0, 5, pytest.approx(12))
    assert np.isnan(row.mae)
    assert "- / 12.00" in as_text([evaluation({"hat": np.zeros(5, bool)})])


def test_the_table_has_a_line_a_tag_and_a_pair_a_model():
    text = as_text([evaluation(), evaluation(model="fusion_capsule", scale=2.0)])
    title, head, fringe, *_, none = text.splitlines()
    assert title == "heads by tag: MAE of the samples with / without it (profile: |yaw| >= 60)"
    assert head.split() == ["tag", "with", "without", "capsule", "fusion_capsule"]
    assert fringe.split() == ["fringe", "2", "3", "4.50", "/", "17.00", "9.00", "/", "34.00"]
    assert none.split()[:5] == ["none", "of", "them", "1", "4"]


def test_sets_without_tags_print_and_write_nothing(tmp_path):
    assert as_text([evaluation({})]) == ""
    assert write_tags([evaluation({})], tmp_path) == []
    assert as_text([evaluation({}, "a"), evaluation(name="b")]).startswith("b by tag")


def test_a_table_of_tags_of_an_earlier_run_does_not_stay_beside_new_results(tmp_path):
    [path] = write_tags([evaluation()], tmp_path)
    assert write_tags([evaluation({})], tmp_path) == []
    assert not path.exists()


def test_rows_are_written(tmp_path):
    [path] = write_tags([evaluation({"hat": np.zeros(5, bool)})], tmp_path)
    with path.open(encoding="utf-8") as file:
        hat, profile, none = csv.DictReader(file)
    assert (hat["set"], hat["model"], hat["tag"], hat["samples"], hat["mae"]) == ("heads", "capsule", "hat", "0", "")
    assert float(profile["mae"]) == pytest.approx(9)
    assert none["tag"] == "none of them"


def test_tags_follow_the_filter(tmp_path):
    image, far = np.zeros((3, 16, 16, 3), np.uint8), [[0, 0, 0], [0, 120, 0], [5, 0, 0]]
    extras = {"tag_hat": np.array([False, True, True]), "masked": np.zeros(3, bool)}
    PoseSet(image, np.array(far, float), list("abc"), extras=extras).save(tmp_path / "heads.npz")
    tags = load_labelled_set("heads", tmp_path, img_size=16).tags
    assert list(tags) == ["hat"]
    assert tags["hat"].tolist() == [False, True]
