"""The two streams of one or several networks in one chain of convolutions.

Networks of a fusion see the same image, and on one image an operation costs more than its arithmetic; so where maps are
small the networks' channels lie side by side, and each operation runs for all of them. Five rewrites leave the numbers
as they are:

- batch normalisation disappears in the pointwise convolution before it
- the first block is one dense convolution: on three channels a depthwise one cannot fill a processor's vectors
- tanh behind max pooling, as in the model
- average pooling as a convolution
- the networks of a fusion as groups of one convolution, from 1/4 of the image's size on. On larger maps one network
  fills a core's cache, and three at once leave it: grouped from the start, large batches run 4 % slower
"""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from fsanet.export.lean.convolution import (
    Convolution,
    DepthwiseConvolution,
    MeanPooling,
    SeparableBlock,
    arrays,
    dense_kernel,
    folded_block,
)
from fsanet.tensors import Tensor

_STREAMS = "ssr_G_model"


def lean_streams(image: Tensor, members: list[keras.Model]) -> list[Tensor]:
    """The feature maps of all members.

    Args:
        image: (batch, size, size, 3).
        members: networks with separable streams.

    Returns:
        U_1, U_2, U_3 of (batch, size / 8, size / 8, 64 * members), a member's channels side by side.
    """
    streams = [member.get_layer(_STREAMS) for member in members]
    x_layers = _stream(image, streams, "x")
    s_layers = _stream(image, streams, "s")
    maps = [
        ops.multiply(
            ops.relu(_side(x, streams, f"x_stage{stage}")),
            ops.tanh(_side(s, streams, f"s_stage{stage}")),
        )
        for stage, (x, s) in enumerate(zip(x_layers[::-1], s_layers[::-1], strict=True), start=1)
    ]
    smallest = maps[0].shape[1]
    return [u if u.shape[1] == smallest else MeanPooling()(u) for u in maps]


def has_separable_streams(member: keras.Model) -> bool:
    """Whether a network is an FSA-Net, whose streams this module knows."""
    names = {layer.name for layer in member.layers}
    if not {_STREAMS, "ssr_S_model"} <= names:
        return False
    return isinstance(member.get_layer(_STREAMS).get_layer("x_conv1"), keras.layers.SeparableConv2D)


def _stream(image: Tensor, streams: list[keras.Model], stream: str) -> list[Tensor]:
    """Layers 2, 3 and 4 of one stream: what the poolings give, but the first, and what the last block gives."""
    names = {layer.name for layer in streams[0].layers}
    apart, together = _halves(names, stream)
    x = _side_by_side([_blocks(image, [model], stream, apart, names)[-1] for model in streams])
    return [x, *_blocks(x, streams, stream, together, names)]


def _halves(names: set[str], stream: str) -> tuple[list[int], list[int]]:
    """Numbers of the blocks up to the second pooling, and of those behind it."""
    blocks = sorted(int(name.removeprefix(f"{stream}_conv")) for name in names if name.startswith(f"{stream}_conv"))
    second_pooling = [block for block in blocks if f"{stream}_pool{block}" in names][1]
    return blocks[:second_pooling], blocks[second_pooling:]


def _side_by_side(maps: list[Tensor]) -> Tensor:
    return ops.concatenate(maps, axis=-1) if len(maps) > 1 else maps[0]


def _blocks(x: Tensor, streams: list[keras.Model], stream: str, blocks: list[int], names: set[str]) -> list[Tensor]:
    """A run of blocks for some networks at once: what each pooling gives, and what the last block gives."""
    ends = []
    for block in blocks:
        x = _block(x, [_folded(model, stream, block) for model in streams], dense=block == 1)
        pooled = f"{stream}_pool{block}" in names
        x = _relu(x, pooled) if stream == "x" else _tanh(x, pooled)
        if pooled or block == blocks[-1]:
            ends.append(x)
    return ends


def _folded(streams: keras.Model, stream: str, block: int) -> SeparableBlock:
    return folded_block(streams.get_layer(f"{stream}_conv{block}"), streams.get_layer(f"{stream}_bn{block}"))


def _block(x: Tensor, blocks: list[SeparableBlock], dense: bool) -> Tensor:
    bias = np.concatenate([block.bias for block in blocks])
    if dense:
        return _convolution(x, np.concatenate([dense_kernel(block) for block in blocks], axis=3), bias)
    depthwise = np.concatenate([block.depthwise for block in blocks], axis=2)
    x = DepthwiseConvolution(depthwise.astype(np.float32))(x)
    return _convolution(x, np.concatenate([block.pointwise for block in blocks], axis=3), bias)


def _convolution(x: Tensor, kernel: NDArray, bias: NDArray) -> Tensor:
    return Convolution(kernel.astype(np.float32), bias.astype(np.float32))(x)


def _relu(x: Tensor, pooled: bool) -> Tensor:
    return MeanPooling()(ops.relu(x)) if pooled else ops.relu(x)


def _tanh(x: Tensor, pooled: bool) -> Tensor:
    return ops.tanh(ops.max_pool(x, 2) if pooled else x)


def _side(x: Tensor, streams: list[keras.Model], name: str) -> Tensor:
    """One side of a stage: a pointwise convolution to 64 channels for each member."""
    kernels, biases = zip(*(arrays(model.get_layer(name)) for model in streams), strict=True)
    return _convolution(x, np.concatenate(kernels, axis=3), np.concatenate(biases))
