"""Means over processes and rows of a shared table; a process that is alone has its own."""

import numpy as np
import pytest

from fsanet.together import gathered, mean_of_all, means_of_all, own_rows, present_group, rolled_rows
from tests.fixtures.together import in_threads


def table(rows: int) -> np.ndarray:
    return np.arange(2 * rows).reshape(rows, 2)


def test_alone_nothing_changes():
    assert present_group() is None
    assert mean_of_all(3.0) == 3.0
    assert means_of_all([1.0, None]) == [1.0, None]
    np.testing.assert_array_equal(own_rows(3, table), table(3))


def test_rows_of_a_table_that_is_drawn_for_all():
    parts = in_threads(3, lambda _: own_rows(2, table))
    np.testing.assert_array_equal(np.concatenate(parts), table(6))


def test_means_keep_shapes_and_gaps():
    tf = pytest.importorskip("tensorflow")

    def means(rank: int) -> list:
        return means_of_all([tf.fill((2, 3), float(rank)), None, tf.constant(10.0 * rank)])

    for first, gap, second in in_threads(2, means):
        np.testing.assert_array_equal(first, np.full((2, 3), 0.5))
        assert gap is None
        assert float(second) == 5.0
        assert second.shape == ()


def test_rows_are_rolled_around_the_whole_batch():
    pytest.importorskip("tensorflow")
    whole = np.arange(12, dtype="float32").reshape(6, 2)
    rolled = in_threads(3, lambda rank: np.asarray(rolled_rows(whole[2 * rank : 2 * rank + 2])))
    np.testing.assert_array_equal(np.concatenate(rolled), np.roll(whole, 1, axis=0))
    np.testing.assert_array_equal(rolled_rows(whole), np.roll(whole, 1, axis=0))


def test_tensors_of_all_are_gathered_by_rank():
    tf = pytest.importorskip("tensorflow")
    tables = in_threads(2, lambda rank: np.asarray(gathered(tf.constant([1.0 + rank, 5.0]), present_group())))
    for table_ in tables:
        np.testing.assert_array_equal(table_, [[1, 5], [2, 5]])
