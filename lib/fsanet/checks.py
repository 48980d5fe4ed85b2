"""Numbers that a caller gives: a wrong one is refused in a sentence, where it is used first."""

from numbers import Integral, Real

from fsanet.errors import InputError

MOST_MARGIN = 3  # of a crop: share of the face box added on each side


def whole(value: int, what: str) -> int:
    """The value itself.

    Args:
        value: a whole number, 1 or more.
        what: it is, the beginning of the sentence.

    Raises:
        InputError: when it is anything else.
    """
    if not isinstance(value, Integral) or value < 1:
        raise InputError(f"{what} must be a whole number, 1 or more, got {value!r}.")
    return int(value)


def share(value: float, most: float, what: str) -> float:
    """The value itself.

    Args:
        value: a number from 0 to `most`.
        most: the largest.
        what: it is, the beginning of the sentence.

    Raises:
        InputError: when it is anything else, NaN included.
    """
    if not isinstance(value, Real) or not 0 <= value <= most:
        raise InputError(f"{what} lies in 0..{most:g}; got {value!r}.")
    return float(value)
