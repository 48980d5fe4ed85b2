"""Poses with the error that is to be expected of each: the members of a fusion that disagree are more often wrong."""

from __future__ import annotations

import json
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.engines.engine import OwnEngine
from fsanet.errors import InputError

EXPECTED_ERROR = "expected_error"  # key of an ONNX file's metadata


class Reading(NamedTuple):
    """What a network reads in N face crops.

    Attributes:
        pose_deg: (N, 3) float32 yaw, pitch, roll.
        error_deg: (N, 3) float32, how far each angle is off in the mean of faces on which the members of the fusion are
            as far apart; NaN where it is not known.
    """

    pose_deg: NDArray[np.float32]
    error_deg: NDArray[np.float32]


class ExpectedError(NamedTuple):
    """From the spread of a fusion's members to the error to be expected: at_one + per_degree * spread, by angle.

    Attributes:
        at_one: (yaw, pitch, roll) degrees where the members are at one.
        per_degree: what each degree of their standard deviation adds.
    """

    at_one: tuple[float, ...]
    per_degree: tuple[float, ...]

    def of(self, spread_deg: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 3) degrees for standard deviations (N, 3) in degrees."""
        return (np.array(self.at_one) + np.array(self.per_degree) * spread_deg).astype(np.float32)

    def as_text(self) -> str:
        """As the metadata of a file holds it."""
        return json.dumps(self._asdict())

    @classmethod
    def from_text(cls, text: str) -> ExpectedError:
        """From metadata.

        Raises:
            ValueError: for another text.
        """
        try:
            known = json.loads(text)
            at_one, per_degree = (tuple(float(value) for value in known[name]) for name in cls._fields)
            if len(at_one) != 3 or len(per_degree) != 3 or not np.isfinite([*at_one, *per_degree]).all():
                raise ValueError
        except (ValueError, TypeError, KeyError):
            names = " and ".join(cls._fields)
            raise InputError(f"Expected errors are {names} of three numbers each; got {text}") from None
        return cls(at_one, per_degree)


SPREAD = ExpectedError((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))  # what is "expected" is how far the members are apart


@runtime_checkable
class ReadingEngine(Protocol):
    """An engine that says how far its answers may be off."""

    def read(self, crops_bgr: ArrayLike) -> Reading:
        """As `Engine.predict`, with the errors to be expected."""
        ...


def read(engine: OwnEngine, crops_bgr: ArrayLike) -> Reading:
    """What any engine reads in N crops; errors are NaN where it does not tell them.

    Raises:
        ValueError: when it answers with anything but three numbers for each crop.
    """
    crops = np.asarray(crops_bgr)
    if isinstance(engine, ReadingEngine):
        poses, errors = engine.read(crops)
    else:
        poses, errors = engine.predict(crops), None
    pose_deg, number = np.asarray(poses, np.float32), len(crops)
    error_deg = np.full_like(pose_deg, np.nan) if errors is None else np.asarray(errors, np.float32)
    for told in (pose_deg, error_deg):
        if told.shape != (number, 3):
            raise InputError(f"{_called(engine)} must tell three angles of each of {number} crops; got {told.shape}.")
    if not np.isfinite(pose_deg).all():
        raise InputError(f"{_called(engine)} told angles that are no numbers: are its weights damaged, or the crops?")
    return Reading(pose_deg, error_deg)


def _called(engine: OwnEngine) -> str:
    return f"The engine '{getattr(engine, 'name', type(engine).__name__)}'"
