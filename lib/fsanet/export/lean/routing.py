"""Primary capsules and their dynamic routing, in few operations on whole stacks of stages and of networks."""

import keras
import numpy as np
from keras import ops

from fsanet.export.lean.convolution import arrays
from fsanet.layers.capsule import squash
from fsanet.layers.structure import SMALLEST_NORM
from fsanet.models.spec import STAGES
from fsanet.tensors import Tensor


def lean_primary_capsules(u: Tensor, member: keras.Model) -> Tensor:
    """Primary capsules of all stages of one network.

    Args:
        u: (batch, positions of all stages, channels), the features U.
        member: the network whose scores and structure are used.

    Returns:
        (batch, capsules, channels). Without scoring that is U itself.
    """
    structure = member.get_layer("ssr_S_model")
    names = {layer.name for layer in structure.layers}
    if "feat_S_model" not in names:
        return u
    scoring = structure.get_layer("feat_S_model")
    positions = u.shape[1]
    score = _score(u, scoring)
    maps = _dense(ops.reshape(score, (-1, positions // STAGES)), scoring.get_layer("SR_dense"))
    mixing = _dense(ops.reshape(score, (-1, positions)), structure.get_layer("SL_dense"))
    m_dim = maps.shape[-1] // positions
    rows = mixing.shape[-1] // m_dim
    # S_k = C M_k for all stages at once: (batch, 1, rows, m) x (batch, stages, m, positions)
    s = ops.matmul(ops.reshape(mixing, (-1, 1, rows, m_dim)), ops.reshape(maps, (-1, STAGES, m_dim, positions)))
    s = ops.reshape(s, (-1, STAGES * rows, positions))
    # The division comes after the product, on 64 features instead of 192 positions.
    norm = ops.maximum(ops.sum(s, axis=-1, keepdims=True), SMALLEST_NORM)
    return ops.divide(ops.matmul(s, u), norm)


def _score(u: Tensor, scoring: keras.Model) -> Tensor:
    """The importance of each position, (batch * positions, 1) or (batch, positions)."""
    if "attention_conv" in {layer.name for layer in scoring.layers}:
        kernel, bias = (array.astype(np.float32) for array in arrays(scoring.get_layer("attention_conv")))
        flat = ops.reshape(u, (-1, u.shape[-1]))  # a plain matrix product, not one of stacks
        return ops.sigmoid(ops.add(ops.matmul(flat, kernel[0, 0]), bias))
    centred = ops.subtract(u, ops.mean(u, axis=-1, keepdims=True))
    return ops.mean(ops.multiply(centred, centred), axis=-1)


def _dense(x: Tensor, layer: keras.layers.Dense) -> Tensor:
    kernel, bias = (array.astype(np.float32) for array in arrays(layer))
    return ops.sigmoid(ops.add(ops.matmul(x, kernel), bias))


def lean_routing(primary: list[Tensor], members: list[keras.Model]) -> Tensor:
    """Output capsules of all members by dynamic routing.

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


def _votes(primary: list[Tensor], kernels: list[np.ndarray]) -> Tensor:
    """u[k, i] = W[k, i] p[i], with capsules in front: (all capsules, batch, num_capsule, dim)."""
    row = ops.concatenate(primary, axis=1) if len(primary) > 1 else primary[0]
    num_capsule, _, dim, channels = kernels[0].shape
    # W: (num_capsule, capsules, dim, channels) -> (capsules, channels, num_capsule * dim)
    stacks = [kernel.transpose(1, 3, 0, 2).reshape(-1, channels, num_capsule * dim) for kernel in kernels]
    votes = ops.matmul(ops.transpose(row, (1, 0, 2)), np.concatenate(stacks).astype(np.float32))
    return ops.reshape(votes, (row.shape[1], -1, num_capsule, dim))


def _gathered(own: np.ndarray, votes: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Votes summed for each member and squashed: (members, batch, num_capsule, dim)."""
    members, capsules = own.shape
    sums = ops.matmul(own, ops.reshape(votes, (capsules, -1)))
    return squash(ops.reshape(sums, (members, *shape)))
