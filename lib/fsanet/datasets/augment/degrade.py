"""What a cheap camera, a far face and a fast one do to a crop: blur, low resolution, noise."""

import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.recipe import Recipe
from fsanet.datasets.augment.resampling import gaussian_matrix, low_resolution_matrix, resample
from fsanet.tensors import Tensor

_BLURS = 6
_SIDES = 8


class Degrade:
    """Random blur and loss of resolution for images of one size.

    Args:
        size: side of the images in pixels.
        recipe: how much.
    """

    def __init__(self, size: int, recipe: Recipe):
        self.size = size
        self._chance = recipe.blur
        self.table = degrading_matrices(size, recipe.blur_pixels * size / 64, recipe.lowest_side)

    def __call__(self, images: Tensor, chance: Chance) -> Tensor:
        """Degrade (N, S, S, 3)."""
        happens, low = chance.happens(self._chance), chance.happens(0.5)
        blur, other = chance.integer(_BLURS + 1), chance.integer(_BLURS + 1)
        other = ops.where(chance.happens(0.5), blur, other)  # motion blur: one axis more than the other
        side = 1 + _BLURS + chance.integer(_SIDES)
        rows = ops.where(happens, ops.where(low, side, blur), 0)
        columns = ops.where(happens, ops.where(low, side, other), 0)
        return self.apply(images, rows, columns)

    def apply(self, images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Resample rows and columns by the matrices with these numbers, (N,) int32; 0 changes nothing."""
        return resample(images, ops.take(self.table, rows, axis=0), ops.take(self.table, columns, axis=0))


def degrading_matrices(size: int, most_blur: float, lowest_side: int) -> NDArray[np.float32]:
    """(1 + blurs + resolutions, size, size): nothing, ever more blur, ever lower resolution."""
    blurs = [gaussian_matrix(size, sigma) for sigma in np.linspace(most_blur / _BLURS, most_blur, _BLURS)]
    sides = np.rint(np.geomspace(0.75 * size, lowest_side, _SIDES)).astype(int)
    return np.stack([np.eye(size, dtype=np.float32), *blurs, *(low_resolution_matrix(size, side) for side in sides)])


def add_noise(images: Tensor, recipe: Recipe, chance: Chance) -> Tensor:
    """Random sensor noise on (N, S, S, 3), the same in all channels: colour noise does not survive compression."""
    happens = chance.happens(recipe.noise)
    level = ops.where(happens, recipe.noise_level * ops.square(chance.uniform()), 0.0)
    side = images.shape[1]
    noise = ops.reshape(level[:, None, None] * chance.noise(side), (-1, side, side, 3))
    return ops.clip(images + noise, 0.0, 255.0)
