"""Two streams of convolutions over the image, one with ReLU and average pooling, one with tanh and max pooling.

The paper's section 3.6, after SSR-Net. What the streams see at three depths is multiplied, coarse with coarse.
"""

import math

import keras
from keras import layers

from fsanet.layers import FusedBatchNormalization, ReshapeLayer, SeparableConv2D
from fsanet.models.spec import CHANNELS, ModelSpec
from fsanet.tensors import Tensor

# Filters of the blocks between two poolings. Layers 2, 3 and 4 are what the second, third and fourth group end in,
# at 1/4, 1/8 and 1/8 of the image's size.
_SEPARABLE_GROUPS = ((16,), (32, 32), (64, 64), (128, 128))
_PLAIN_GROUPS = {"x": ((32,),) * 4, "s": ((16,),) * 4}


def build_streams(spec: ModelSpec) -> keras.Model:
    """Sub-model `ssr_G_model`.

    Input: (batch, size, size, 3) BGR 0..255.
    Outputs: a list of three stages, coarse to fine. FSA-Net: feature maps U_1, U_2, U_3 of (batch, size / 8, size / 8,
    64). SSR-Net: vectors, the maps of half that size (stage 3: the same size) flattened.
    """
    image = keras.Input((spec.image_size, spec.image_size, 3), name="streams_image")
    x_layers, s_layers = (_stream(image, stream, spec.streams) for stream in ("x", "s"))
    fuse = _fused_map if spec.scoring else _fused_vector
    # Stage 1 is the coarsest: layer 4 first.
    outputs = [fuse(k, x, s) for k, (x, s) in enumerate(zip(x_layers[::-1], s_layers[::-1], strict=True), start=1)]
    return keras.Model(image, outputs, name="ssr_G_model")


def _stream(x: Tensor, stream: str, kind: str) -> list[Tensor]:
    """Layers 2, 3 and 4 of one stream, each after its pooling."""
    groups = _SEPARABLE_GROUPS if kind == "separable" else _PLAIN_GROUPS[stream]
    convolution = SeparableConv2D if kind == "separable" else layers.Conv2D
    ends, block = [], 0
    for number, group in enumerate(groups, start=1):
        for position, filters in enumerate(group, start=1):
            block += 1
            x = convolution(filters, 3, padding="same", name=f"{stream}_conv{block}")(x)
            x = FusedBatchNormalization(name=f"{stream}_bn{block}")(x)
            x = _ACTIVATIONS[stream](x, block, pooled=position == len(group) and number < len(groups))
        ends.append(x)
    return ends[1:]


def _relu(x: Tensor, block: int, pooled: bool) -> Tensor:
    x = layers.Activation("relu", name=f"x_act{block}")(x)
    return layers.AveragePooling2D(2, name=f"x_pool{block}")(x) if pooled else x


def _tanh(x: Tensor, block: int, pooled: bool) -> Tensor:
    """Pooled before: tanh rises, so the tanh of a maximum is the maximum of tanh, for a quarter of the work."""
    x = layers.MaxPooling2D(2, name=f"s_pool{block}")(x) if pooled else x
    return layers.Activation("tanh", name=f"s_act{block}")(x)


_ACTIVATIONS = {"x": _relu, "s": _tanh}


def _fused_map(stage: int, x: Tensor, s: Tensor) -> Tensor:
    """U_k, (batch, size / 8, size / 8, 64)."""
    fused = _product(stage, *_sides(stage, x, s))
    return layers.AveragePooling2D(2, name=f"U_s{stage}")(fused) if stage == 3 else fused


def _fused_vector(stage: int, x: Tensor, s: Tensor) -> Tensor:
    x, s = _sides(stage, x, s)
    x = layers.AveragePooling2D(2, name=f"x_stage{stage}_pool")(x)
    s = layers.MaxPooling2D(2, name=f"s_stage{stage}_pool")(s)
    fused = _product(stage, x, s)
    return ReshapeLayer((math.prod(fused.shape[1:]),), name=f"vector_s{stage}")(fused)


def _sides(stage: int, x: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
    s = layers.Conv2D(CHANNELS, 1, activation="tanh", name=f"s_stage{stage}")(s)
    x = layers.Conv2D(CHANNELS, 1, activation="relu", name=f"x_stage{stage}")(x)
    return x, s


def _product(stage: int, x: Tensor, s: Tensor) -> Tensor:
    return layers.Multiply(name=f"product_s{stage}")([s, x])
