"""Scores of positions and the fine-grained structure grown from them (the paper's sections 3.4 and 3.5).

A new scoring function is a function here, an entry in `_SCORES`, and in `spec.py` a name in `SCORINGS` and a row.
"""

from collections.abc import Sequence

import keras
from keras import layers

from fsanet.layers import MatrixMultiplyLayer, MatrixNormLayer, MomentsLayer, PrimCapsLayer, ReshapeLayer
from fsanet.models.spec import CHANNELS, STAGES, ModelSpec
from fsanet.tensors import Tensor


def _conv_score(features: Tensor) -> Tensor:
    """A learnt 1x1 convolution; (batch, side, side, channels) -> (batch, side, side)."""
    score = layers.Conv2D(1, 1, activation="sigmoid", name="attention_conv")(features)
    return ReshapeLayer(tuple(features.shape[1:3]), name="attention")(score)


def _variance_score(features: Tensor) -> Tensor:
    """Variance over the channels, no weights; (batch, side, side, channels) -> (batch, side, side)."""
    return MomentsLayer(name="attention")(features)


_SCORES = {"conv": _conv_score, "variance": _variance_score}


def build_primary_capsules(spec: ModelSpec) -> keras.Model:
    """Sub-model `ssr_S_model`.

    Inputs: feature maps U_1, U_2, U_3 of (batch, side, side, channels).
    Output: primary capsules of all stages, (batch, capsules, channels).
    """
    maps = [keras.Input((spec.map_size, spec.map_size, CHANNELS), name=f"map_s{k}") for k in _stages()]
    flat = [
        ReshapeLayer((spec.map_size**2, CHANNELS), name=f"positions_s{k}")(u)
        for k, u in zip(_stages(), maps, strict=True)
    ]
    positions = layers.Concatenate(axis=1, name="U")(flat)  # (batch, positions of all stages, channels)
    capsules = positions if spec.scoring == "uniform" else _structured(spec, maps, positions)
    return keras.Model(maps, capsules, name="ssr_S_model")


def _stages() -> range:
    return range(1, STAGES + 1)


def _structured(spec: ModelSpec, maps: list[Tensor], positions: Tensor) -> Tensor:
    """Positions grouped by the fine-grained structure S_k = C M_k of each stage."""
    score = _build_stage_structure(spec)
    stage_maps, scores = zip(*(score(u) for u in maps), strict=True)
    mixing = _mixing(spec, scores)
    capsules = []
    for k, stage_map in zip(_stages(), stage_maps, strict=True):
        structure = MatrixMultiplyLayer(name=f"S_matrix_s{k}")([mixing, stage_map])
        norm = MatrixNormLayer(name=f"norm_S_s{k}")(structure)
        capsules.append(PrimCapsLayer(name=f"primcaps_s{k}")([structure, positions, norm]))
    return layers.Concatenate(axis=1, name="primcaps")(capsules)


def _build_stage_structure(spec: ModelSpec) -> keras.Model:
    """Sub-model `feat_S_model`, shared by the stages: U_k -> M_k (batch, m, positions of all stages) and flat A_k."""
    features = keras.Input((spec.map_size, spec.map_size, CHANNELS), name="map")
    score = ReshapeLayer((spec.map_size**2,), name="feat_S")(_SCORES[spec.scoring](features))
    rows = layers.Dense(spec.m_dim * spec.positions, activation="sigmoid", name="SR_dense")(score)
    stage_map = ReshapeLayer((spec.m_dim, spec.positions), name="SR_matrix")(rows)
    return keras.Model(features, [stage_map, score], name="feat_S_model")


def _mixing(spec: ModelSpec, scores: Sequence[Tensor]) -> Tensor:
    """C, shared by the stages: (batch, primary capsules of a stage, m)."""
    rows = spec.primary_capsules // STAGES
    score = layers.Concatenate(name="feat_S_all")(scores)
    mixing = layers.Dense(rows * spec.m_dim, activation="sigmoid", name="SL_dense")(score)
    return ReshapeLayer((rows, spec.m_dim), name="SL_matrix")(mixing)
