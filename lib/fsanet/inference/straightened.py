"""Faces that lean are read a second time, turned upright: networks know upright faces best."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.engines.engine import Engine, as_float, checked_crops
from fsanet.image.turning import turn_image
from fsanet.pose.angles import angles_from_rotation, lean_deg, rotate_in_plane, rotation_between, rotation_from_angles

# Degrees: from the first on the second answer counts a little, from the other on it counts alone, so that the pose of a
# head that leans slowly does not jump. Chosen on CC0 photographs and renders, see the model card.
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

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, see `Engine.predict`."""
        crops = checked_crops(crops_bgr, self.input_size)
        poses = np.array(self.engine.predict(crops))
        lean = lean_deg(poses)
        leaning = np.abs(lean) > LEANING_DEG[0]
        if leaning.any():
            poses[leaning] = self._second(crops[leaning], poses[leaning], lean[leaning])
        return poses

    def _second(self, crops: NDArray, first: NDArray[np.float32], lean: NDArray[np.float64]) -> NDArray[np.float64]:
        upright = np.stack([turn_image(crop, -angle) for crop, angle in zip(as_float(crops), lean, strict=True)])
        second = rotate_in_plane(self.engine.predict(upright), lean)
        start, full = LEANING_DEG
        share = np.clip((np.abs(lean) - start) / (full - start), 0, 1)
        return angles_from_rotation(rotation_between(rotation_from_angles(first), rotation_from_angles(second), share))
