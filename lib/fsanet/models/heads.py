"""Behind the primary capsules: a vector for each of the three stages, its bins with their stretch and shift, angles."""

import keras
from keras import layers

from fsanet.layers import CapsuleLayer, MatMulLayer, NetVLAD, ReshapeLayer, SplitLayer, SSRLayer, UnstackLayer
from fsanet.models.spec import CHANNELS, STAGES, ModelSpec
from fsanet.tensors import Tensor


def _capsule(spec: ModelSpec, primary: Tensor) -> Tensor:
    return CapsuleLayer(STAGES, spec.dim_capsule, spec.routings, name="caps")(primary)


def _netvlad(spec: ModelSpec, primary: Tensor) -> Tensor:
    vector = NetVLAD(cluster_size=STAGES, output_dim=STAGES * spec.dim_capsule, name="netvlad")(primary)
    return ReshapeLayer((STAGES, spec.dim_capsule), name="caps")(vector)


def _metric(spec: ModelSpec, primary: Tensor) -> Tensor:
    features = MatMulLayer(spec.dim_capsule, along="features", name="metric_features")(primary)
    return MatMulLayer(STAGES, along="capsules", name="caps")(features)


_AGGREGATIONS = {"capsule": _capsule, "netvlad": _netvlad, "metric": _metric}


def build_aggregation(spec: ModelSpec) -> keras.Model:
    """Sub-model `ssr_Cap_model`, `ssr_Agg_model` or `ssr_Metric_model`.

    Input: primary capsules (batch, capsules, channels).
    Outputs: a list of three vectors (batch, dim_capsule), one a stage.
    """
    primary = keras.Input((spec.primary_capsules, CHANNELS), name="primary_capsules")
    rows = _AGGREGATIONS[spec.aggregation](spec, primary)  # (batch, stages, dim_capsule)
    return keras.Model(primary, UnstackLayer(name="agg_feat")(rows), name=spec.aggregation_model)


def build_head(spec: ModelSpec, sizes: list[int]) -> keras.Model:
    """Sub-model `ssr_F_Cap_model` or `ssr_F_model`.

    Inputs: a vector for each of the three stages, of the given sizes.
    Outputs: a list of nine, as `SSRLayer` takes them: bins p_1..3 of (batch, angles, bins), delta_1..3 and shift_1..3
    of (batch, angles).
    """
    vectors = [keras.Input((size,), name=f"stage{k}") for k, size in enumerate(sizes, start=1)]
    part = _sliced if spec.head == "sliced" else _fully_connected
    stages = [part(spec, k, vector) for k, vector in enumerate(vectors, start=1)]
    bins, deltas, shifts = zip(*stages, strict=True)
    return keras.Model(vectors, [*bins, *deltas, *shifts], name=spec.head_model)


def _sliced(spec: ModelSpec, stage: int, vector: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A quarter of the vector for the stretch, a quarter for the shift, half for the bins."""
    quarter = vector.shape[-1] // 4
    for_delta, for_shift, for_bins = SplitLayer([quarter, quarter, 2 * quarter], name=f"parts_s{stage}")(vector)
    return _outputs(spec, stage, for_bins, for_delta, for_shift)


def _fully_connected(spec: ModelSpec, stage: int, vector: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """All of the vector for each of the three, through a small hidden layer for stretch and shift."""
    hidden = 2 * spec.num_classes
    for_delta = layers.Dense(hidden, activation="tanh", name=f"delta_hidden_s{stage}")(vector)
    for_shift = layers.Dense(hidden, activation="tanh", name=f"local_delta_hidden_s{stage}")(vector)
    return _outputs(spec, stage, vector, for_delta, for_shift)


def _outputs(
    spec: ModelSpec, stage: int, for_bins: Tensor, for_delta: Tensor, for_shift: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    angles, bins = spec.num_classes, spec.stage_num[stage - 1]
    delta = layers.Dense(angles, activation="tanh", name=f"delta_s{stage}")(for_delta)
    shift = layers.Dense(angles, activation="tanh", name=f"local_delta_stage{stage}")(for_shift)
    # ReLU and no softmax: the bins of a stage need not sum to one.
    flat = layers.Dense(angles * bins, activation="relu", name=f"pred_dense_s{stage}")(for_bins)
    return ReshapeLayer((angles, bins), name=f"pred_s{stage}")(flat), delta, shift


def regress(spec: ModelSpec, head_outputs: list[Tensor]) -> Tensor:
    """Angles in degrees, in float32 whatever the precision of the network."""
    return SSRLayer(spec.stage_num, spec.lambda_d, dtype="float32", name="pred_pose")(head_outputs)
