"""The network: a backbone of Keras' own, a feature pyramid, and at every level two heads with a context module each.

Kept from the paper: levels, channels, anchors, context modules, cascade. Different:

- Context modules are those of SSH, plain convolutions, as in the released code. The paper's are deformable ones, which
  `keras.ops` does not have; they are worth 0.3 to 0.4 points of average precision there.
- Every level has heads of its own, which read the rotation; a mesh, where there is one, has 68 vertices, not 1k.
- All weights start at random: nothing is fetched, ImageNet's included.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from fsanet.dense import layout
from fsanet.dense.anchors import Anchors, octave
from fsanet.models.single_stage.blocks import context, convolve, flat, predict, pyramid
from fsanet.tensors import Tensor

HEADS = 2  # the second starts from the boxes that the first predicts
MEAN_BGR = (104.0, 117.0, 123.0)

_RARE = -2.0  # logit that every score starts with; one in four of the anchors that count shows a face at most


def mobilenet025(image: Tensor) -> list[Tensor]:
    """Features at strides 8, 16 and 32 of a MobileNet with a quarter of its channels (Howard et al., 2017)."""
    network = keras.applications.MobileNet(alpha=0.25, include_top=False, weights=None, input_tensor=image)
    return [network.get_layer(f"conv_pw_{block}_relu").output for block in (5, 11, 13)]


def resnet50(image: Tensor) -> list[Tensor]:
    """Features at strides 4, 8, 16 and 32 of a ResNet (He et al., CVPR 2016)."""
    network = keras.applications.ResNet50(include_top=False, weights=None, input_tensor=image)
    return [network.get_layer(f"conv{stage}_out").output for stage in ("2_block3", "3_block4", "4_block6", "5_block3")]


@dataclass(frozen=True)
class Design:
    """A network of this kind.

    Attributes:
        name: of the model.
        backbone: picture -> features, each at twice the stride of the one before.
        channels: of the pyramid and of the context modules.
        anchors: a level each. One more than there are features is made by a convolution of stride 2 from the last.
        mesh: whether the heads predict 68 vertices too.
    """

    name: str
    backbone: Callable[[Tensor], list[Tensor]]
    channels: int
    anchors: Anchors
    mesh: bool = False

    @property
    def stride(self) -> int:
        """The largest: sides of pictures are multiples of it."""
        return max(stride for stride, _ in self.anchors)


# Anchors of the paper's Table 2, on the levels that each has: squares of 16 to 406 pixels, and of 32 to 203, so that a
# face below some 27 pixels fits no anchor of the smaller network's first head.
MNET025 = Design("retinaface_mnet025", mobilenet025, 64, tuple((stride, octave(stride)) for stride in (8, 16, 32)))
RESNET50 = Design(
    "retinaface_resnet50", resnet50, 256, tuple((stride, octave(stride)) for stride in (4, 8, 16, 32, 64))
)
MNET025_MESH, RESNET50_MESH = (replace(one, name=f"{one.name}_mesh", mesh=True) for one in (MNET025, RESNET50))


def first_prediction(mesh: bool = False) -> NDArray[np.float32]:
    """What an untrained head says of every anchor, (21,) or (225,): rarely a face, of its size, that looks ahead."""
    start = np.zeros(layout.MESH.stop if mesh else layout.PREDICTION_SIZE, np.float32)
    start[layout.SCORE] = _RARE
    start[layout.ROTATION_6D] = [1, 0, 0, 0, 1, 0]
    return start


def build_retinaface(design: Design, height: int | None = None, width: int | None = None) -> keras.Model:
    """The network: (N, height, width, 3) BGR 0..255 -> (N, anchors, 42), two heads of 21 columns one after the other.

    The columns are those of predictions in `fsanet.dense.layout`. A box is (dx / w, dy / h, log w, log h) from the
    anchor, in the second head from the box that the first predicts; points are ((x - cx) / w, (y - cy) / h) from there.
    With a mesh each head has 225 columns, see `mesh`.

    Args:
        design: which.
        height, width: multiples of the largest stride; None for any.
    """
    image = keras.Input((height, width, 3), name="image_bgr")
    x = layers.Rescaling(1 / 255.0, [-mean / 255.0 for mean in MEAN_BGR])(image)
    levels = _levels(design.backbone(x), design)
    rows = [_heads(level, design, sides) for level, (_, sides) in zip(levels, design.anchors, strict=True)]
    return keras.Model(image, layers.Concatenate(axis=1, dtype="float32")(rows), name=design.name)


def _levels(features: list[Tensor], design: Design) -> list[Tensor]:
    levels = pyramid(features, design.channels)
    if len(design.anchors) > len(features):
        levels.append(convolve(features[-1], design.channels, stride=2))
    return levels


def _heads(x: Tensor, design: Design, sides: Sequence[float]) -> Tensor:
    start = first_prediction(design.mesh)
    rows = [flat(predict(context(x, design.channels), start, len(sides)), len(start)) for _ in range(HEADS)]
    return layers.Concatenate(dtype="float32")(rows)
