"""The table of sets and protocols."""

import pytest

from fsanet.datasets.protocols import PROTOCOLS, SETS, SUBSETS_300W_LP, command_that_makes, find_set, protocol, set_path
from fsanet.errors import InputError


def test_the_papers_protocols():
    first, second = protocol("300W_LP"), protocol("BIWI")
    assert first.train == SUBSETS_300W_LP
    assert set(first.train) == {f"{base}{flip}" for base in ("AFW", "HELEN", "IBUG", "LFPW") for flip in ("", "_Flip")}
    assert first.test == ("AFLW2000", "BIWI_noTrack")
    assert (first.batch_size, first.limit_deg, first.paper) == (16, 99, 1)
    assert (second.train, second.test, second.batch_size, second.paper) == (("BIWI_train",), ("BIWI_test",), 8, 2)


def test_every_named_set_is_in_the_table():
    for row in PROTOCOLS.values():
        assert {*row.train, *row.test, *row.validation} <= set(SETS)


def test_no_protocol_chooses_on_what_it_tests():
    for row in PROTOCOLS.values():
        assert not set(row.test) & {*row.train, *row.validation}


def test_margins():
    assert {SETS[name].margin for name in (*SUBSETS_300W_LP, "AFLW2000")} == {0.6}
    assert {SETS[name].margin for name in ("BIWI_noTrack", "BIWI_train", "BIWI_test")} == {0.4}


def test_only_the_steep_labels_of_pointing04_are_left_out():
    assert [name for name, info in SETS.items() if info.pitch_limit_deg < 99] == ["Pointing04"]


def test_a_set_is_found_where_the_original_keeps_it(tmp_path):
    assert find_set("AFW", tmp_path) == tmp_path / "AFW.npz"
    (tmp_path / "type1").mkdir()
    (tmp_path / "type1" / "AFW.npz").touch()
    assert find_set("AFW", tmp_path) == tmp_path / "type1" / "AFW.npz"


def test_the_command_that_makes_a_set():
    assert command_that_makes("HELEN_Flip") == "`make preprocess DB=300W_LP` makes it."
    assert "DB=own RAW=folder" in command_that_makes("mine")


def test_an_unknown_protocol_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"Unknown protocol 'AFW'. Known: 300W_LP, BIWI, synthetic"):
        protocol("AFW")


def test_a_set_is_a_name_or_an_npz(tmp_path):
    assert set_path("AFW", tmp_path) == tmp_path / "AFW.npz"
    assert set_path(str(tmp_path / "mine.npz"), "data") == tmp_path / "mine.npz"
    (tmp_path / "type1").mkdir()
    (tmp_path / "type1" / "AFW.npz").touch()
    assert set_path("type1/AFW", tmp_path) == tmp_path / "type1" / "AFW.npz"
    with pytest.raises(InputError, match=f"'{tmp_path}' is a folder: a set is given by its name, or by the path of"):
        set_path(str(tmp_path), "data")
    with pytest.raises(InputError, match=r"poses\.csv' is no \.npz file"):
        set_path(str(tmp_path / "poses.csv"), "data")
