"""Capsules by dynamic routing (Sabour, Frosst, Hinton: Dynamic Routing Between Capsules, NIPS 2017)."""

from typing import Any

import keras
from keras import ops

from fsanet.errors import InputError
from fsanet.tensors import Shape, Tensor, narrow, widen

_EPSILON = 1e-7


def squash(vectors: Tensor) -> Tensor:
    """Shrink vectors to a length below one and keep their direction: |v|^2 / (1 + |v|^2) * v / sqrt(|v|^2 + 1e-7).

    Args:
        vectors: (..., features).
    """
    squared_norm = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    return vectors * (squared_norm / ((1.0 + squared_norm) * ops.sqrt(squared_norm + _EPSILON)))


def _outputs(votes: Tensor, coupling: Tensor | float) -> Tensor:
    """Votes (primary, batch, capsule, dim) gathered by coupling (primary, batch, capsule, 1): (batch, capsule, dim)."""
    return squash(ops.sum(votes * coupling, axis=0))


@keras.saving.register_keras_serializable(package="fsanet")
class CapsuleLayer(keras.layers.Layer):
    """Routes primary capsules to a few output capsules by agreement.

    Each primary capsule i votes for each output capsule k with u[k, i] = W[k, i] p[i]. Votes are averaged with
    coupling coefficients, a softmax over the output capsules, that grow with the agreement of vote and outcome.

    Args:
        num_capsule: output capsules.
        dim_capsule: features of an output capsule.
        routings: rounds of routing, at least 1. The coefficients of the first are uniform.
        kernel_initializer: of W, (num_capsule, primary capsules, dim_capsule, features).

    Input shape: (batch, primary capsules, features).
    Output shape: (batch, num_capsule, dim_capsule).
    """

    def __init__(
        self,
        num_capsule: int,
        dim_capsule: int,
        routings: int = 2,
        kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if routings < 1:
            raise InputError(f"CapsuleLayer needs at least one round of routing, got routings={routings}.")
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: Shape) -> None:
        _, num_primary, features = input_shape
        self.kernel = self.add_weight(
            name="W",
            shape=(self.num_capsule, num_primary, self.dim_capsule, features),
            initializer=self.kernel_initializer,
        )

    def call(self, inputs: Tensor) -> Tensor:
        votes = self._votes(inputs)
        return narrow(_outputs(votes, self._coupling(votes)), self.compute_dtype)

    def coupling(self, inputs: Tensor) -> Tensor:
        """Shares that primary capsules give to output capsules in the last round.

        Args:
            inputs: (batch, primary capsules, features).

        Returns:
            (batch, num_capsule, primary capsules) in float32; the shares of a primary capsule sum to one.
        """
        votes = self._votes(ops.cast(inputs, self.compute_dtype))
        coupling = self._coupling(votes) * ops.ones_like(votes[..., :1])
        return ops.transpose(ops.squeeze(coupling, -1), (1, 2, 0))

    def _votes(self, primary: Tensor) -> Tensor:
        """Votes as (primary, batch, num_capsule, dim_capsule).

        With the primary capsules in front, all votes are one batched matrix product, and the routing needs nothing but
        products and sums over an axis: the form that every runtime takes, and the fastest on a CPU.
        """
        num_primary, features = primary.shape[1], primary.shape[2]
        # W: (capsule, primary, dim, features) -> (primary, features, capsule * dim)
        kernel = ops.reshape(ops.transpose(self.kernel, (1, 3, 0, 2)), (num_primary, features, -1))
        votes = ops.matmul(ops.transpose(primary, (1, 0, 2)), kernel)  # (primary, batch, capsule * dim)
        return ops.reshape(widen(votes), (num_primary, -1, self.num_capsule, self.dim_capsule))

    def _coupling(self, votes: Tensor) -> Tensor | float:
        """Softmax of the agreement so far, (primary, batch, num_capsule, 1); the same number for all at first."""
        coupling = 1.0 / self.num_capsule
        logits = 0.0
        for _ in range(self.routings - 1):
            logits = logits + ops.sum(votes * _outputs(votes, coupling), axis=-1)
            coupling = ops.expand_dims(ops.softmax(logits, axis=-1), -1)
        return coupling

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], self.num_capsule, self.dim_capsule)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_capsule": self.num_capsule,
            "dim_capsule": self.dim_capsule,
            "routings": self.routings,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
