"""Faces that lean are read a second time, turned upright, for networks know upright faces best."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.engines.engine import Engine, as_float, checked_crops
from fsanet.engines.reading import Reading, read
from fsanet.image.turning import turn_image
from fsanet.pose.angles import (
    angles_near,
    lean_deg,
    ramp,
    rotate_in_plane,
    rotation_between,
    rotation_from_angles,
    turn_in_plane,
)
from fsanet.pose.turned_errors import turned_errors

# Degrees: from the first on the second answer counts a little, from the other on it counts alone, so that the pose of a
# head that leans slowly does not jump. Chosen on CC0 photographs and renders, see docs/finding.md.
LEANING_DEG = (10.0, 20.0)


class StraightenedEngine:
    """An engine that turns the crops of leaning faces upright, asks once more, and turns the answer back.

    Reading a leaning face takes twice the time; the others are read once.

    Args:
        engine: reads the crops.
    """

    def __init__(self, engine: Engine):
        self.engine = engine
        self.name = engine.name
        self.input_size = engine.input_size
        self.metadata = getattr(engine, "metadata", {})

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, see `Engine.predict`."""
        return self.read(crops_bgr).pose_deg

    def read(self, crops_bgr: ArrayLike) -> Reading:
        """Poses of face crops and the errors to be expected, as far as the engine tells them.

        Leaning faces have those of the crops turned upright, turned back with the pose, by as much as they lean.
        """
        crops = checked_crops(crops_bgr, self.input_size)
        poses, errors = (np.array(part) for part in read(self.engine, crops))
        lean = lean_deg(poses)
        share = ramp(np.abs(lean), LEANING_DEG)
        leaning = share > 0
        if leaning.any():
            angles, share = lean[leaning], share[leaning]
            upright = [turn_image(crop, -a) for crop, a in zip(as_float(crops[leaning]), angles, strict=True)]
            second = read(self.engine, np.stack(upright))
            poses[leaning] = _between(poses[leaning], rotate_in_plane(second.pose_deg, angles), share)
            turned = turned_errors(second.pose_deg, second.error_deg, turn_in_plane(angles))
            errors[leaning] += share[:, None] * (turned - errors[leaning])
        return Reading(poses, errors)


def _between(first_deg: NDArray, second_deg: NDArray, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Poses (N, 3) on the way from the first to the second; beyond profile with angles like the first ones."""
    first, second = rotation_from_angles(first_deg), rotation_from_angles(second_deg)
    return angles_near(rotation_between(first, second, share), first_deg)
