import numpy as np
import pytest

from fsanet.benchmarks.adaptation.pictures import principal_components


def test_the_plane_of_largest_variance():
    rng = np.random.default_rng(0)
    wide, middle, narrow = rng.normal(size=(3, 500)) * np.array([[9.0], [3.0], [0.1]])
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    at = principal_components(np.column_stack([narrow, wide, middle]) @ turn + 7)
    assert at.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert abs(np.corrcoef(at[:, 0], wide)[0, 1]) > 0.999
    assert abs(np.corrcoef(at[:, 1], middle)[0, 1]) > 0.99
