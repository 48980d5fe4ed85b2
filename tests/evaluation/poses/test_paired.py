from pathlib import Path

import numpy as np
import pytest

from fsanet.evaluation.poses.labelled_sets import LabelledSet, Origin
from fsanet.evaluation.poses.measure import measure
from fsanet.evaluation.poses.paired import PUBLISHED, as_text, find_pairs
from fsanet.files import sha256_of

NOWHERE = Path("nowhere")
TRUE = np.array([[10.0, 0, 0], [-10, 5, 5], [20, 10, -5]])


def evaluation(name, error, model="capsule", source=("a", "b", "c"), meta=None, rows=(0, 1, 2), folder=NOWHERE):
    """One on those rows of the three samples."""
    chosen, image = np.array(rows, int), np.zeros((3, 64, 64, 3), np.uint8)
    origin = Origin(folder / f"{name}.npz", meta or {}, np.arange(3))
    test_set = LabelledSet(name, image, TRUE, np.array(source), 0, True, "", "", False, origin=origin).select(chosen)
    return measure(model, "synthetic", test_set, test_set.true + np.broadcast_to(error, (3, 3))[chosen])


def made_of(name, change="masked", digest="", **before):
    """`meta` of a twin."""
    return {**before, change: {"from": f"{name}.npz", "from_sha256": digest}}


def names(pairs):
    return [(pair.plain.test_set.name, pair.twin.test_set.name) for pair in pairs]


def test_a_set_and_its_twins_are_paired_by_model():
    plain, masked = evaluation("A", [3, 3, 3]), evaluation("A_masked", [3, 6, 3], meta=made_of("A"))
    turned = evaluation("A_rotated", [3, 3, 3], meta=made_of("A", "rotated"))
    of_another = evaluation("A_masked", 1.0, "var_capsule", meta=made_of("A"))
    pairs = find_pairs([plain, masked, turned, of_another, evaluation("B", 1.0)])
    assert [(pair.plain, pair.twin) for pair in pairs] == [(plain, masked), (plain, turned)]
    assert pairs[0].ratio == pytest.approx(4 / 3)


def test_a_twin_of_a_twin_is_paired_with_the_set_that_it_was_made_of():
    sets = [
        evaluation("A", 1.0),
        evaluation("A_masked", 1.0, meta=made_of("A")),
        evaluation("A_masked_rotated", 1.0, meta=made_of("A_masked", "rotated", **made_of("A"))),
        evaluation("A_masked_masked", 1.0, meta=made_of("A_masked")),
    ]
    assert names(find_pairs(sets)) == [
        ("A", "A_masked"),
        ("A_masked", "A_masked_rotated"),
        ("A_masked", "A_masked_masked"),
    ]
    assert names(find_pairs([sets[0], sets[2]])) == []


def test_twins_are_known_by_what_they_say_and_not_by_their_names(caplog):
    elsewhere = evaluation("worn", 2.0, meta=made_of("lab"))
    others = [evaluation("lab_masked", 1.0), evaluation("lab_rotated", 1.0, meta={"rotated": True})]
    pairs = find_pairs([evaluation("lab", 1.0), elsewhere, *others])
    assert names(pairs) == [("lab", "worn")]
    assert "lab -> worn" in as_text(pairs)
    assert not caplog.records


def test_faces_that_do_not_count_in_both_are_left_out_of_a_pair():
    plain = evaluation("A", [[3.0], [6], [9]], rows=(0, 2))
    twin = evaluation("A_rotated", [[2.0], [4], [6]], rows=(1, 2), meta=made_of("A", "rotated"))
    [pair] = find_pairs([plain, twin])
    assert [list(e.test_set.source) for e in (pair.plain, pair.twin)] == [["c"], ["c"]]
    assert (pair.plain.summary.mae, pair.twin.summary.mae) == (pytest.approx(9), pytest.approx(6))
    assert as_text([pair]).splitlines()[2].split()[4] == "1"


def test_a_twin_without_a_common_face_is_told_and_left_out(caplog):
    plain, twin = evaluation("A", 1.0, rows=(0,)), evaluation("A_masked", 1.0, rows=(1, 2), meta=made_of("A"))
    assert find_pairs([plain, twin]) == []
    assert "'A_masked' is not compared with 'A' pair by pair: no face counts in both." in caplog.text


def test_a_twin_of_an_earlier_version_of_its_set_is_told_once_and_left_out(tmp_path, caplog):
    file = tmp_path / "A.npz"
    file.write_bytes(b"earlier")
    meta = made_of("A", digest=sha256_of(file))
    measured = [
        evaluation(name, 1.0, model, meta=given, folder=tmp_path)
        for name, given in (("A", None), ("A_masked", meta))
        for model in ("capsule", "var_capsule")
    ]
    assert names(find_pairs(measured)) == [("A", "A_masked")] * 2
    file.write_bytes(b"later")
    assert find_pairs(measured) == []
    [record] = caplog.records
    assert "it was made of another 'A.npz' than the one that is there; remove it and make it again" in record.message


def test_the_table_says_both_errors_their_ratio_and_the_bias_of_the_pitch():
    pairs = find_pairs([evaluation("A", [3, 3, 3]), evaluation("A_masked", [3, 6, 3], meta=made_of("A"))])
    line = as_text(pairs).splitlines()[2]
    assert "A -> _masked" in line
    assert "3.00, 3.00, 3.00" in line
    assert "3.00, 6.00, 3.00" in line
    assert "1.33" in line
    assert "+3.0 -> +6.0" in line
    assert "Published" not in as_text(pairs)


def test_published_figures_stand_beside_their_sets():
    plain = evaluation("BIWI_noTrack", 1.0)
    masked = evaluation("BIWI_noTrack_masked", 2.0, meta=made_of("BIWI_noTrack"))
    text = as_text(find_pairs([plain, masked]))
    assert "model 1 on BIWI_masked: 13.95, 16.74, 8.64; 13.11" in text
    assert "AFLW2000" not in text
    turned = evaluation("BIWI_noTrack_rotated", 2.0, meta=made_of("BIWI_noTrack", "rotated"))
    pairs = find_pairs([plain, turned])
    assert names(pairs) == [("BIWI_noTrack", "BIWI_noTrack_rotated")]
    assert "Published" not in as_text(pairs)


def test_published_means_are_those_of_their_angles():
    for row in PUBLISHED:
        assert np.mean([row.yaw, row.pitch, row.roll]) == pytest.approx(row.mae, abs=0.03)


def test_other_faces_are_no_pair(caplog):
    other = evaluation("A_masked", 1.0, source=("a", "c", "b"), meta=made_of("A"))
    assert find_pairs([evaluation("A", 1.0), other]) == []
    assert "it does not hold the same faces in the same order" in caplog.text
