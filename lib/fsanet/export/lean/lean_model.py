"""The lean form of a network or of a fusion."""

import keras
from keras import ops

from fsanet.export.lean.regression import has_lean_head, lean_regression
from fsanet.export.lean.routing import capsule_layer, lean_primary_capsules, lean_routing
from fsanet.export.lean.streams import has_separable_streams, lean_streams
from fsanet.models.spec import CHANNELS, MODELS, STAGES, get_spec
from fsanet.tensors import Tensor


def lean_model(model: keras.Model) -> keras.Model:
    """The same function with fewer and larger operations, for inference only.

    Capsule networks are rewritten whole. Other FSA-Nets get lean streams, nine tenths of the work, and keep their own
    layers behind them. SSR-Nets are returned as they are, and so is a model that is lean already. The weights are
    constants of the graph, in float32: training `model` further does not change the lean one.

    Args:
        model: as `load_model` or `build_model` returns it, single or fusion.

    Returns:
        A model with the same input and output, equal to float32 rounding.
    """
    if not _can_be_lean(model):
        return model
    image, shares = _lean_shares(model)
    return keras.Model(image, ops.sum(shares, axis=0), name=model.name)


def lean_model_with_spread(model: keras.Model) -> keras.Model:
    """The lean form of a fusion with a second output: how far its members are apart.

    Args:
        model: as for `lean_model`.

    Returns:
        A model (batch, size, size, 3) -> (batch, 3) degrees and (batch, 3) standard deviations of the members' angles,
        in degrees; of a single network, or of a fusion without a lean form, `lean_model`.
    """
    number = len(_members(model))
    if number == 1 or not _can_be_lean(model):
        return lean_model(model)
    image, shares = _lean_shares(model)
    mean = ops.sum(shares, axis=0)
    apart = ops.subtract(ops.multiply(shares, float(number)), mean)
    spread = ops.sqrt(ops.mean(ops.square(apart), axis=0))
    return keras.Model(image, [mean, spread], name=model.name)


def _can_be_lean(model: keras.Model) -> bool:
    return all(has_separable_streams(member) for member in _members(model))


def _lean_shares(model: keras.Model) -> tuple[Tensor, Tensor]:
    """The input, and what each member adds to the mean: (members, batch, 3)."""
    members = _members(model)
    image = keras.Input(model.input_shape[1:], name="image_bgr")
    maps = lean_streams(image, members)
    tail = _capsule_tail if _capsules_alike(members) else _own_tail
    return image, tail(maps, members)


def _members(model: keras.Model) -> list[keras.Model]:
    names = get_spec(model.name).members if model.name in MODELS else ()
    layers = {layer.name: layer for layer in model.layers}
    return [layers[name] for name in names if name in layers] or [model]


def _capsules_alike(members: list[keras.Model]) -> bool:
    """Whether all members are capsule networks with sliced heads and equal settings."""
    if not all(has_lean_head(member) for member in members):
        return False
    settings = set()
    for member in members:
        caps, ssr = capsule_layer(member), member.get_layer("pred_pose")
        settings.add((caps.num_capsule, caps.dim_capsule, caps.routings, *ssr.stage_num, ssr.lambda_d, ssr.angle_range))
    return len(settings) == 1


def _capsule_tail(maps: list[Tensor], members: list[keras.Model]) -> Tensor:
    side, channels = maps[0].shape[1], maps[0].shape[-1]
    u = ops.concatenate([ops.reshape(m, (-1, side * side, channels)) for m in maps], axis=1)
    parts = ops.split(u, len(members), axis=-1)  # (batch, positions of all stages, channels of one member)
    primary = [lean_primary_capsules(part, member) for part, member in zip(parts, members, strict=True)]
    return lean_regression(lean_routing(primary, members), members)


def _own_tail(maps: list[Tensor], members: list[keras.Model]) -> Tensor:
    """The members' own layers behind the streams."""
    parts = [ops.split(m, len(members), axis=-1) for m in maps]
    angles = [
        _behind_streams(member, maps[0].shape[1])([stage[i] for stage in parts]) for i, member in enumerate(members)
    ]
    return ops.divide(ops.stack(angles), float(len(angles)))


def _behind_streams(member: keras.Model, side: int) -> keras.Model:
    """A member without its streams, sharing its layers: U_1, U_2, U_3 -> angles."""
    spec = get_spec(member.name)
    maps = [keras.Input((side, side, CHANNELS)) for _ in range(STAGES)]
    vectors = member.get_layer(spec.aggregation_model)(member.get_layer("ssr_S_model")(maps))
    angles = member.get_layer("pred_pose")(member.get_layer(spec.head_model)(vectors))
    return keras.Model(maps, angles, name=member.name)
