"""Mirroring, in-plane rotation, scale and shift in one interpolation, with the labels that go with them."""

import math
from typing import NamedTuple

from keras import ops

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.recipe import Recipe
from fsanet.pose import tensors
from fsanet.pose.errors import LABEL_LIMIT_DEG
from fsanet.tensors import Tensor


class CropPlacement(NamedTuple):
    """How each face is put into its new image; (N,) each.

    Mirrored first, then turned, then stretched, then moved.
    """

    mirrored: Tensor  # bool
    clockwise_deg: Tensor
    width_factor: Tensor  # above 1 enlarges
    height_factor: Tensor
    right: Tensor  # shares of the side
    down: Tensor


def place(
    images: Tensor, poses_deg: Tensor, recipe: Recipe, chance: Chance, may_turn: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Random placement of (N, S, S, 3) images with (N, 3) yaw, pitch, roll: images and poses.

    Only those are turned for which `may_turn`, (N,) bool, is true; all where it is None.
    """
    turned = chance.happens(recipe.turn)
    if may_turn is not None:
        turned = ops.logical_and(turned, may_turn)
    clockwise = ops.where(turned, chance.uniform(-recipe.turn_deg, recipe.turn_deg), 0.0)
    scale, aspect = chance.factor(1.0 + recipe.scale), chance.factor(math.sqrt(1.0 + recipe.aspect))
    placement = CropPlacement(
        mirrored=chance.happens(recipe.flip),
        clockwise_deg=clockwise,
        width_factor=scale * aspect,
        height_factor=scale / aspect,
        right=chance.uniform(-recipe.shift, recipe.shift),
        down=chance.uniform(-recipe.shift, recipe.shift),
    )
    placement, poses_deg = place_poses(poses_deg, placement)
    return place_images(images, placement), poses_deg


def place_poses(poses_deg: Tensor, placement: CropPlacement) -> tuple[CropPlacement, Tensor]:
    """Poses of placed faces, and the placement with those turns undone that would leave the range of labels.

    Near yaw = +-90 a turn of the image moves pitch and roll by far more than the turn itself.
    """
    mirrored = ops.where(placement.mirrored[:, None], tensors.mirror(poses_deg), poses_deg)
    turned = tensors.rotate_in_plane(mirrored, placement.clockwise_deg)
    fits = ops.logical_and(ops.max(ops.abs(turned), axis=1) <= LABEL_LIMIT_DEG, placement.clockwise_deg != 0.0)
    placement = placement._replace(clockwise_deg=ops.where(fits, placement.clockwise_deg, 0.0))
    return placement, ops.where(fits[:, None], turned, mirrored)


def place_images(images: Tensor, placement: CropPlacement) -> Tensor:
    """Resample (N, S, S, 3); what lies beyond the image is its mirror image."""
    centre = (images.shape[1] - 1) / 2
    side = images.shape[1]
    angle = placement.clockwise_deg * (math.pi / 180.0)
    cosine, sine = ops.cos(angle), ops.sin(angle)
    sign = ops.where(placement.mirrored, -1.0, 1.0)
    # From a pixel (x right, y down) of the result back to where it came from: the steps in reverse.
    xx, xy = sign * cosine / placement.width_factor, sign * sine / placement.height_factor
    yx, yy = -sine / placement.width_factor, cosine / placement.height_factor
    from_x, from_y = centre + placement.right * side, centre + placement.down * side
    x0, y0 = centre - xx * from_x - xy * from_y, centre - yx * from_x - yy * from_y
    zeros = ops.zeros_like(x0)
    transform = ops.stack([xx, xy, x0, yx, yy, y0, zeros, zeros], axis=1)
    return ops.image.affine_transform(
        images, transform, interpolation="bilinear", fill_mode="reflect", data_format="channels_last"
    )
