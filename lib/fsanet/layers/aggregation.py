"""Aggregation of primary capsules without routing: linear maps, and a learnt vocabulary."""

import math
from typing import Any

import keras
from keras import ops

from fsanet.errors import InputError
from fsanet.tensors import Shape, Tensor, narrow, widen

_KERNEL_NAMES = {"features": "kernel_type1", "capsules": "kernel_type2"}


@keras.saving.register_keras_serializable(package="fsanet")
class MatMulLayer(keras.layers.Layer):
    """Linear map of the features of each capsule, or of the capsules of each feature, without bias.

    Args:
        units: size of the mapped axis in the output.
        along: "features" or "capsules", the axis that is mapped.

    Input shape: (batch, capsules, features).
    Output shape: (batch, capsules, units) along features, (batch, units, features) along capsules.
    """

    def __init__(self, units: int, along: str = "features", **kwargs: Any):
        super().__init__(**kwargs)
        if along not in _KERNEL_NAMES:
            raise InputError(f"MatMulLayer maps along one of {sorted(_KERNEL_NAMES)}, got along={along!r}.")
        self.units = units
        self.along = along

    def build(self, input_shape: Shape) -> None:
        mapped = input_shape[2] if self.along == "features" else input_shape[1]
        self.kernel = self.add_weight(
            name=_KERNEL_NAMES[self.along], shape=(mapped, self.units), initializer="glorot_uniform"
        )

    def call(self, inputs: Tensor) -> Tensor:
        if self.along == "features":
            return ops.matmul(inputs, self.kernel)
        return ops.matmul(ops.transpose(self.kernel), inputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, capsules, features = input_shape
        return (batch, capsules, self.units) if self.along == "features" else (batch, self.units, features)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "along": self.along}


def _l2_normalise(x: Tensor, axis: int) -> Tensor:
    squared_norm = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squared_norm, 1e-12))


@keras.saving.register_keras_serializable(package="fsanet")
class NetVLAD(keras.layers.Layer):
    """Soft assignment of vectors to clusters; the residuals per cluster are normalised and projected.

    Arandjelovic et al.: NetVLAD, CVPR 2016, after Miech's LOUPE.

    Args:
        cluster_size: clusters of the vocabulary.
        output_dim: features of the result.

    Input shape: (batch, vectors, features).
    Output shape: (batch, output_dim).
    """

    def __init__(self, cluster_size: int, output_dim: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.cluster_size = cluster_size
        self.output_dim = output_dim

    def build(self, input_shape: Shape) -> None:
        features, clusters = input_shape[-1], self.cluster_size
        by_features = keras.initializers.RandomNormal(stddev=1 / math.sqrt(features))
        by_clusters = keras.initializers.RandomNormal(stddev=1 / math.sqrt(clusters))
        self.assignment_kernel = self.add_weight(
            name="kernel_W1", shape=(features, clusters), initializer=by_features.clone()
        )
        self.assignment_bias = self.add_weight(name="kernel_B1", shape=(clusters,), initializer=by_features.clone())
        self.centres = self.add_weight(name="kernel_W2", shape=(1, features, clusters), initializer=by_features.clone())
        self.projection = self.add_weight(
            name="kernel_H1", shape=(features * clusters, self.output_dim), initializer=by_clusters
        )

    def call(self, inputs: Tensor) -> Tensor:
        vlad = _l2_normalise(self._residuals(inputs), axis=1)
        vlad = ops.reshape(vlad, (-1, vlad.shape[1] * vlad.shape[2]))
        vlad = narrow(_l2_normalise(vlad, axis=1), self.compute_dtype)
        return ops.matmul(vlad, self.projection)

    def _residuals(self, vectors: Tensor) -> Tensor:
        """Sum of (vector - centre) per cluster, weighted by the soft assignment: (batch, features, clusters)."""
        scores = widen(ops.matmul(vectors, self.assignment_kernel) + self.assignment_bias)
        assignment = ops.softmax(scores, axis=-1)  # (batch, vectors, clusters)
        mass = ops.sum(assignment, axis=1, keepdims=True)  # (batch, 1, clusters)
        sums = ops.matmul(ops.transpose(widen(vectors), (0, 2, 1)), assignment)  # (batch, features, clusters)
        return sums - mass * widen(self.centres)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], self.output_dim)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cluster_size": self.cluster_size, "output_dim": self.output_dim}
