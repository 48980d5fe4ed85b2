"""Heads and soft stagewise regression of all networks and stages at once."""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.export.lean.convolution import arrays
from fsanet.models.spec import STAGES
from fsanet.tensors import Tensor


def lean_regression(capsules: Tensor, members: list[keras.Model]) -> Tensor:
    """The members' angles, whose sum over the members is the mean.

    Three Dense layers on parts of a vector are one Dense layer with zeros in its matrix; the matrices of stages and
    members are a stack. A constant matrix makes the sums over bins.

    Args:
        capsules: (members, batch, stages, features).
        members: networks with a sliced head and equal settings.

    Returns:
        (members, batch, angles): degrees divided by the number of members.
    """
    ssr = members[0].get_layer("pred_pose")
    bins = ssr.stage_num[0]
    kernel, bias = _stacked_heads(members)
    angles = kernel.shape[-1] // (2 + bins)
    raw = ops.add(ops.matmul(ops.transpose(capsules, (2, 0, 1, 3)), kernel), bias)  # (stages, members, batch, outputs)
    bounded, p = ops.split(raw, [2 * angles], axis=-1)
    delta, shift = ops.split(ops.tanh(bounded), 2, axis=-1)
    expected = _expected_bin(ops.relu(p), shift, bins, scale=ssr.angle_range / len(members))
    width = ops.add(ops.multiply(delta, bins * ssr.lambda_d), float(bins))
    return ops.squeeze(_nested(expected, width), axis=0)


def has_lean_head(member: keras.Model) -> bool:
    """Whether a network has the sliced head, with as many bins in every stage."""
    head = {layer.name for layer in member.layers} & {"ssr_F_Cap_model"}
    if not head or "parts_s1" not in {layer.name for layer in member.get_layer("ssr_F_Cap_model").layers}:
        return False
    return len(set(member.get_layer("pred_pose").stage_num)) == 1


def _stacked_heads(members: list[keras.Model]) -> tuple[NDArray, NDArray]:
    """Kernel (stages, members, features, outputs) and bias (stages, members, 1, outputs).

    Outputs: delta and shift of each angle, then the bins of each angle.
    """
    heads = [[_head(member.get_layer("ssr_F_Cap_model"), k) for member in members] for k in range(1, STAGES + 1)]
    kernels, biases = (np.array([[head[i] for head in stage] for stage in heads], np.float32) for i in range(2))
    return kernels, biases[:, :, np.newaxis]


def _head(model: keras.Model, stage: int) -> tuple[NDArray, NDArray]:
    """The three Dense layers of one stage as one."""
    parts = [
        arrays(model.get_layer(name))
        for name in (f"delta_s{stage}", f"local_delta_stage{stage}", f"pred_dense_s{stage}")
    ]
    kernel = np.zeros((sum(len(k) for k, _ in parts), sum(len(b) for _, b in parts)))
    row = column = 0
    for part, bias in parts:
        kernel[row : row + len(part), column : column + len(bias)] = part
        row, column = row + len(part), column + len(bias)
    return kernel, np.concatenate([bias for _, bias in parts])


def _expected_bin(p: Tensor, shift: Tensor, bins: int, scale: float) -> Tensor:
    """Scale times the sum over bins of (i + shift) p[i], from the sums of i p[i] and of p[i].

    Args:
        p: (stages, members, batch, angles * bins).
        shift: (stages, members, batch, angles).
        bins: bins of a stage.
        scale: factor of the result.

    Returns:
        (stages, members, batch, angles).
    """
    angles = p.shape[-1] // bins
    index = np.arange(bins) - bins // 2
    weights = np.stack([index, np.ones(bins)], axis=1)  # (bins, 2): for the sums of i p[i] and of p[i]
    matrix = np.einsum("ac,bw->abwc", np.eye(angles), scale * weights).reshape(angles * bins, 2 * angles)
    sums = ops.matmul(ops.reshape(p, (-1, angles * bins)), matrix.astype(np.float32))
    weighted, total = ops.split(ops.reshape(sums, (*p.shape[:2], -1, 2 * angles)), 2, axis=-1)
    return ops.add(weighted, ops.multiply(shift, total))


def _nested(expected: Tensor, width: Tensor) -> Tensor:
    """e_1 / w_1 + e_2 / (w_1 w_2) + e_3 / (w_1 w_2 w_3), from the inside out: (1, members, batch, angles)."""
    total = None
    for e, w in zip(reversed(ops.split(expected, STAGES)), reversed(ops.split(width, STAGES)), strict=True):
        total = ops.divide(e if total is None else ops.add(e, total), w)
    return total
