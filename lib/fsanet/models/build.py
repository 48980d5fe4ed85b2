"""Models by name: FSA-Net, SSR-Net-MD, and the mean of several."""

import dataclasses
from typing import Any

import keras
from keras import layers

from fsanet.errors import InputError
from fsanet.models.heads import build_aggregation, build_head, regress
from fsanet.models.scoring import build_primary_capsules
from fsanet.models.spec import SETTINGS, STAGES, ModelSpec, get_spec
from fsanet.models.two_stream import build_streams
from fsanet.tensors import Tensor


def build_model(name: str, image_size: int = 64, **settings: Any) -> keras.Model:
    """An untrained model.

    Args:
        name: one of `fsanet.MODELS`.
        image_size: height and width of the input, a multiple of 8. The published weights need 64.
        **settings: other settings of `ModelSpec`: num_classes, stage_num, lambda_d, dim_capsule, routings,
            num_primcaps, m_dim.

    Returns:
        A `keras.Model` with that name: (batch, size, size, 3) BGR 0..255 -> (batch, 3) yaw, pitch, roll in degrees.

    Raises:
        ValueError: for an unknown name, or settings that do not fit; the message says what would.
    """
    spec = get_spec(name)
    if unknown := [setting for setting in settings if setting not in SETTINGS]:
        raise InputError(f"Models have no setting {', '.join(unknown)}; they have: {', '.join(SETTINGS)}.")
    return _build(dataclasses.replace(spec, image_size=image_size, **settings))


def _build(spec: ModelSpec) -> keras.Model:
    if spec.members:
        return _fusion(spec.name, [_build(_like(spec, member)) for member in spec.members])
    image = keras.Input((spec.image_size, spec.image_size, 3), name="image")
    outputs = (_fsanet if spec.scoring else _ssrnet)(spec, image)
    return keras.Model(image, regress(spec, outputs), name=spec.name)


def _fsanet(spec: ModelSpec, image: Tensor) -> list[Tensor]:
    """FSA-Net (Yang et al., CVPR 2019): streams, fine-grained structure, aggregation, head.

    The four sub-models bear the names that weight files have.
    """
    maps = build_streams(spec)(image)
    primary = build_primary_capsules(spec)(maps)
    vectors = build_aggregation(spec)(primary)
    return build_head(spec, [spec.dim_capsule] * STAGES)(vectors)


def _ssrnet(spec: ModelSpec, image: Tensor) -> list[Tensor]:
    """SSR-Net (Yang et al., IJCAI 2018) for several angles, the paper's section 3.2: from the streams to the head."""
    vectors = build_streams(spec)(image)
    return build_head(spec, [vector.shape[-1] for vector in vectors])(vectors)


def _fusion(name: str, members: list[keras.Model]) -> keras.Model:
    """The mean of the members' angles (the paper's "Fusion"); each member is a layer of it and keeps its name."""
    image = keras.Input(members[0].input_shape[1:], name="image")
    mean = layers.Average(dtype="float32", name="pred_pose")([member(image) for member in members])
    return keras.Model(image, mean, name=name)


def _like(fusion: ModelSpec, name: str) -> ModelSpec:
    """A member's row with the settings of its fusion."""
    member = get_spec(name)
    settings = {setting: getattr(fusion, setting) for setting in SETTINGS}
    if member.scoring == "uniform":  # whose primary capsules are given by the image size
        del settings["num_primcaps"]
    return dataclasses.replace(member, **settings)
