"""Things in front of the face, and borders where the photo ends.

Masks and fillings are made per row of interleaved channels, (N, S, 3 S): broadcasting one mask over an innermost axis
of three channels takes a CPU several times as long as all the rest.
"""

from typing import NamedTuple

from keras import ops

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.recipe import Recipe
from fsanet.tensors import Tensor
from fsanet.together import rolled_rows

FLAT, NOISE, OTHER_FACE = range(3)
_NOISE_LEVEL = 60.0


class Patch(NamedTuple):
    """A rectangle or ellipse a sample; (N,) each, lengths in shares of the side."""

    x: Tensor
    y: Tensor
    half_width: Tensor
    half_height: Tensor
    round: Tensor  # bool


def cover(images: Tensor, recipe: Recipe, chance: Chance) -> Tensor:
    """Random patches on (N, S, S, 3) BGR 0..255; those of one image show the same."""
    masks = []
    for _ in range(recipe.patches):
        happens = chance.happens(recipe.patch)
        half_width, half_height = (
            ops.where(happens, chance.uniform(0.05, recipe.patch_side / 2.0), 0.0) for _ in range(2)
        )
        patch = Patch(chance.uniform(), chance.uniform(), half_width, half_height, chance.happens(0.5))
        masks.append(inside(patch, images.shape[1]))
    mask = masks[0]
    for other in masks[1:]:
        mask = ops.logical_or(mask, other)
    return _put(images, mask, _filling(images, chance))


def frame(images: Tensor, recipe: Recipe, chance: Chance) -> Tensor:
    """Random borders: on each side as likely as not, of one grey level that is often black or white."""
    happens = chance.happens(recipe.frame)
    left, top, right, bottom = (
        ops.where(ops.logical_and(happens, chance.happens(0.5)), chance.uniform(0.0, recipe.frame_width), 0.0)
        for _ in range(4)
    )
    level = ops.clip(chance.uniform(-1.0, 2.0), 0.0, 1.0) * 255.0  # a third black, a third white
    return _put(images, beyond(left, top, right, bottom, images.shape[1]), level[:, None, None])


def inside(patch: Patch, side: int) -> Tensor:
    """Pixels of a patch: (N, S, 3 S) bool."""
    # A patch of no size has no pixels: its distances are infinite, or nearly so.
    x = (_centres(side, 3) - patch.x[:, None]) / (patch.half_width[:, None] + 1e-6)
    y = (_centres(side) - patch.y[:, None]) / (patch.half_height[:, None] + 1e-6)
    x, y = ops.square(x)[:, None, :], ops.square(y)[:, :, None]
    return ops.where(patch.round[:, None, None], x + y, ops.maximum(x, y)) < 1.0


def beyond(left: Tensor, top: Tensor, right: Tensor, bottom: Tensor, side: int) -> Tensor:
    """Pixels outside a rectangle that lies (N,) shares of the side from each border: (N, S, 3 S) bool."""
    x, y = _centres(side, 3), _centres(side)
    across = ops.logical_or(x < left[:, None], x > 1.0 - right[:, None])
    along = ops.logical_or(y < top[:, None], y > 1.0 - bottom[:, None])
    return ops.logical_or(across[:, None, :], along[:, :, None])


def _centres(side: int, channels: int = 1) -> Tensor:
    """Positions of pixels in shares of the side, once for each channel."""
    return (ops.repeat(ops.arange(side, dtype="float32"), channels) + 0.5) / side


def _put(images: Tensor, mask: Tensor, filling: Tensor) -> Tensor:
    """(N, S, S, 3) with `filling` where `mask` is true, both (N, S, 3 S) or broadcast to it."""
    side = images.shape[1]
    rows = ops.reshape(images, (-1, side, side * 3))
    return ops.reshape(ops.where(mask, filling, rows), (-1, side, side, 3))


def _filling(images: Tensor, chance: Chance) -> Tensor:
    """What a patch shows: a colour, a noisy colour, or the same part of the next image of the batch. (N, S, 3 S)."""
    side = images.shape[1]
    kind = chance.integer(3)
    colour = ops.stack([chance.uniform(0.0, 255.0) for _ in range(3)], axis=1)
    noise = ops.where(kind == NOISE, _NOISE_LEVEL, 0.0)[:, None, None] * chance.noise(side)
    noisy = ops.clip(ops.tile(colour, (1, side))[:, None, :] + noise, 0.0, 255.0)
    other = rolled_rows(ops.reshape(images, (-1, side, side * 3)))
    return ops.where((kind == OTHER_FACE)[:, None, None], other, noisy)
