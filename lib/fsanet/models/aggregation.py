"""From a set of primary capsules to one vector for each of the three stages."""

import keras

from fsanet.layers import CapsuleLayer, MatMulLayer, NetVLAD, ReshapeLayer, UnstackLayer
from fsanet.models.spec import CHANNELS, STAGES, ModelSpec


def _capsule(spec: ModelSpec, primary):
    return CapsuleLayer(STAGES, spec.dim_capsule, spec.routings, name="caps")(primary)


def _netvlad(spec: ModelSpec, primary):
    vector = NetVLAD(cluster_size=STAGES, output_dim=STAGES * spec.dim_capsule, name="netvlad")(primary)
    return ReshapeLayer((STAGES, spec.dim_capsule), name="caps")(vector)


def _metric(spec: ModelSpec, primary):
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
