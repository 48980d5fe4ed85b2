import numpy as np
import pytest

from fsanet.dense.layout import cells
from fsanet.errors import InputError


def test_cells_go_stride_by_stride_and_row_by_row():
    grid = cells(64, 96)
    assert grid.shape == (8 * 12 + 4 * 6 + 2 * 3, 3)
    np.testing.assert_array_equal(grid[[0, 1, 12]], [[4, 4, 8], [12, 4, 8], [4, 12, 8]])
    np.testing.assert_array_equal(grid[[96, -1]], [[8, 8, 16], [80, 48, 32]])


def test_the_shared_array_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        cells(32, 32)[0] = 0


def test_other_sizes_are_refused():
    with pytest.raises(InputError, match="multiples of 32 pixels, got 100x64"):
        cells(64, 100)
