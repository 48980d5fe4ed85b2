"""FSA-Net and SSR-Net-MD under the class names of the original repository, for notebooks written against it.

    from fsanet.compat import FSA_net_Var_Capsule  # in a clone also from lib.FSANET_model
    model = FSA_net_Var_Capsule(64, 3, [3, 3, 3], 1, [3, 16, 2, 21, 5])()
    model.load_weights("fsanet_var_capsule_3_16_2_21_5.h5")

The original's `SSR_net`, which estimates an age, is not part of this project.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fsanet.errors import InputError, told_extras
from fsanet.models.spec import STAGES

with told_extras():
    import keras

    from fsanet.models.build import build_model
    from fsanet.weights.loading import load_weights
    from fsanet.weights.saving import save_weights

_KERAS_SUFFIXES = (".weights.h5", ".keras", ".weights.json")


@keras.saving.register_keras_serializable(package="fsanet")
class OriginalModel(keras.Model):
    """A model that reads and writes the original's weight files by name.

    Keras itself would fill layers in the order of its own graph, where arrays of equal shape change places unnoticed.
    """

    def load_weights(self, filepath: str | Path) -> None:
        """Read an .h5 of the original repository, a .weights.h5 or a .keras, strictly."""
        load_weights(self, filepath)

    def save_weights(self, filepath: str | Path, **settings) -> None:
        """Write the original's .h5, or what Keras 3 writes for a name in .weights.h5."""
        if str(filepath).endswith(_KERAS_SUFFIXES):
            super().save_weights(filepath, **settings)
        else:
            save_weights(self, filepath)


class OriginalNetwork:
    """A network by the original's constructor; calling the object builds the model.

    Args:
        image_size: height and width of the input, a multiple of 8.
        num_classes: angles.
        stage_num: bins of the three stages.
        lambda_d: weight of the stretch of bins.
        S_set: num_capsule, dim_capsule, routings, num_primcaps, m_dim. SSR-Net has none.
    """

    model_name: str

    def __init__(
        self,
        image_size: int,
        num_classes: int,
        stage_num: Sequence[int],
        lambda_d: float,
        S_set: Sequence[int] | None = None,  # noqa: N803 (the original's keyword)
    ):
        self.settings: dict[str, Any] = {
            "image_size": image_size,
            "num_classes": num_classes,
            "stage_num": tuple(stage_num),
            "lambda_d": lambda_d,
            **(_s_set_settings(S_set) if S_set is not None else {}),
        }

    def __call__(self) -> OriginalModel:
        """The untrained model, (batch, size, size, 3) BGR 0..255 -> (batch, angles) degrees."""
        model = build_model(self.model_name, **self.settings)
        return OriginalModel(model.inputs[0], model.outputs[0], name=model.name)


def _s_set_settings(s_set: Sequence[int]) -> dict[str, int]:
    if len(s_set) != 5:
        raise InputError(f"S_set is num_capsule, dim_capsule, routings, num_primcaps, m_dim; got {list(s_set)}.")
    num_capsule, *rest = s_set
    if num_capsule != STAGES:
        raise InputError(f"num_capsule in S_set must be {STAGES}, one for each stage; got {num_capsule}.")
    return dict(zip(("dim_capsule", "routings", "num_primcaps", "m_dim"), rest, strict=True))


def _original_class(model_name: str) -> type[OriginalNetwork]:
    """The class of one model of `fsanet.MODELS`."""
    return type(f"Original_{model_name}", (OriginalNetwork,), {"model_name": model_name})


FSA_net_Capsule = _original_class("capsule")
FSA_net_Var_Capsule = _original_class("var_capsule")
FSA_net_noS_Capsule = _original_class("noS_capsule")

FSA_net_NetVLAD = _original_class("netvlad")
FSA_net_Var_NetVLAD = _original_class("var_netvlad")
FSA_net_noS_NetVLAD = _original_class("noS_netvlad")

FSA_net_Metric = _original_class("metric")
FSA_net_Var_Metric = _original_class("var_metric")
FSA_net_noS_Metric = _original_class("noS_metric")

FSA_net_Capsule_FC = _original_class("capsule_fc")
FSA_net_Var_Capsule_FC = _original_class("var_capsule_fc")
FSA_net_noS_Capsule_FC = _original_class("noS_capsule_fc")

FSA_net_NetVLAD_FC = _original_class("netvlad_fc")
FSA_net_Var_NetVLAD_FC = _original_class("var_netvlad_fc")
FSA_net_noS_NetVLAD_FC = _original_class("noS_netvlad_fc")

SSR_net_MT = _original_class("ssrnet_mt")
SSR_net_ori_MT = _original_class("ssrnet_ori_mt")
