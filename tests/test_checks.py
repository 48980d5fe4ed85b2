"""Numbers that a caller gives."""

import numpy as np
import pytest

from fsanet.checks import share, whole
from fsanet.errors import InputError


@pytest.mark.parametrize("value", [0, -5, 1.5, 2.0, "2", None, float("nan")])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(InputError, match=r"^The size must be a whole number, 1 or more, got "):
        whole(value, "The size")


@pytest.mark.parametrize("value", [-0.1, 3.1, float("nan"), float("inf"), "1", None])
def test_what_is_no_share_is_refused(value):
    with pytest.raises(InputError, match=r"^The margin lies in 0\.\.3; got "):
        share(value, 3, "The margin")


def test_numbers_of_numpy_become_plain_ones():
    assert type(whole(np.int64(7), "It")) is int
    assert type(share(np.float32(0.5), 1, "It")) is float
    assert (whole(1, "It"), share(0, 3, "It"), share(3, 3, "It")) == (1, 0, 3)
