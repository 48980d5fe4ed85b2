"""Training pose from crops: the first `Task`, and the function behind `train`."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.augment.layer import Augment
from fsanet.datasets.batches import Batches, View
from fsanet.engines.keras_engine import KerasEngine
from fsanet.models.spec import get_spec
from fsanet.pose.errors import euler_errors, geodesic_errors
from fsanet.training.crop_model import CropModel, build_network
from fsanet.training.learner import Learner
from fsanet.training.loop import TrainResult, run_task
from fsanet.training.plan import Plan
from fsanet.training.processes.places import Follower, Leader
from fsanet.training.processes.shared_learner import LeadingLearner, SharedLearner, serve
from fsanet.training.sets import load_training_sets
from fsanet.training.settings import RUNS, Settings
from fsanet.training.task import Task, Words
from fsanet.weights.saving import save_weights

_WORDS = Words(
    step="loss {loss:.2f}, mae {mae:.2f}°",
    epoch=(
        "loss {loss:6.3f}  mae {mae:6.3f}°  validation {val_mae:6.3f}° "
        "(yaw {val_yaw:.2f}, pitch {val_pitch:.2f}, roll {val_roll:.2f})"
    ),
    best="{val_mae:.3f}°",
    axis="mean absolute error (degrees)",
    curves={"mae": "training (augmented)", "val_mae": "validation"},
    parts={f"val_{angle}": f"validation, {angle}" for angle in ("yaw", "pitch", "roll")},
)


def train(
    settings: Settings,
    *,
    runs: str | Path = RUNS,
    resume: bool = True,
    quiet: bool = False,
    leader: Leader | None = None,
) -> TrainResult:
    """Train one model, or go on where a stopped run of the same settings was.

    The run's folder is <runs>/<run>/<save name>; the weights of the epoch with the smallest validation error are its
    <save name>.h5.

    Args:
        settings: what to do.
        runs: folder of all runs.
        resume: False throws an earlier run of that name away.
        quiet: say nothing.
        leader: of several processes that work at each batch, the others by `follow`; None works alone.

    Raises:
        ValueError, FileNotFoundError: for settings, sets or weights that cannot be used.
        DivergedError, OSError, KeyboardInterrupt: as `run_task`.
    """
    folder = Path(runs) / settings.run_name / get_spec(settings.model).save_name
    make_learner: Callable[[keras.Model, Plan], Learner] = partial(LeadingLearner, place=leader) if leader else Learner
    return run_task(pose_task(settings), settings, folder, resume=resume, quiet=quiet, make_learner=make_learner)


def follow(settings: Settings, follower: Follower) -> None:
    """Do one's share of a run that another process leads; its weights and samples come from there.

    Raises:
        OSError: when the leader is gone.
    """
    network = build_network(settings.model, settings.image_size, precision=settings.precision, freeze=settings.freeze)
    serve(SharedLearner(crop_model(network, settings), settings, follower), follower)


def pose_task(settings: Settings) -> Task:
    """The task of a run's settings: sets are read, the network is built.

    Raises:
        ValueError, FileNotFoundError: for sets or weights that cannot be used.
    """
    sets = load_training_sets(settings)
    batches = Batches(sets.train, settings.batch_size_of(), settings.seed)
    keras.utils.set_random_seed(settings.seed)
    network = build_network(
        settings.model,
        settings.image_size,
        weights=settings.weights,
        precision=settings.precision,
        freeze=settings.freeze,
    )
    return Task(
        title=f"{settings.model} on {settings.data}",
        about=sets.describe(),
        model=crop_model(network, settings),
        batches=batches,
        validate=partial(validate, network, sets.validation),
        decides="val_mae",
        save=partial(save_weights, network),
        file_name=f"{get_spec(settings.model).save_name}.h5",
        samples=sets.fingerprint(),
        words=_WORDS,
    )


def crop_model(network: keras.Model, settings: Settings) -> CropModel:
    """The model that is differentiated, built."""
    model = CropModel(network, Augment(settings.augmentation, seed=settings.seed), settings.rotation_loss)
    model.build([(None, settings.image_size, settings.image_size, 3), (None, 3), (None, 3)])
    return model


def validate(network: keras.Model, views: Sequence[View]) -> dict[str, float]:
    """Errors in degrees: val_mae, val_yaw, val_pitch, val_roll, val_geodesic.

    Labels that do not count are left out of each, and what is left without any is NaN, and not part of val_mae; the
    geodesic error needs all three.
    """
    engine, errors, counted, geodesic = KerasEngine(network), [], [], []
    for view in views:
        predicted, true = engine.predict(view.pose_set.image[view.indices]), view.poses()
        errors.append(euler_errors(predicted, true))
        counted.append(np.broadcast_to(np.asarray(view.label_weight) > 0, true.shape))
        geodesic.append(np.where(counted[-1].all(axis=1), geodesic_errors(predicted, true), np.nan))
    per_angle = _known_mean(np.where(np.concatenate(counted), np.concatenate(errors), np.nan))
    names = ("val_yaw", "val_pitch", "val_roll")
    figures = {name: float(error) for name, error in zip(names, per_angle, strict=True)}
    angle = float(_known_mean(np.concatenate(geodesic)))
    return {"val_mae": float(_known_mean(per_angle)), **figures, "val_geodesic": angle}


def _known_mean(values: NDArray) -> NDArray:
    """Means over the first axis of the values that are not NaN; NaN where all are."""
    known = ~np.isnan(values)
    total, count = np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
