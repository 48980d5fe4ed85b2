"""What light and a camera do to a crop: colours, brightness, contrast and tone; blur, low resolution and noise."""

import math

import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.recipe import Recipe
from fsanet.datasets.augment.resampling import gaussian_matrix, low_resolution_matrix, resample
from fsanet.tensors import Tensor

LUMA_BGR = (0.114, 0.587, 0.299)  # ITU-R BT.601
_BLURS, _SIDES = 6, 8  # how many strengths of blur there are, and how many low resolutions


def recolour(images: Tensor, recipe: Recipe, chance: Chance) -> Tensor:
    """Random colour changes of (N, S, S, 3) BGR 0..255."""
    changed = chance.happens(recipe.colour)
    hue = ops.where(changed, chance.uniform(-recipe.hue_deg, recipe.hue_deg), 0.0)
    saturation = ops.where(changed, chance.factor(recipe.saturation), 1.0)
    casts = [ops.where(changed, chance.factor(recipe.cast), 1.0) for _ in range(3)]
    grey = chance.happens(recipe.grey)
    saturation = ops.where(grey, 0.0, saturation)
    cast = ops.where(grey[:, None], 1.0, ops.stack(casts, axis=1))
    return ops.clip(apply_colours(images, colour_matrices(hue, saturation, cast)), 0.0, 255.0)


def colour_matrices(hue_deg: Tensor, saturation: Tensor, cast: Tensor) -> Tensor:
    """Matrices from BGR to BGR.

    Args:
        hue_deg: (N,) turn of the colour around the grey axis.
        saturation: (N,) factor on the difference from grey; 0 makes the image grey.
        cast: (N, 3) factors on blue, green, red, after the others.

    Returns:
        (N, 3, 3): times a column (blue, green, red).
    """
    angle = hue_deg * (math.pi / 180.0)
    cosine, sine = (f(angle)[:, None, None] for f in (ops.cos, ops.sin))
    identity = ops.eye(3)
    cross = ops.convert_to_tensor([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    # Rodrigues' rotation about (1, 1, 1).
    turn = cosine * identity + (1.0 - cosine) / 3.0 + sine / math.sqrt(3.0) * cross
    grey = ops.broadcast_to(ops.convert_to_tensor(LUMA_BGR), (3, 3))
    chroma = ops.matmul(identity - grey, turn)
    return cast[:, :, None] * (grey + saturation[:, None, None] * chroma)


def apply_colours(images: Tensor, matrices: Tensor) -> Tensor:
    """(N, S, S, 3) with (N, 3, 3) -> (N, S, S, 3)."""
    side = images.shape[1]
    pixels = ops.reshape(images, (-1, side * side, 3))
    return ops.reshape(ops.matmul(pixels, ops.transpose(matrices, (0, 2, 1))), (-1, side, side, 3))


def relight(images: Tensor, recipe: Recipe, chance: Chance) -> Tensor:
    """Random light on (N, S, S, 3) BGR 0..255."""
    changed = chance.happens(recipe.light)
    contrast = ops.where(changed, chance.factor(recipe.contrast), 1.0)
    brightness = ops.where(changed, chance.uniform(-recipe.brightness, recipe.brightness), 0.0)
    tone = ops.where(changed, chance.factor(recipe.tone), 1.0)
    # Light rarely falls off much: the square of a uniform number.
    amount = ops.where(changed, recipe.falloff * ops.square(chance.uniform()), 0.0)
    return apply_light(images, contrast, brightness, tone, amount, chance.uniform(0.0, 2.0 * math.pi))


def apply_light(
    images: Tensor, contrast: Tensor, brightness: Tensor, tone: Tensor, falloff: Tensor, direction: Tensor
) -> Tensor:
    """Change the light; all settings are (N,).

    Args:
        images: (N, S, S, 3) BGR 0..255.
        contrast: factor on the difference from the image's mean.
        brightness: added grey levels.
        tone: above 1 darkens the middle greys, below 1 lights them up; black and white stay.
        falloff: 0.3 is 30 % more light at one border and 30 % less at the opposite one.
        direction: radians, of the falloff.

    Returns:
        (N, S, S, 3) in 0..255.
    """
    mean = ops.mean(images, axis=(1, 2, 3))
    offset = mean * (1.0 - contrast) + brightness
    side = images.shape[1]
    ramp = ops.linspace(-1.0, 1.0, side)
    across = (falloff * ops.cos(direction))[:, None] * ops.repeat(ramp, 3)
    along = (falloff * ops.sin(direction))[:, None] * ramp
    lamp = 1.0 + across[:, None, :] + along[:, :, None]  # (N, S, 3 S): rows of interleaved channels
    rows = ops.reshape(images, (-1, side, side * 3))
    lit = (rows * contrast[:, None, None] + offset[:, None, None]) * lamp
    lit, tone = ops.clip(lit, 0.0, 255.0), tone[:, None, None]
    # Looks like a gamma curve, for a tenth of a power's time.
    return ops.reshape(255.0 * lit / (lit + tone * (255.0 - lit)), (-1, side, side, 3))


class Degrade:
    """Random blur and loss of resolution, as a far face and a fast one have it, for images of one size.

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
