"""Soft stagewise regression (Yang et al.: SSR-Net, IJCAI 2018; the paper's equation 2)."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from fsanet.tensors import Shape, Tensor, narrow, widen


@keras.saving.register_keras_serializable(package="fsanet")
class SSRLayer(keras.layers.Layer):
    """Angles from three stages of bins, each stage finer than the one before.

    Stage k adds its expected bin, moved by the shift, times the width of its bins. Bins of stage k divide those of
    stage k - 1, and delta stretches them:

        angle = angle_range * sum_k ( sum_i (i + shift_k) p_k[i] / product_(j <= k) s_j (1 + lambda_d delta_j) )

    with bins i from -(s_k // 2) on. p is not a probability: it is not negative, but need not sum to one.

    Args:
        stage_num: bins s_1, s_2, s_3 of the stages.
        lambda_d: weight of the stretch delta.
        angle_range: degrees that a full stage one spans to either side.

    Input shape: a list of nine: p_1, p_2, p_3 of (batch, angles, s_k); delta_1, delta_2, delta_3 and shift_1, shift_2,
    shift_3 of (batch, angles), within -1..1.
    Output shape: (batch, angles), degrees.
    """

    def __init__(
        self,
        stage_num: Sequence[int] = (3, 3, 3),
        lambda_d: float = 1.0,
        angle_range: float = 99.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.stage_num = list(stage_num)
        self.lambda_d = lambda_d
        self.angle_range = angle_range

    def call(self, inputs: list[Tensor]) -> Tensor:
        inputs = [widen(x) for x in inputs]
        stages = len(self.stage_num)
        predictions, deltas, shifts = inputs[:stages], inputs[stages : 2 * stages], inputs[2 * stages :]
        angle, width = 0.0, 1.0
        for bins, p, delta, shift in zip(self.stage_num, predictions, deltas, shifts, strict=True):
            width = width * (bins * (1.0 + self.lambda_d * delta))
            angle = angle + self._expected_bin(p, shift, bins) / width
        return narrow(angle * self.angle_range, self.compute_dtype)

    def _expected_bin(self, p: Tensor, shift: Tensor, bins: int) -> Tensor:
        """Sum of (i + shift) p[i] over the bins i."""
        index = ops.arange(-(bins // 2), bins - bins // 2, dtype=p.dtype)
        return ops.sum((index + ops.expand_dims(shift, -1)) * p, axis=-1)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        return tuple(input_shape[0][:-1])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "stage_num": self.stage_num,
            "lambda_d": self.lambda_d,
            "angle_range": self.angle_range,
        }
