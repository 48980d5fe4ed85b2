"""Every model as a row of one table. A variant is data; the parts that a row names are built elsewhere.

Imports nothing of Keras, so that names can be listed without it.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from numbers import Real

from fsanet.checks import whole
from fsanet.errors import InputError

DEFAULT_MODEL = "fusion_capsule"
# Our own weights, bundled and for any purpose: the single models of each training set. A model's default is the first
# that has it.
OUR_MODELS = {
    "free": ("capsule", "var_capsule", "noS_capsule"),
    "synthetic": ("capsule", "var_capsule", "noS_capsule", "ssrnet_mt"),
}
DEFAULT_WEIGHTS = next(iter(OUR_MODELS))

STAGES = 3  # soft stagewise regression runs coarse to fine in three stages
CHANNELS = 64  # of the feature maps U_k, and so of the primary capsules

SCORINGS = ("conv", "variance", "uniform", "")
# what `build_model` takes besides a name
SETTINGS = ("image_size", "num_classes", "stage_num", "lambda_d", "dim_capsule", "routings", "num_primcaps", "m_dim")
_WHOLE_NUMBERS = tuple(setting for setting in SETTINGS if setting not in ("stage_num", "lambda_d"))

_AGGREGATION_MODELS = {"capsule": "ssr_Cap_model", "netvlad": "ssr_Agg_model", "metric": "ssr_Metric_model"}


@dataclass(frozen=True)
class ModelSpec:
    """What one model is made of. The first six say which model it is, the others are its settings.

    Attributes:
        name: as `build_model` takes it.
        scoring: importance of each position of a feature map (the paper's section 3.4): "conv" (1x1 convolution),
            "variance", or "uniform" (no fine-grained structure). "" for SSR-Net, which has no such maps.
        aggregation: from primary capsules to one vector a stage: "capsule", "netvlad", or "metric" (two linear maps).
        head: which part of a stage's vector makes stretch, shift and bins: "sliced" (a part each) or "fc" (all of it).
        streams: blocks of the two streams: "separable" convolutions, or "plain" ones (the older SSR-Net).
        members: models whose outputs are averaged; such a fusion has no network of its own.
        image_size: height and width of the input, a multiple of 8 from 16 on.
        num_classes: angles.
        stage_num: bins of the three stages.
        lambda_d: weight of the stretch of bins in the regression.
        dim_capsule: features of a stage's vector, a multiple of 4.
        routings: rounds of capsule routing.
        num_primcaps: primary capsules over all stages, a multiple of 3. None: 21, or every position without scoring.
        m_dim: rows of the maps M_k.

    Raises:
        InputError: for settings that do not fit; the message says what would.
    """

    name: str
    scoring: str = ""
    aggregation: str = ""
    head: str = "sliced"
    streams: str = "separable"
    members: tuple[str, ...] = ()
    image_size: int = 64
    num_classes: int = 3
    stage_num: tuple[int, ...] = (3, 3, 3)
    lambda_d: float = 1.0
    dim_capsule: int = 16
    routings: int = 2
    num_primcaps: int | None = None
    m_dim: int = 5

    def __post_init__(self) -> None:
        cannot = f"Model {self.name!r} cannot be built"
        for setting in _WHOLE_NUMBERS:
            value = getattr(self, setting)
            if value is not None or setting != "num_primcaps":
                object.__setattr__(self, setting, whole(value, f"{cannot}: {setting}"))
        bins = self.stage_num if isinstance(self.stage_num, Iterable) else (self.stage_num,)
        object.__setattr__(self, "stage_num", tuple(whole(some, f"{cannot}: each of stage_num") for some in bins))
        problems = [text for wrong, text in self._checks() if wrong]
        if problems:
            raise InputError(f"{cannot}: {'; '.join(problems)}.")

    def _checks(self) -> Iterator[tuple[bool | int, str]]:
        yield (
            self.image_size < 16 or self.image_size % 8,
            f"image_size is a multiple of 8 from 16 on, not {self.image_size}",
        )
        yield (
            len(self.stage_num) != STAGES,
            f"stage_num is the number of bins of {STAGES} stages, not {list(self.stage_num)}",
        )
        yield (
            not isinstance(self.lambda_d, Real) or not math.isfinite(self.lambda_d),
            f"lambda_d is a finite number, not {self.lambda_d!r}",
        )
        yield self.dim_capsule % 4, f"dim_capsule is a multiple of 4, not {self.dim_capsule}"
        yield self.scoring not in SCORINGS, f"scoring is one of {', '.join(map(repr, SCORINGS))}, not {self.scoring!r}"
        if self.scoring == "uniform":
            yield (
                self.num_primcaps not in (None, self.positions),
                f"num_primcaps without scoring is the number of positions, {self.positions}, not {self.num_primcaps}",
            )
        else:
            yield (
                self.primary_capsules % STAGES,
                f"num_primcaps is a multiple of {STAGES}, not {self.num_primcaps}",
            )

    @property
    def map_size(self) -> int:
        """Height and width of the feature maps U_k."""
        return self.image_size // 8

    @property
    def positions(self) -> int:
        """Positions of all three feature maps together."""
        return STAGES * self.map_size**2

    @property
    def primary_capsules(self) -> int:
        """Primary capsules over all stages."""
        if self.num_primcaps is not None:
            return self.num_primcaps
        return self.positions if self.scoring == "uniform" else 21

    @property
    def aggregation_model(self) -> str:
        """Name of the sub-model that aggregates, as weight files have it."""
        return _AGGREGATION_MODELS[self.aggregation]

    @property
    def head_model(self) -> str:
        """Name of the sub-model with the head, as weight files have it."""
        return "ssr_F_Cap_model" if self.aggregation == "capsule" else "ssr_F_model"

    @property
    def save_name(self) -> str:
        """Name of the weights' folder and file, with the original's suffix, such as "fsanet_capsule_3_16_2_21_5".

        The numbers are num_capsule, dim_capsule, routings, num_primcaps and m_dim.
        """
        if not self.scoring:
            return self.name
        s_set = (STAGES, self.dim_capsule, self.routings, self.primary_capsules, self.m_dim)
        return "_".join(["fsanet", self.name, *map(str, s_set)])


_TABLE = (
    # capsules, the paper's FSA-Caps
    ModelSpec("capsule", "conv", "capsule"),
    ModelSpec("var_capsule", "variance", "capsule"),
    ModelSpec("noS_capsule", "uniform", "capsule"),
    ModelSpec("fusion_capsule", members=("capsule", "var_capsule", "noS_capsule")),
    # NetVLAD
    ModelSpec("netvlad", "conv", "netvlad"),
    ModelSpec("var_netvlad", "variance", "netvlad"),
    ModelSpec("noS_netvlad", "uniform", "netvlad"),
    ModelSpec("fusion_netvlad", members=("netvlad", "var_netvlad", "noS_netvlad")),
    # linear maps, "no aggregation" in the paper
    ModelSpec("metric", "conv", "metric"),
    ModelSpec("var_metric", "variance", "metric"),
    ModelSpec("noS_metric", "uniform", "metric"),
    ModelSpec("fusion_metric", members=("metric", "var_metric", "noS_metric")),
    # heads that use the whole vector for each of their parts
    ModelSpec("capsule_fc", "conv", "capsule", head="fc"),
    ModelSpec("var_capsule_fc", "variance", "capsule", head="fc"),
    ModelSpec("noS_capsule_fc", "uniform", "capsule", head="fc"),
    ModelSpec("fusion_capsule_fc", members=("capsule_fc", "var_capsule_fc", "noS_capsule_fc")),
    ModelSpec("netvlad_fc", "conv", "netvlad", head="fc"),
    ModelSpec("var_netvlad_fc", "variance", "netvlad", head="fc"),
    ModelSpec("noS_netvlad_fc", "uniform", "netvlad", head="fc"),
    ModelSpec("fusion_netvlad_fc", members=("netvlad_fc", "var_netvlad_fc", "noS_netvlad_fc")),
    # SSR-Net-MD
    ModelSpec("ssrnet_mt", head="fc"),
    ModelSpec("ssrnet_ori_mt", head="fc", streams="plain"),
)

_SPECS = {spec.name: spec for spec in _TABLE}

MODELS: tuple[str, ...] = tuple(_SPECS)


def get_spec(name: str) -> ModelSpec:
    """The row of a model.

    Raises:
        ValueError: when there is no such model; the message lists those that there are.
    """
    if name not in _SPECS:
        raise InputError(f"There is no model {name!r}. The models are: {', '.join(MODELS)}.")
    return _SPECS[name]


def default_weights(name: str) -> str:
    """The training set whose weights a model has where none is named.

    Raises:
        ValueError: when there is no such model.
    """
    needed = set(get_spec(name).members or (name,))
    return next((ours for ours, models in OUR_MODELS.items() if needed <= set(models)), DEFAULT_WEIGHTS)
