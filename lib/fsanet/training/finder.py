"""Training a network that finds faces and reads their pose in whole pictures: a `Task` over composed scenes."""

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from fsanet.datasets.parts import json_sha256
from fsanet.dense.decode import Found
from fsanet.evaluation.finders.average_precision import Searched, average_precision
from fsanet.files import replace_whole
from fsanet.image.boxes import iou
from fsanet.locations import work_dir
from fsanet.models.single_stage.losses import weighted_sum
from fsanet.models.single_stage.table import Finder, get_finder, load_finder
from fsanet.pose.errors import rotation_distances_deg
from fsanet.scenes.compose import Scene
from fsanet.scenes.ingredients import Ingredients
from fsanet.scenes.labels import findable
from fsanet.scenes.stream import SceneBatch, SceneBatches, SceneStream
from fsanet.tensors import Tensor
from fsanet.training.loop import TrainResult, run_task
from fsanet.training.plan import PLACE, Plan
from fsanet.training.settings import RUNS
from fsanet.training.task import LOSS, Task, Words

_VALIDATION_SEED = 2**31  # of scenes that training never sees
_LEAST_SCORE = 0.05
_MAY_BE_EMPTY = ("backgrounds", "photographs", "hard", "whole")  # folders of a plan
_WORDS = Words(
    step="loss {loss:.2f}, score {score:.3f}, box {box:.3f}, points {points:.3f}, pose {pose:.3f}",
    epoch="loss {loss:6.3f}  validation: precision {val_ap:.3f}, points {val_points:.3f}, pose {val_pose:5.1f}°",
    best="{val_ap:.3f}",
    axis="average precision",
    curves={"val_ap": "validation"},
)


@dataclass(frozen=True)
class FinderPlan(Plan):
    """One run, with all of its `Plan`.

    Attributes:
        model: one of `fsanet.models.single_stage.table.FINDERS`.
        bank: folder of cut-outs to train on; `backgrounds` of photographs, empty for paintings alone.
        photographs: folder of a bank of faces cut out of photographs, empty for renders alone.
        hard: folder of pictures that looked like faces to a network (`scenes.hard`), empty for none.
        whole: folder of labelled photographs of one face each, to be seen whole in every other step
            (`scenes.stream`), empty for none.
        weights: a file of weights to start from, empty for none.
        side: pixels of a scene, a multiple of the network's largest stride.
        batch_size: scenes in a step.
        steps: in an epoch.
        validation: scenes that are measured after each.
        workers: processes that draw scenes ahead.
        pose_weight: of the pose in the loss; None for what the network has, which then is written here.
    """

    epochs: int = 80
    learning_rate: float = 3e-3
    schedule: str = "cosine"
    warmup_steps: int = 200
    clip_norm: float = 5.0
    ema: float = 0.999
    model: str = "scout"
    run: str = field(default="scenes", metadata=PLACE)
    bank: str = field(default=str(work_dir("data/bank")), metadata=PLACE)
    backgrounds: str = field(default=str(work_dir("data/backgrounds")), metadata=PLACE)
    photographs: str = field(default="", metadata=PLACE)
    hard: str = field(default="", metadata=PLACE)
    whole: str = field(default="", metadata=PLACE)
    weights: str = ""
    side: int = 192
    batch_size: int = 16
    steps: int = 400
    validation: int = 100
    workers: int = field(default=1, metadata=PLACE)
    pose_weight: float | None = None

    def __post_init__(self) -> None:
        if self.pose_weight is None:
            object.__setattr__(self, "pose_weight", get_finder(self.model).weights["pose"])
        super().__post_init__()

    def checks(self) -> Iterator[tuple[bool, str]]:
        """The plan's, and those of scenes."""
        yield from super().checks()
        stride = get_finder(self.model).stride
        yield self.side < stride or self.side % stride != 0, f"side is a multiple of {stride}, not {self.side}"
        for name in ("batch_size", "steps", "validation", "workers"):
            yield getattr(self, name) < 1, f"{name} is at least 1, not {getattr(self, name)}"
        pose = self.weights_of_parts()["pose"]
        yield not pose >= 0, f"pose_weight is at least 0, not {pose}"
        yield pose == math.inf, f"pose_weight is finite, not {pose}"

    def identity(self) -> dict[str, Any]:
        """The plan's, and which folders are given, wherever they lie."""
        return super().identity() | {f"{name} given": bool(getattr(self, name)) for name in _MAY_BE_EMPTY}

    def ingredients(self) -> Ingredients:
        """Of its scenes."""
        optional = {name: Path(folder) if (folder := getattr(self, name)) else None for name in _MAY_BE_EMPTY}
        return Ingredients(Path(self.bank), **optional)

    def weights_of_parts(self) -> Mapping[str, float]:
        """How much each part of the loss counts."""
        own = get_finder(self.model).weights
        return own if self.pose_weight is None else {**own, "pose": self.pose_weight}


class FinderModel(keras.Model):
    """From a `SceneBatch` (pictures, targets) to its figures: the loss and its parts.

    Args:
        network: (N, side, side, 3) BGR 0..255 -> (N, rows, columns).
        parts: target, prediction, (height, width) -> parts of the loss by name.
        weights: of the parts.
    """

    def __init__(self, network: keras.Model, parts: Callable[..., dict[str, Tensor]], weights: Mapping[str, float]):
        super().__init__(name="training")
        self.network = network
        self.parts = parts
        self.weights_of_parts = weights
        self.built = True

    def call(self, batch: SceneBatch, training: bool | None = None) -> dict[str, Tensor]:
        """See the class."""
        image, target = batch
        prediction = self.network(ops.cast(image, "float32"), training=training)
        parts = self.parts(target, prediction, tuple(image.shape[1:3]))
        return {LOSS: weighted_sum(parts, self.weights_of_parts), **parts}


def train_finder(plan: FinderPlan, *, runs: str | Path = RUNS, resume: bool = True, quiet: bool = False) -> TrainResult:
    """Train one network, or go on where a stopped run of the same plan was.

    Args:
        plan: what to do.
        runs: folder of all runs.
        resume: False throws an earlier run of that name away.
        quiet: say nothing.

    Raises:
        InputError, FileNotFoundError: for a plan, bank or backgrounds that cannot be used.
        DivergedError, OSError, KeyboardInterrupt: as `run_task`.
    """
    with finder_task(plan) as task:
        return run_task(task, plan, Path(runs) / plan.run / plan.model, resume=resume, quiet=quiet)


@contextmanager
def finder_task(plan: FinderPlan) -> Iterator[Task]:
    """The task of a plan, bank opened and network built; the processes that draw its scenes end with the block."""
    finder = get_finder(plan.model)
    stream = SceneStream(plan.ingredients(), plan.side, plan.batch_size, plan.steps, plan.seed, finder.encode)
    scenes = [stream.scene(_VALIDATION_SEED + number) for number in range(plan.validation)]
    if plan.whole:
        stream.scene(_VALIDATION_SEED, whole=True)  # says what is missing
    count = sum(len(stream.numbers(0, step)) for step in range(plan.steps))
    keras.utils.set_random_seed(plan.seed)
    network = load_finder(plan.model, Path(plan.weights)) if plan.weights else finder.build()
    batches = SceneBatches(stream, plan.workers)
    task = Task(
        title=f"{plan.model} on scenes",
        about=f"{count} new scenes of {plan.side} pixels{' and of twice as many' if plan.whole else ''} an epoch",
        model=FinderModel(network, finder.parts, plan.weights_of_parts()),
        batches=batches,
        validate=partial(validate, finder, network, scenes),
        decides="val_ap",
        highest=True,
        save=partial(_save, network),
        file_name=f"{plan.model}.weights.h5",
        samples=json_sha256([[scene.faces.box_xyxy.tolist() for scene in scenes], _names_of_files(plan)]),
        words=_WORDS,
    )
    with closing(batches):
        yield task


def _names_of_files(plan: FinderPlan) -> dict[str, list[str]]:
    """What lies below each folder of a plan, by name: tens of thousands of pictures are not read for that."""
    folders = {name: Path(getattr(plan, name)) for name in ("bank", *_MAY_BE_EMPTY) if getattr(plan, name)}
    return {name: _names_below(folder) for name, folder in folders.items()}


def _names_below(folder: Path) -> list[str]:
    """Paths relative to the folder, in order; what is hidden is left out."""
    names = (path.relative_to(folder) for path in folder.rglob("*"))
    return sorted(name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts))


def _save(network: keras.Model, path: Path) -> None:
    with replace_whole(path) as temporary, tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "finder.weights.h5"  # Keras wants this ending
        network.save_weights(written)
        shutil.copyfile(written, temporary)  # HDF5 itself ends the process where a disk is full


def validate(finder: Finder, network: keras.Model, scenes: Sequence[Scene]) -> dict[str, float]:
    """Figures on scenes of equal size.

    Returns:
        val_ap: average precision of all faces that are to be found. val_points: mean distance of the five points of
        faces that are found, in sides of the face; 1 where none is. val_pose: median angle between the rotations of
        these, in degrees; 180 where none is.
    """
    searched, points, angles = [], [], []
    for scene in scenes:
        found = _search(finder, network, scene.image_bgr)
        faces, wanted = scene.faces, findable(scene.faces)
        searched.append(Searched(faces.box_xyxy, wanted, found.box_xyxy, found.score))
        overlap = iou(faces.box_xyxy, found.box_xyxy)
        for face in np.flatnonzero(wanted & (overlap.max(axis=1, initial=0) >= 0.5)):
            best = overlap[face].argmax()
            side = np.sqrt(np.prod(faces.box_xyxy[face, 2:] - faces.box_xyxy[face, :2]))
            points.append(np.linalg.norm(found.points_xy[best] - faces.points_xy[face], axis=1).mean() / side)
            angles.append(rotation_distances_deg(found.rotation[best], faces.rotation[face]))
    return {
        "val_ap": np.nan_to_num(average_precision(searched)[0]).item(),
        "val_points": float(np.mean(points)) if points else 1.0,
        "val_pose": float(np.median(angles)) if angles else 180.0,
    }


def _search(finder: Finder, network: keras.Model, image_bgr: np.ndarray) -> Found:
    prediction = network(ops.cast(image_bgr[None], "float32"), training=False)
    height, width = image_bgr.shape[:2]
    return finder.decode(ops.convert_to_numpy(prediction)[0], (height, width), _LEAST_SCORE)
