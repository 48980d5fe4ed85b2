"""The custom layers of FSA-Net and SSR-Net, in `keras.ops`: they run on TensorFlow, JAX and PyTorch.

Importing this package registers them, so that `keras.saving.load_model` reads `.keras` files with safe mode on.
"""

from fsanet.layers.aggregation import MatMulLayer, NetVLAD
from fsanet.layers.capsule import CapsuleLayer
from fsanet.layers.fast_training import FusedBatchNormalization, SeparableConv2D
from fsanet.layers.shapes import ReshapeLayer, SplitLayer, UnstackLayer
from fsanet.layers.ssr import SSRLayer
from fsanet.layers.structure import MatrixMultiplyLayer, MatrixNormLayer, MomentsLayer, PrimCapsLayer

__all__ = [
    "CapsuleLayer",
    "FusedBatchNormalization",
    "MatMulLayer",
    "MatrixMultiplyLayer",
    "MatrixNormLayer",
    "MomentsLayer",
    "NetVLAD",
    "PrimCapsLayer",
    "ReshapeLayer",
    "SSRLayer",
    "SeparableConv2D",
    "SplitLayer",
    "UnstackLayer",
]
