import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.evaluation.evaluation import measure
from fsanet.evaluation.labelled_sets import LabelledSet
from fsanet.evaluation.paired import PUBLISHED, as_text, find_pairs

TRUE = np.array([[10.0, 0, 0], [-10, 5, 5], [20, 10, -5]])


def evaluation(name, error, model="capsule", source=("a", "b", "c")):
    image = np.zeros((3, 64, 64, 3), np.uint8)
    test_set = LabelledSet(name, image, TRUE, np.array(source), 0, True, "", "", False)
    return measure(model, "synthetic", test_set, TRUE + error)


def test_a_set_and_its_twins_are_paired_by_model():
    plain, masked = evaluation("A", [3, 3, 3]), evaluation("A_masked", [3, 6, 3])
    turned = evaluation("A_rotated", [3, 3, 3])
    pairs = find_pairs([plain, masked, turned, evaluation("A_masked", 1.0, "var_capsule"), evaluation("B", 1.0)])
    assert [(pair.plain, pair.twin) for pair in pairs] == [(plain, masked), (plain, turned)]
    assert pairs[0].ratio == pytest.approx(4 / 3)


def test_the_table_says_both_errors_their_ratio_and_the_bias_of_the_pitch():
    pairs = find_pairs([evaluation("A", [3, 3, 3]), evaluation("A_masked", [3, 6, 3])])
    line = as_text(pairs).splitlines()[2]
    assert "A -> _masked" in line
    assert "3.00, 3.00, 3.00" in line
    assert "3.00, 6.00, 3.00" in line
    assert "1.33" in line
    assert "+3.0 -> +6.0" in line
    assert "Published" not in as_text(pairs)


def test_published_figures_stand_beside_their_sets():
    text = as_text(find_pairs([evaluation("BIWI_noTrack", 1.0), evaluation("BIWI_noTrack_masked", 2.0)]))
    assert "model 1 on BIWI_masked: 13.95, 16.74, 8.64; 13.11" in text
    assert "AFLW2000" not in text
    turned = as_text(find_pairs([evaluation("BIWI_noTrack", 1.0), evaluation("BIWI_noTrack_rotated", 2.0)]))
    assert "Published" not in turned


def test_published_means_are_those_of_their_angles():
    for row in PUBLISHED:
        assert np.mean([row.yaw, row.pitch, row.roll]) == pytest.approx(row.mae, abs=0.03)


def test_other_faces_are_no_pair():
    with pytest.raises(InputError, match="'A_masked' does not hold the faces of 'A' in their order"):
        find_pairs([evaluation("A", 1.0), evaluation("A_masked", 1.0, source=("a", "c", "b"))])
