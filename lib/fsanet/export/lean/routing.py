"""Dynamic routing of all networks of a fusion at once."""

import keras
import numpy as np
from keras import ops

from fsanet.export.lean.folding import arrays
from fsanet.layers.capsule import squash


def lean_routing(primary: list, members: list[keras.Model]):
    """Output capsules of all members.

    The members' primary capsules stand in one row, and all votes are one stack of matrix products. A matrix of zeros
    and ones says which capsule is whose: a product with it sums the votes of each member apart, and a product with its
    transpose hands each capsule the outputs of its own member.

    Args:
        primary: for each member, (batch, capsules, channels).
        members: networks with a `CapsuleLayer`, of equal settings.

    Returns:
        (members, batch, capsules, features).
    """
    caps = [capsule_layer(member) for member in members]
    shape = (-1, caps[0].num_capsule, caps[0].dim_capsule)
    own = _ownership([p.shape[1] for p in primary])  # (members, all capsules)
    votes = _votes(primary, [arrays(layer)[0] for layer in caps])
    outputs = _gathered(own / caps[0].num_capsule, votes, shape)  # logits of zero: uniform coupling
    logits = None
    for _ in range(caps[0].routings - 1):
        handed = ops.matmul(np.ascontiguousarray(own.T), ops.reshape(outputs, (len(caps), -1)))
        handed = ops.reshape(handed, (own.shape[1], *shape))
        agreement = ops.sum(ops.multiply(votes, handed), axis=-1, keepdims=True)
        logits = agreement if logits is None else ops.add(logits, agreement)
        outputs = _gathered(own, ops.multiply(votes, ops.softmax(logits, axis=2)), shape)
    return outputs


def capsule_layer(member: keras.Model) -> keras.layers.Layer:
    """The `CapsuleLayer` of a network."""
    return member.get_layer("ssr_Cap_model").get_layer("caps")


def _ownership(sizes: list[int]) -> np.ndarray:
    """(members, all capsules), one where a capsule is the member's."""
    return np.repeat(np.eye(len(sizes), dtype=np.float32), sizes, axis=1)


def _votes(primary: list, kernels: list[np.ndarray]):
    """u[k, i] = W[k, i] p[i], with capsules in front: (all capsules, batch, num_capsule, dim)."""
    row = ops.concatenate(primary, axis=1) if len(primary) > 1 else primary[0]
    num_capsule, _, dim, channels = kernels[0].shape
    # W: (num_capsule, capsules, dim, channels) -> (capsules, channels, num_capsule * dim)
    stacks = [kernel.transpose(1, 3, 0, 2).reshape(-1, channels, num_capsule * dim) for kernel in kernels]
    votes = ops.matmul(ops.transpose(row, (1, 0, 2)), np.concatenate(stacks).astype(np.float32))
    return ops.reshape(votes, (row.shape[1], -1, num_capsule, dim))


def _gathered(own: np.ndarray, votes, shape: tuple[int, ...]):
    """Votes summed for each member and squashed: (members, batch, num_capsule, dim)."""
    members, capsules = own.shape
    sums = ops.matmul(own, ops.reshape(votes, (capsules, -1)))
    return squash(ops.reshape(sums, (members, *shape)))
