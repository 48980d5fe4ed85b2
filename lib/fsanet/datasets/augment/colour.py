"""Colour casts, hue, saturation, grey; brightness, contrast, tone and light from one side."""

import math

from keras import ops

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.recipe import Recipe
from fsanet.tensors import Tensor

LUMA_BGR = (0.114, 0.587, 0.299)  # ITU-R BT.601


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
