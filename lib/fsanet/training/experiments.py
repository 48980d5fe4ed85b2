"""The experiments by name: those of the paper's tables, and our own; each is one or more runs."""

import dataclasses
import runpy
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from fsanet.datasets.augment.recipe import PAPER as PAPER_AUGMENTATION
from fsanet.datasets.augment.recipe import STRONG
from fsanet.datasets.protocols import PROTOCOLS
from fsanet.datasets.twins import HAIRED, MASKED, ROTATED, SURROUNDED
from fsanet.errors import InputError
from fsanet.evaluation.poses.paper_figures import PAPER
from fsanet.locations import work_dir
from fsanet.models.spec import get_spec
from fsanet.training.settings import DATA, ExtraSet, Settings

# The renderer blurs many of its photos and adds noise already: twice as much would leave few sharp ones.
_FOR_RENDERS = dataclasses.replace(STRONG, blur=0.2, noise=0.25)
# Half as strong: under the strong recipe networks of this size stay wrong on the very faces that they learn from, and
# crops of profiled photographs and scenes are scattered, blurred and turned already. What leans more is read upright.
_FOR_PHOTOGRAPHS = dataclasses.replace(
    _FOR_RENDERS,
    turn=0.3,
    turn_deg=20.0,
    scale=0.1,
    shift=0.05,
    frame=0.05,
    colour=0.5,
    light=0.6,
    blur=0.1,
    noise=0.0,
    patch=0.15,
    patches=1,
    patch_side=0.35,
)
# Seed of a member of the fusion, and last digits of the portraits that it does not see: so that they err differently.
_MEMBERS = {"capsule": (0, "01"), "var_capsule": (1, "234"), "noS_capsule": (2, "567")}
_AS_THEY_ARE = "as_they_are"  # folder of the sets of `fsanet profile --as-they-are`
# People who really turn and nod; of the others of that set one is for choosing and the rest are for testing.
_POINTING04 = ("Person01", "Person02", "Person03")
_TWIN_EPOCHS = 36  # of the plain set; divisible by two and three


@dataclass(frozen=True)
class Experiment:
    """Some runs that belong together.

    Attributes:
        runs: their settings; the members of a fusion are trained one by one, the fusion is their mean.
        about: what it is for, in a line or two.
    """

    runs: tuple[Settings, ...]
    about: str


def by_paper(model: str, data: str) -> Settings:
    """The paper's recipe (section 4.2): protocol 1 trains on 300W-LP, protocol 2 on 16 videos of BIWI."""
    batch_size = PROTOCOLS[data].batch_size
    return Settings(model=model, data=data, epochs=90, batch_size=batch_size, augmentation=PAPER_AUGMENTATION)


def on_renders(model: str, data: str = "synthetic") -> Settings:
    """Training on rendered heads for real faces: everything that varies in photos is varied on the way."""
    return Settings(
        model=model,
        data=data,
        epochs=20,
        batch_size=64,
        augmentation=_FOR_RENDERS,
        learning_rate=2e-3,
        schedule="cosine",
        warmup_steps=500,
        ema=0.999,
        clip_norm=100.0,
    )


def on_free_photographs(model: str) -> Settings:
    """Tuning what renders taught on photographs and on scenes.

    The photographs are turned and as they are, each plain, masked, with hair over the face and in other surroundings,
    the last also of the masked ones, so that no collar or wall says which pose a label has.
    """
    seed, unseen = _MEMBERS[model]
    seen = (f"portraits/*[!{unseen}]",)
    masked_elsewhere = f"{MASKED}{SURROUNDED}"
    often = {"": 4, MASKED: 1, masked_elsewhere: 1, HAIRED: 2, SURROUNDED: 2}
    of_persons = {"": 1, HAIRED: 1, SURROUNDED: 2, masked_elsewhere: 1}
    as_they_are = [(person, of_persons) for person in _POINTING04]
    as_they_are += [("cc0_portraits", {"": 3, SURROUNDED: 2})]
    sets = (
        ExtraSet("synthetic_train_masked"),
        *(ExtraSet(f"portraits{twin}", only=seen) for twin in often),
        *(ExtraSet(f"cc0_portraits{twin}", copies=copies) for twin, copies in often.items()),
        *(ExtraSet(f"{_AS_THEY_ARE}/portraits{twin}", only=seen) for twin in ("", SURROUNDED)),
        *(
            ExtraSet(f"{_AS_THEY_ARE}/{name}{twin}", copies=copies)
            for name, twins in as_they_are
            for twin, copies in twins.items()
        ),
        ExtraSet("scenes"),
    )
    return dataclasses.replace(
        on_renders(model),
        run="free",
        extra=sets,
        weights="synthetic",
        seed=seed,
        augmentation=_FOR_PHOTOGRAPHS,
        epochs=12,
        learning_rate=1.5e-3,
        warmup_steps=100,
    )


def on_own_data(model: str, data: str) -> Settings:
    """One's own set, usually small: the strong recipe keeps it from being learnt by heart."""
    return Settings(
        model=model,
        data=data,
        epochs=60,
        batch_size=32,
        augmentation=STRONG,
        schedule="cosine",
        warmup_steps=100,
        ema=0.99,
    )


def recipe_for(model: str, data: str) -> Settings:
    """The usual settings of a model on some data."""
    if data in PROTOCOLS:
        return by_paper(model, data) if PROTOCOLS[data].paper else on_renders(model, data)
    return on_own_data(model, data)


def _of_the_paper() -> dict[str, Experiment]:
    """An experiment for each model of each protocol in the paper's tables, with the errors printed there."""
    experiments = {}
    for data, model in dict.fromkeys((data, model) for data, _, model in PAPER):
        printed = {test: figure.mae for (trained, test, of), figure in PAPER.items() if (trained, of) == (data, model)}
        errors = ", ".join(f"{test} {mae:.2f}" for test, mae in printed.items())
        number = PROTOCOLS[data].paper
        runs = tuple(by_paper(single, data) for single in get_spec(model).members or (model,))
        about = f"Protocol {number}, {model}. The paper's mean absolute errors in degrees: {errors}."
        experiments[f"protocol{number}_{model}"] = Experiment(runs, about)
    return experiments


def _smoke() -> Settings:
    """16 heads of another size than usual, 3 epochs of one batch each."""
    settings = on_own_data("var_capsule", str(work_dir("demo/assets/synthetic_heads.npz")))
    return dataclasses.replace(settings, run="smoke", image_size=128, epochs=3, batch_size=8, ema=0.9)


def _backends() -> Settings:
    """2,000 steps of the paper's recipe, its schedule shrunk to them, on renders."""
    recipe = by_paper("var_capsule", "300W_LP")
    return dataclasses.replace(recipe, run="backends", data="synthetic", data_folder=str(DATA / "backends"), epochs=2)


def _with_twins() -> dict[str, Experiment]:
    """Renders alone, and with their masked twin, their turned twin, and both: as many pictures in all of them."""
    rows = {"plain": (), "masked": (MASKED,), "rotated": (ROTATED,), "masked_rotated": (MASKED, ROTATED)}
    experiments = {}
    for name, suffixes in rows.items():
        extra = tuple(ExtraSet(f"synthetic_train{suffix}") for suffix in suffixes)
        epochs = _TWIN_EPOCHS // (1 + len(extra))
        run = dataclasses.replace(on_renders("capsule"), run=f"twins_{name}", extra=extra, epochs=epochs)
        about = "One of four to compare: renders plain, with their masked, with their turned twin, with both."
        experiments[f"twins_{name}"] = Experiment((run,), about)
    return experiments


EXPERIMENTS: dict[str, Experiment] = {
    **_of_the_paper(),
    **_with_twins(),
    "synthetic": Experiment(
        tuple(on_renders(model) for model in ("capsule", "var_capsule", "noS_capsule", "ssrnet_mt")),
        "Weights of our own, from rendered heads alone (`make preprocess DB=synthetic` makes them): the three capsule "
        "models of the fusion, and the baseline.",
    ),
    "free": Experiment(
        tuple(on_free_photographs(model) for model in _MEMBERS),
        "Weights of our own for photographs: the synthetic ones tuned on free photographs in many poses, on masks, "
        "hair, renders and scenes (`make portraits`, `make profile`; the model card has all commands).",
    ),
    "smoke": Experiment(
        (_smoke(),),
        "Seconds on the few rendered heads of the demo, to see that all works; its weights are good for nothing.",
    ),
    "backends": Experiment(
        (_backends(),),
        "Whether Keras' backends train alike, on `make preprocess DB=synthetic N=16000 OUT=data/backends`: again with "
        'KERAS_BACKEND=jax and ARGS="--run backends_jax".',
    ),
}


def experiment_names() -> list[str]:
    """All experiments, by name."""
    return sorted(EXPERIMENTS)


def runs_of(experiment: str) -> list[Settings]:
    """The runs of an experiment.

    Args:
        experiment: a name, or the path of a Python file of one's own that gives `RUNS`, a sequence of `Settings`.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: for an unknown name, with the nearest or all of them, or a file without such `RUNS`.
    """
    if experiment.endswith(".py"):
        return _runs_in(Path(experiment))
    if experiment not in EXPERIMENTS:
        near = [name for name in experiment_names() if fnmatch(name, f"*{experiment}*")] or experiment_names()
        raise InputError(f"There is no experiment '{experiment}'. There are: {', '.join(near)}.")
    return list(EXPERIMENTS[experiment].runs)


def _runs_in(path: Path) -> list[Settings]:
    if not path.is_file():
        raise FileNotFoundError(f"There is no file '{path}' with an experiment.")
    runs = runpy.run_path(str(path)).get("RUNS")
    if not isinstance(runs, list | tuple) or not runs or not all(isinstance(run, Settings) for run in runs):
        raise InputError(f"'{path}' needs RUNS, a list of fsanet.training.settings.Settings; it has {runs!r}.")
    return list(runs)
