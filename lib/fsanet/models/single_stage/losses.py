"""Losses of `scout`, and what others share, in `keras.ops`.

L = L_cls + l1 p* L_box + l2 p* L_points + w p* L_pose + m p* L_mask.
"""

from collections.abc import Mapping, Sequence

from keras import ops

from fsanet.dense import layout
from fsanet.tensors import Tensor

# How much each part counts.
WEIGHTS: Mapping[str, float] = {"score": 2.0, "box": 4.0, "points": 5.0, "pose": 1.5, "mask": 1.0}
POSITIVE_SHARE, GAMMA = 0.75, 2.0  # of the focal loss (Lin et al., ICCV 2017)
MASK_WEIGHTS = (1.0, 1.0, 4.0)  # of faces by what they wear, in the order of `layout.MASKS`: few wear it below the nose
KNEE = 0.05  # offset, in sides of a face, below which the loss of a point is square

_EPSILON = 1e-6
_LARGEST_LOG = 4.0


def loss_parts(target: Tensor, prediction: Tensor, knee: float = KNEE) -> dict[str, Tensor]:
    """Each part over a batch, summed over the positive cells and divided by their number; scalars, not yet weighted.

    Args:
        target: (batch, cells, 26), columns of `fsanet.dense.layout`.
        prediction: (batch, cells, 24).
        knee: offset below which the loss of a point is square.
    """
    positive = target[..., layout.POSITIVE]
    counted = 1.0 - target[..., layout.IGNORED] * (1.0 - positive)
    number = ops.maximum(ops.sum(positive), 1.0)

    def mean(value: Tensor) -> Tensor:
        return ops.sum(positive * value) / number

    score = focal(positive, prediction[..., layout.SCORE], POSITIVE_SHARE, GAMMA)
    return {
        "score": ops.sum(counted * score) / number,
        "box": mean(1.0 - giou(target[..., layout.TARGET_BOX], prediction[..., layout.BOX])),
        "points": mean(smooth_l1(target[..., layout.TARGET_POINTS] - prediction[..., layout.POINTS], knee)),
        "pose": mean(chord(target[..., layout.TARGET_ROTATION], prediction[..., layout.ROTATION_6D])),
        "mask": mean(cross_entropy(target[..., layout.TARGET_MASK], prediction[..., layout.MASK], MASK_WEIGHTS)),
    }


def weighted_sum(parts: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    """The loss, a scalar.

    Args:
        parts: scalars by name.
        weights: a number for each.
    """
    return sum(weights[name] * part for name, part in parts.items())


def focal(positive: Tensor, logit: Tensor, positive_share: float, gamma: float) -> Tensor:
    """Focal loss of each score: cross entropy, less where the answer is nearly right already.

    Args:
        positive: (...) 0 or 1.
        logit: (...).
        positive_share: weight of positives; the negatives get the rest.
        gamma: how fast it fades.
    """
    entropy = ops.softplus(logit) - positive * logit
    share = ops.sigmoid(logit)
    right = positive * share + (1.0 - positive) * (1.0 - share)
    weight = positive * positive_share + (1.0 - positive) * (1.0 - positive_share)
    return weight * ops.power(ops.maximum(1.0 - right, _EPSILON), gamma) * entropy


def cross_entropy(number: Tensor, logits: Tensor, weights: Sequence[float]) -> Tensor:
    """Minus the logarithm of what is given to the right one of K classes, times its weight, (...).

    Args:
        number: (...) of the right class.
        logits: (..., K).
        weights: of each class, K of them.
    """
    right = ops.one_hot(ops.cast(number, "int32"), len(weights))
    weight = ops.sum(right * ops.convert_to_tensor(weights, "float32"), axis=-1)
    return weight * (ops.logsumexp(logits, axis=-1) - ops.sum(right * logits, axis=-1))


def giou(distances: Tensor, log_distances: Tensor) -> Tensor:
    """Generalised intersection over union (Rezatofighi et al., CVPR 2019) of boxes around one centre, (...).

    Args:
        distances: (..., 4) to the left, top, right and bottom; not all negative where it counts.
        log_distances: (..., 4) logarithms of the predicted ones.
    """
    # A cell near the middle of a face may lie outside of a very narrow box: keep the sums that follow above zero.
    true = ops.maximum(distances, 0.01)
    found = ops.exp(ops.clip(log_distances, -_LARGEST_LOG, _LARGEST_LOG))
    low, high = ops.minimum(true, found), ops.maximum(true, found)
    common, hull = _area(low), _area(high)
    union = _area(true) + _area(found) - common
    return common / union - (hull - union) / hull


def _area(distances: Tensor) -> Tensor:
    return (distances[..., 0] + distances[..., 2]) * (distances[..., 1] + distances[..., 3])


def smooth_l1(difference: Tensor, knee: float) -> Tensor:
    """Mean over the last axis: square below the knee, a straight line of slope 1 beyond."""
    size = ops.abs(difference)
    return ops.mean(ops.where(size < knee, size * size / (2.0 * knee), size - 0.5 * knee), axis=-1)


def chord(rotation: Tensor, columns: Tensor) -> Tensor:
    """Chordal distance |R - R'| of rotations, 2 sqrt(2) sin(angle / 2), (...).

    Args:
        rotation: (..., 9) row by row.
        columns: (..., 6) predicted first two columns, made orthonormal by Gram-Schmidt.
    """
    first = _unit(columns[..., :3])
    second = columns[..., 3:]
    second = _unit(second - ops.sum(first * second, axis=-1, keepdims=True) * first)
    found = ops.stack([first, second, ops.cross(first, second)], axis=-1)
    found = ops.reshape(found, (*ops.shape(found)[:-2], 9))
    return ops.sqrt(ops.sum(ops.square(found - rotation), axis=-1) + _EPSILON)


def _unit(vectors: Tensor) -> Tensor:
    return vectors / ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-8)
