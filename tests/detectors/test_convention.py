"""Box conventions and their inverse."""

import numpy as np
import pytest

from fsanet.detectors.catalog import BUILDERS
from fsanet.detectors.convention import BoxConvention


def test_by_hand():
    convention = BoxConvention((2.0, 0.5), (0.1, -0.25))
    # centre (15, 30) moves by 0.1 * 10 and -0.25 * 20; 10x20 becomes 20x10
    assert convention.to_common((10, 20, 20, 40)) == (6.0, 20.0, 26.0, 30.0)


def test_the_plain_one_changes_nothing():
    assert BoxConvention().to_common((1.5, 2, 3, 4)) == (1.5, 2.0, 3.0, 4.0)


@pytest.mark.parametrize("name", BUILDERS)
def test_from_common_is_the_inverse(name):
    convention = BUILDERS[name].convention
    box = (10.0, 20.0, 110.0, 170.0)
    np.testing.assert_allclose(convention.from_common(convention.to_common(box)), box, rtol=1e-12)


def test_mtcnn_is_the_common_convention():
    assert BUILDERS["mtcnn"].convention == BoxConvention((1.0, 1.0), (0.0, 0.0))
