"""Resumable pieces of work."""

import pickle

from fsanet.datasets.parts import Parts, json_sha256


def test_pieces_are_missing_until_they_are_written(tmp_path):
    parts = Parts(tmp_path / "x.json", 3, {"a": 1}, ".json")
    parts[1].write_text("done")
    assert parts.missing() == [0, 2]
    assert Parts(tmp_path / "x.json", 3, {"a": 1}, ".json").missing() == [0, 2]


def test_another_plan_throws_them_away(tmp_path):
    Parts(tmp_path / "x.json", 3, {"a": 1}, ".json")[1].write_text("done")
    assert Parts(tmp_path / "x.json", 3, {"a": 2}, ".json").missing() == [0, 1, 2]


def test_discard_leaves_nothing(tmp_path):
    parts = Parts(tmp_path / "x.json", 1, {}, ".json")
    parts[0].write_text("done")
    parts.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_pickled_copy_names_the_same_files_and_throws_nothing_away(tmp_path):
    parts = Parts(tmp_path / "x.json", 2, {}, ".json")
    copy = pickle.loads(pickle.dumps(parts))
    copy[1].write_text("done")
    assert parts.missing() == [0]


def test_the_digest_does_not_depend_on_the_order_of_keys():
    assert json_sha256({"a": 1, "b": [2]}) == json_sha256({"b": [2], "a": 1}) != json_sha256({"a": 1, "b": [3]})
