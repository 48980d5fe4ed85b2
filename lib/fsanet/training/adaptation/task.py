"""Adapting a trained network to unlabelled faces: the `Task`, and the function behind `fsanet adapt`."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.batches import Batches, View
from fsanet.engines.keras_engine import KerasEngine
from fsanet.image.turning import turn_image
from fsanet.models.spec import get_spec
from fsanet.pose.angles import rotate_in_plane
from fsanet.pose.errors import geodesic_errors
from fsanet.training.adaptation.batches import AdaptBatches
from fsanet.training.adaptation.methods import METHODS, AdaptSettings
from fsanet.training.adaptation.model import AdaptModel
from fsanet.training.adaptation.samples import AdaptSamples, read_samples
from fsanet.training.adaptation.source_weights import counts_by, effective_samples
from fsanet.training.crop_model import build_network
from fsanet.training.loop import TrainResult, run_task
from fsanet.training.pose import validate as errors_on
from fsanet.training.settings import RUNS
from fsanet.training.task import Task, Words
from fsanet.weights.saving import save_weights

MOST_LOSS = 1.03  # of the error on the check set: weights that lose more are not kept
_TURNS_DEG = (-25.0, 25.0)
_MOST_CHECKED, _MOST_TURNED = 500, 250  # samples of the check set, and crops of the target, that are measured

_WORDS = Words(
    step="loss {loss:.2f}, mae {mae:.2f}°, domain {domain:.3f}, consistency {consistency:.2f}°",
    epoch="loss {loss:6.3f}  check set {val_mae:6.3f}°  disagreement on the target {val_disagreement:6.3f}°",
    best="{val_disagreement:.3f}° of disagreement, {val_mae:.3f}° on the check set",
    axis="degrees",
    curves={"val_mae": "error on the check set", "val_disagreement": "disagreement on the target"},
    none_kept=f"No weights are kept: every epoch lost more than {MOST_LOSS - 1:.0%} on the check set. Lower "
    "learning_rate or domain_weight, or take another method.",
)


def adapt(
    settings: AdaptSettings,
    samples: AdaptSamples | None = None,
    *,
    runs: str | Path = RUNS,
    resume: bool = True,
    quiet: bool = False,
) -> TrainResult:
    """Adapt one network, or go on where a stopped run of the same settings was.

    Args:
        settings: what to do.
        samples: source and target; None reads those that the settings name.
        runs: folder of all runs.
        resume: False throws an earlier run of that name away.
        quiet: say nothing.

    Raises:
        InputError, FileNotFoundError: for settings, sets, weights or a target that cannot be used, and where every
            epoch loses more than 3 % on the check set: nothing is kept then.
        DivergedError, OSError, KeyboardInterrupt: as `run_task`.
    """
    folder = Path(runs) / settings.run_name / get_spec(settings.model).save_name
    task = adapt_task(settings, samples or read_samples(settings, quiet))
    return run_task(task, settings, folder, resume=resume, quiet=quiet)


def adapt_task(settings: AdaptSettings, samples: AdaptSamples) -> Task:
    """The task of a run's settings: the network is built and measured, the source is weighted."""
    sets, target = samples
    source = Batches(sets.train, settings.batch_size_of(), settings.seed)
    keras.utils.set_random_seed(settings.seed)
    network = build_network(
        settings.model,
        settings.image_size,
        weights=settings.weights,
        precision=settings.precision,
        freeze=settings.freeze,
    )
    check, looked_at = _some(sets.validation), target[_evenly(len(target), _MOST_TURNED)]
    before = measure(network, check, looked_at)
    counts, said = _weights(settings, sets.train, network, target)
    even, drawn = np.ones(source.samples), METHODS[settings.method].weighting == "neighbours"
    batches = AdaptBatches(
        source, target, counts if drawn else even, even if drawn else counts, settings.steps, settings.rise_steps,
        settings.seed,
    )  # fmt: skip
    model = AdaptModel(network, settings)
    model.build([part.shape for part in next(batches.epoch(0))])
    start = f"before: {before['val_mae']:.3f}° on the check set, disagreement {before['val_disagreement']:.3f}°"
    return Task(
        title=f"{settings.model}, {settings.method}, {len(target):,} crops of {Path(settings.target).name}",
        about=f"{sets.describe()}; {said}; {start}",
        model=model,
        batches=batches,
        validate=partial(measure, network, check, looked_at),
        decides="val_disagreement",
        save=partial(save_weights, network),
        file_name=f"{get_spec(settings.model).save_name}.h5",
        samples=hashlib.sha256(sets.fingerprint().encode() + target.tobytes()).hexdigest(),
        words=_WORDS,
        refuses=partial(_loses, MOST_LOSS * before["val_mae"]),
    )


def _loses(most_mae: float, figures: Mapping[str, float]) -> bool:
    """Whether weights of these figures lost too much on the check set, in degrees."""
    return figures["val_mae"] > most_mae


def _some(views: Sequence[View]) -> list[View]:
    """The same views with fewer samples, spread evenly over each, where they are very many."""
    share = min(1.0, _MOST_CHECKED / sum(len(view) for view in views))
    return [
        View(view.pose_set, view.indices[_evenly(len(view), math.ceil(share * len(view)))], view.label_weight)
        for view in views
    ]


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    """Numbers of at most so many samples that lie evenly over all of them."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def _weights(
    settings: AdaptSettings, train: Sequence[View], network: keras.Model, target: NDArray
) -> tuple[NDArray[np.float64], str]:
    """What each source sample counts, and a sentence about it; the target is read once, with the starting weights."""
    labels = np.concatenate([view.poses() for view in train])
    found = KerasEngine(network).predict(target)
    counts = counts_by(METHODS[settings.method].weighting, labels, found, settings.neighbours)
    share = np.count_nonzero(counts) / len(counts)
    return counts, f"{share:.0%} of the source count, as {effective_samples(counts):,.0f} equal samples would"


def measure(network: keras.Model, check: Sequence[View], target: NDArray[np.uint8]) -> dict[str, float]:
    """Error on a labelled check set, and what is known of an unlabelled target without labels.

    Returns:
        val_mae: degrees. val_disagreement: mean angle in degrees between the answer to a picture, turned, and the
        answer to the turned picture.
    """
    engine = KerasEngine(network)
    upright, errors = engine.predict(target), []
    for turn in _TURNS_DEG:
        wanted = rotate_in_plane(upright, np.full(len(target), turn))
        turned = np.stack([turn_image(crop, turn) for crop in target])
        errors.append(geodesic_errors(engine.predict(turned), wanted))
    return {"val_mae": errors_on(network, check)["val_mae"], "val_disagreement": float(np.mean(errors))}
