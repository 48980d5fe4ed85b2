"""The custom layers of FSA-Net and SSR-Net, in `keras.ops`: they run on TensorFlow, JAX and PyTorch.

Importing this package registers them, so that `keras.saving.load_model` reads `.keras` files with safe mode on.
"""

from fsanet.layers.capsule import CapsuleLayer
from fsanet.layers.fused_batch_norm import FusedBatchNormalization
from fsanet.layers.mat_mul import MatMulLayer
from fsanet.layers.matrix_multiply import MatrixMultiplyLayer
from fsanet.layers.matrix_norm import MatrixNormLayer
from fsanet.layers.moments import MomentsLayer
from fsanet.layers.net_vlad import NetVLAD
from fsanet.layers.prim_caps import PrimCapsLayer
from fsanet.layers.reshape import ReshapeLayer
from fsanet.layers.separable_conv import SeparableConv2D
from fsanet.layers.split import SplitLayer, UnstackLayer
from fsanet.layers.ssr import SSRLayer

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
