"""Splits keep sources whole, hit the share, and never change."""

import numpy as np
import pytest

from fsanet.datasets.splits import split_by_source


@pytest.fixture
def source():
    rng = np.random.default_rng(0)
    return np.array([f"AFW/face{index}" for index in rng.integers(0, 200, 2000)])


def test_every_sample_is_on_one_side(source):
    split = split_by_source(source, 0.2)
    np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(2000))


def test_no_source_is_on_both_sides(source):
    split = split_by_source(source, 0.2)
    assert not set(source[split.train]) & set(source[split.validation])


def test_the_share_is_hit(source):
    assert len(split_by_source(source, 0.2).validation) / 2000 == pytest.approx(0.2, abs=0.005)


def test_the_split_never_changes():
    split = split_by_source([f"face{index // 3}" for index in range(30)], 0.3)
    assert split.validation.tolist() == [15, 16, 17, 21, 22, 23, 24, 25, 26]


def test_the_order_of_samples_does_not_matter(source):
    split = split_by_source(source, 0.2)
    backwards = split_by_source(source[::-1], 0.2)
    assert set(source[split.validation]) == set(source[::-1][backwards.validation])


def test_names_need_be_no_utf8():
    split = split_by_source(["a", "b", "caf\udce9", "caf\udce9", "c", "\ud800"], 0.5)
    np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(6))
    assert (2 in split.train) == (3 in split.train)


def test_another_seed_is_another_split(source):
    assert split_by_source(source, 0.2, seed=1).validation.tolist() != split_by_source(source, 0.2).validation.tolist()


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_both_sides_have_a_source(share):
    split = split_by_source(["a", "a", "b", "c"], share)
    assert len(split.train) > 0
    assert len(split.validation) > 0


@pytest.mark.parametrize("share", [0, 1, -0.5, 20])
def test_a_share_beyond_0_and_1_is_refused(share):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        split_by_source(["a", "b"], share)


def test_one_source_cannot_be_split():
    with pytest.raises(ValueError, match="1 source cannot be split"):
        split_by_source(["a", "a", "a"], 0.5)
