"""Primary capsules of one network, in few operations on whole stacks of stages."""

import keras
import numpy as np
from keras import ops

from fsanet.export.lean.folding import arrays
from fsanet.layers.structure import SMALLEST_NORM
from fsanet.models.spec import STAGES


def lean_primary_capsules(u, member: keras.Model):
    """Primary capsules of all stages.

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


def _score(u, scoring: keras.Model):
    """The importance of each position, (batch * positions, 1) or (batch, positions)."""
    if "attention_conv" in {layer.name for layer in scoring.layers}:
        kernel, bias = (array.astype(np.float32) for array in arrays(scoring.get_layer("attention_conv")))
        flat = ops.reshape(u, (-1, u.shape[-1]))  # a plain matrix product, not one of stacks
        return ops.sigmoid(ops.add(ops.matmul(flat, kernel[0, 0]), bias))
    centred = ops.subtract(u, ops.mean(u, axis=-1, keepdims=True))
    return ops.mean(ops.multiply(centred, centred), axis=-1)


def _dense(x, layer: keras.layers.Dense):
    kernel, bias = (array.astype(np.float32) for array in arrays(layer))
    return ops.sigmoid(ops.add(ops.matmul(x, kernel), bias))
