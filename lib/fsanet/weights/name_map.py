"""What weight files call the variables of our models.

The original repository's files number layers of a kind in the order in which its program created them, over all models
of the process: "separable_conv2d_8" may be called 22 in another file. Both streams have arrays of the same shapes, so
that only this order tells them apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from string import digits
from typing import NamedTuple

import numpy as np

from fsanet.models.spec import STAGES, ModelSpec

_STAGE_NUMBERS = tuple(range(1, STAGES + 1))


class PublishedLayer(NamedTuple):
    """A layer with weights under both its names.

    Attributes:
        group: top-level group of the file, such as "ssr_G_model".
        published: name in the file when its program built nothing else before, such as "separable_conv2d_8".
        ours: name in our model, sub-model included, such as "ssr_G_model/s_conv1".
    """

    group: str
    published: str
    ours: str


def published_layers(spec: ModelSpec) -> list[PublishedLayer]:
    """All layers with weights of a single model, in the order of the published files.

    The order for `_fc` heads and plain streams, of which no file is published, follows that of `ssrnet_mt`.
    """
    parts = {"ssr_G_model": _streams(spec)}
    if spec.scoring:
        parts["ssr_S_model"] = _scoring(spec)
        parts[spec.aggregation_model] = _aggregation(spec)
    parts[spec.head_model] = _head(spec)
    return [
        # SSR-Net has no sub-models in its files: each layer is a group of its own.
        PublishedLayer(model if spec.scoring else published, published, f"{model}/{ours}")
        for model, layers in parts.items()
        for published, ours in layers
    ]


def _streams(spec: ModelSpec) -> Iterable[tuple[str, str]]:
    blocks, convolution = (7, "separable_conv2d") if spec.streams == "separable" else (4, "conv2d")
    for block in range(1, blocks + 1):  # the x stream was created first, the files list s first
        for kind, ours in ((convolution, "conv"), ("batch_normalization", "bn")):
            yield f"{kind}_{block + blocks}", f"s_{ours}{block}"
            yield f"{kind}_{block}", f"x_{ours}{block}"
    before = 0 if spec.streams == "separable" else 2 * blocks
    # FSA-Net's stage 3 comes first in its files, being pooled afterwards and so farther from the outputs.
    for stage in (3, 1, 2) if spec.scoring else _STAGE_NUMBERS:
        yield f"conv2d_{before + 2 * stage - 1}", f"s_stage{stage}"
        yield f"conv2d_{before + 2 * stage}", f"x_stage{stage}"


def _scoring(spec: ModelSpec) -> Iterable[tuple[str, str]]:
    if spec.scoring == "uniform":
        return
    if spec.scoring == "conv":
        yield "conv2d_7", "feat_S_model/attention_conv"
    yield "dense_1", "feat_S_model/SR_dense"
    yield "dense_2", "SL_dense"


def _aggregation(spec: ModelSpec) -> Iterable[tuple[str, str]]:
    if spec.aggregation == "capsule":
        yield "caps", "caps"
    elif spec.aggregation == "netvlad":
        yield "net_vlad_1", "netvlad"
    else:
        yield "mat_mul_layer_1", "metric_features"
        yield "mat_mul_layer_2", "caps"


def _head(spec: ModelSpec) -> Iterable[tuple[str, str]]:
    before = 2 if spec.scoring in ("conv", "variance") else 0
    created = ("pred_dense_s",) if spec.head == "sliced" else ("delta_hidden_s", "local_delta_hidden_s", "pred_dense_s")
    numbers = {
        f"{ours}{stage}": before + len(created) * (stage - 1) + position
        for stage in _STAGE_NUMBERS
        for position, ours in enumerate(created, start=1)
    }
    for ours in ("pred_dense_s", "delta_hidden_s", "local_delta_hidden_s"):  # the files list the bins first
        if ours in created:
            yield from ((f"dense_{numbers[f'{ours}{stage}']}", f"{ours}{stage}") for stage in _STAGE_NUMBERS)
    for ours in ("delta_s", "local_delta_stage"):
        yield from ((f"{ours}{stage}", f"{ours}{stage}") for stage in _STAGE_NUMBERS)


def rename_published(arrays: Mapping[str, np.ndarray], spec: ModelSpec) -> dict[str, np.ndarray]:
    """Arrays of an original .h5 under our names.

    Layers are matched by their order within a kind. What has no counterpart keeps the file's name for layer and
    variable.

    Args:
        arrays: as "group/layer/variable" of the file.
        spec: the model that the file is for.
    """
    of_kind = _by_kind({layer.published: layer.ours for layer in published_layers(spec)})
    parts = {name: _parts(name) for name in arrays}
    ours: dict[str, str] = {}
    for kind, layers in _by_kind({layer: layer for _, layer, _ in parts.values()}).items():
        ours.update(zip(layers, of_kind.get(kind, ()), strict=False))
    return {f"{ours.get(layer, layer)}/{variable}": arrays[name] for name, (_, layer, variable) in parts.items()}


def has_own_names(arrays: Mapping[str, np.ndarray], names: Iterable[str]) -> bool:
    """Whether a file of the layout of Keras 2 has our names, as `model.save("mine.h5")` of Keras 3 writes them.

    Args:
        arrays: as "group/layer/variable" of the file.
        names: all variables of the model. Some layers of published files have the names of ours; most have not.
    """
    own = {_parts(name) for name in names}
    return 2 * sum(_parts(name) in own for name in arrays) > len(arrays)


def rename_grouped(arrays: Mapping[str, np.ndarray], names: Iterable[str]) -> dict[str, np.ndarray]:
    """Arrays of such a file under the names of a model's variables, which name every sub-model on the way.

    Args:
        arrays: as "group/layer/variable" of the file; a group is what lies in the model itself.
        names: all variables of the model. What has no counterpart keeps its name.
    """
    own = {_parts(name): name for name in names}
    return {own.get(_parts(name), name): array for name, array in arrays.items()}


def _parts(name: str) -> tuple[str, str, str]:
    """The outermost sub-model, the layer and the variable of a name; for a layer outside of all, its name twice."""
    owners, _, variable = name.rpartition("/")
    return owners.partition("/")[0], owners.rpartition("/")[2], variable


def _by_kind(names: Mapping[str, str]) -> dict[str, list[str]]:
    """Values grouped by the kind of their key, in the order of its number: "conv2d_7" is conv2d number 7."""
    numbered = defaultdict(list)
    for name, value in names.items():
        stem = name.rstrip(digits)
        numbered[stem.removesuffix("_")].append((int(name[len(stem) :] or 0), value))
    return {kind: [value for _, value in sorted(values)] for kind, values in numbered.items()}


def rename_numbered(arrays: Mapping[str, np.ndarray], names: Iterable[str]) -> dict[str, np.ndarray]:
    """Arrays of a Keras 3 file, numbered within their layer, under the names of a model's variables.

    Args:
        arrays: as "model/layer/number".
        names: all variables of the model, as "model/layer/variable", in order. What has no counterpart keeps its name.
    """
    of_layer = defaultdict(list)
    for name in names:
        of_layer[name.rpartition("/")[0]].append(name)
    renamed = {}
    for name, array in arrays.items():
        layer, _, number = name.rpartition("/")
        variables = {str(position): variable for position, variable in enumerate(of_layer[layer])}
        renamed[variables.get(number, name)] = array
    return renamed
