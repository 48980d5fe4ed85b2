"""Models by name."""

import dataclasses

import keras

from fsanet.models.fsanet import build_fsanet
from fsanet.models.fusion import build_fusion
from fsanet.models.spec import ModelSpec, get_spec
from fsanet.models.ssrnet import build_ssrnet


def build_model(name: str, image_size: int = 64, **settings) -> keras.Model:
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
    return _build(dataclasses.replace(get_spec(name), image_size=image_size, **settings))


def _build(spec: ModelSpec) -> keras.Model:
    if spec.members:
        members = [_build(_like(spec, member)) for member in spec.members]
        return build_fusion(spec.name, members)
    return build_fsanet(spec) if spec.scoring else build_ssrnet(spec)


def _like(fusion: ModelSpec, name: str) -> ModelSpec:
    """A member's row with the settings of its fusion."""
    member = get_spec(name)
    settings = ["image_size", "num_classes", "stage_num", "lambda_d", "dim_capsule", "routings", "m_dim"]
    if member.scoring != "uniform":  # whose primary capsules are given by the image size
        settings.append("num_primcaps")
    return dataclasses.replace(member, **{setting: getattr(fusion, setting) for setting in settings})
