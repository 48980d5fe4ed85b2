"""What a network computes on its way to the angles: maps, structures, capsules and bins, by name."""

from collections.abc import Iterable, Iterator

import keras
import numpy as np
from keras import ops

from fsanet.errors import InputError
from fsanet.models.spec import STAGES, get_spec
from fsanet.tensors import Tensor


def explain(model: keras.Model, crops_bgr: np.ndarray) -> dict[str, np.ndarray]:
    """Intermediate tensors of one FSA-Net for a batch of face crops, in the symbols of the paper's section 3.

    Args:
        model: a single FSA-Net, as `build_model` or `load_model` returns it; of a fusion, `fusion.get_layer(member)`.
        crops_bgr: (N, size, size, 3) BGR 0..255, uint8 or float.

    Returns:
        Arrays by name, n = positions of all stages (192), k = 1, 2, 3:

        - `G_feat_sk`: feature map U_k (N, 8, 8, 64)
        - with scoring: `attention_sk`: A_k (N, 8, 8), `feat_S_sk`: the same flat, `SR_matrix_sk`: M_k (N, m, n),
          `SL_matrix`: C (N, n', m), `S_matrix_sk`: S_k (N, n', n), `norm_S_sk`: sums of its rows (N, n', 1),
          `primcaps_sk`: (N, n', 64)
        - `primcaps`: all primary capsules (N, P, 64)
        - capsule models: `coupling`: how much each primary capsule gives to each stage (N, 3, P)
        - `caps`: one vector a stage (N, 3, 16), `agg_feat_sk`: (N, 16)
        - `ssr_pred_sk`: bins (N, 3, 3), `ssr_delta_sk`: stretch (N, 3), `ssr_local_sk`: shift (N, 3)
        - `pred_pose`: yaw, pitch, roll in degrees (N, 3)

    Raises:
        ValueError: for a fusion or an SSR-Net.
    """
    spec = get_spec(model.name)
    if not spec.scoring:
        remedy = f"take one of its members: model.get_layer({spec.members[0]!r})" if spec.members else "it has none"
        raise InputError(f"explain shows the structure of a single FSA-Net, {model.name!r} is none: {remedy}.")
    tensors = dict(_walk(model, np.asarray(crops_bgr, dtype=np.float32)))
    return {name: ops.convert_to_numpy(ops.cast(tensor, "float32")) for name, tensor in tensors.items()}


def _walk(model: keras.Model, image: np.ndarray) -> Iterator[tuple[str, Tensor]]:
    """Run the sub-models one after the other."""
    spec = get_spec(model.name)
    structure, aggregation = model.get_layer("ssr_S_model"), model.get_layer(spec.aggregation_model)
    maps = model.get_layer("ssr_G_model")(image)
    yield from _numbered("G_feat", maps)
    if spec.scoring != "uniform":
        for stage, feature_map in enumerate(maps, start=1):
            parts = _probe(structure.get_layer("feat_S_model"), ["attention", "feat_S", "SR_matrix"], feature_map)
            yield from ((f"{name}_s{stage}", tensor) for name, tensor in parts.items())
        names = [f"{name}_s{stage}" for name in ("S_matrix", "norm_S", "primcaps") for stage in range(1, STAGES + 1)]
        yield from _probe(structure, ["SL_matrix", *names], maps).items()
    primary = structure(maps)
    yield "primcaps", primary
    if spec.aggregation == "capsule":
        yield "coupling", aggregation.get_layer("caps").coupling(primary)
    yield from _probe(aggregation, ["caps"], primary).items()
    vectors = aggregation(primary)
    yield from _numbered("agg_feat", vectors)
    outputs = model.get_layer(spec.head_model)(vectors)
    for number, name in enumerate(("ssr_pred", "ssr_delta", "ssr_local")):
        yield from _numbered(name, outputs[number * STAGES : (number + 1) * STAGES])
    yield "pred_pose", model.get_layer("pred_pose")(outputs)


def _probe(model: keras.Model, names: list[str], inputs: Tensor) -> dict[str, Tensor]:
    """Outputs of layers of a sub-model, by the layers' names."""
    return keras.Model(model.inputs, {name: model.get_layer(name).output for name in names})(inputs)


def _numbered(name: str, tensors: Iterable[Tensor]) -> Iterator[tuple[str, Tensor]]:
    return ((f"{name}_s{stage}", tensor) for stage, tensor in enumerate(tensors, start=1))
