"""Losses on yaw, pitch and roll, in `keras.ops`.

Augmentation changes labels on the accelerator, so a network's output comes packed with the labels that belong to it:
(N, 3, 3) = predicted, true, weight of each label.
"""

from keras import ops

from fsanet.pose import tensors


def pack(predicted_deg, true_deg, weight):
    """Three (N, 3) tensors as one (N, 3, 3), in float32."""
    return ops.stack([ops.cast(part, "float32") for part in (predicted_deg, true_deg, weight)], axis=1)


def mean_absolute_error_deg(_, packed):
    """Weighted mean of the absolute errors of the three angles, in degrees: the paper's loss. (N, 3, 3) -> scalar."""
    predicted, true, weight = packed[:, 0], packed[:, 1], packed[:, 2]
    return _weighted_mean(ops.abs(predicted - true), weight)


def rotation_distance_deg(_, packed):
    """Mean distance of the rotations in degrees, of the samples whose three labels count. (N, 3, 3) -> scalar."""
    predicted, true, weight = packed[:, 0], packed[:, 1], packed[:, 2]
    return _weighted_mean(tensors.chord_deg(predicted, true), ops.min(weight, axis=1))


def mixed_loss(rotation_share: float):
    """The loss with a share of the rotation's distance; 0 is the paper's loss alone."""

    def loss(labels, packed):
        total = (1.0 - rotation_share) * mean_absolute_error_deg(labels, packed)
        return total + rotation_share * rotation_distance_deg(labels, packed) if rotation_share else total

    return loss


def _weighted_mean(errors, weight):
    return ops.sum(errors * weight) / ops.maximum(ops.sum(weight), 1e-6)
