"""The samples a run trains on and those it chooses its best epoch by. No test set is ever opened here."""

import hashlib
from dataclasses import dataclass
from fnmatch import fnmatch

import numpy as np

from fsanet.datasets.batches import View
from fsanet.datasets.counted import which_count
from fsanet.datasets.parts import json_sha256
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import PROTOCOLS, Protocol, set_path
from fsanet.datasets.splits import split_by_source
from fsanet.errors import InputError
from fsanet.training.settings import ExtraSet, Settings

_SPLIT_SEED = 0  # one split for all runs, so that their validation errors compare


@dataclass(frozen=True)
class TrainingSets:
    """What a run reads.

    Attributes:
        train: views to train on.
        validation: views to validate on; no source of theirs is in `train`.
        left_out: samples with an angle beyond the limit.
    """

    train: tuple[View, ...]
    validation: tuple[View, ...]
    left_out: int

    def describe(self) -> str:
        """One line for the log."""
        train, validation = (sum(len(view) for view in views) for views in (self.train, self.validation))
        text = f"{train:,} samples to train on, {validation:,} to validate on"
        return f"{text}, {self.left_out:,} left out (beyond the limit of angles)" if self.left_out else text

    def fingerprint(self) -> str:
        """SHA-256 of labels, choice of samples and how each set was made: a run that goes on must see the same.

        Sets that are made again with another margin or detector have equal labels.
        """
        digest = hashlib.sha256()
        for view in (*self.train, *self.validation):
            digest.update(np.ascontiguousarray(view.poses()).tobytes())
            digest.update(np.asarray(view.label_weight).tobytes())
            digest.update(json_sha256(dict(view.pose_set.meta)).encode())
        return digest.hexdigest()


def load_training_sets(settings: Settings) -> TrainingSets:
    """Read and split the sets of a run.

    Raises:
        FileNotFoundError: when a set is missing, with the command that makes it.
        ValueError: when a set is damaged, has another image size, or when nothing is left to train or validate on.
    """
    protocol = PROTOCOLS.get(settings.data) or Protocol(train=(settings.data,), test=())
    train, left_out = _views([ExtraSet(name) for name in protocol.train], protocol, settings)
    if protocol.validation:
        validation, more = _views([ExtraSet(name) for name in protocol.validation], protocol, settings)
        left_out += more
    else:
        train, validation = _split(train, protocol.validation_share)
    extra, more = _views(settings.extra, protocol, settings)
    _keep_apart(train + extra, validation)
    return TrainingSets(tuple(train + extra), tuple(validation), left_out + more)


def _views(uses, protocol: Protocol, settings: Settings) -> tuple[list[View], int]:
    views, left_out = [], 0
    for use in uses:
        path = set_path(use.name, settings.data_folder)
        pose_set = PoseSet.load(path, img_size=settings.image_size)
        chosen = _chosen(pose_set, use)
        kept = chosen[which_count(path, pose_set.pose[chosen], protocol.limit_deg)[0]]
        left_out += len(chosen) - len(kept)
        roll_weight = use.label_weight if pose_set.roll_labelled else 0.0
        weight = (use.label_weight, use.label_weight, roll_weight)
        views.append(View(pose_set, np.tile(kept, use.copies), weight))
    return views, left_out


def _chosen(pose_set: PoseSet, use: ExtraSet):
    if not use.only:
        return np.arange(len(pose_set))
    names, which = np.unique(pose_set.source, return_inverse=True)
    wanted = np.array([any(fnmatch(name, pattern) for pattern in use.only) for name in names])
    if not wanted.any():
        raise InputError(f"No source of the set '{use.name}' fits {', '.join(use.only)}; one is '{names[0]}'.")
    return np.flatnonzero(wanted[which])


def _split(views: list[View], share: float) -> tuple[list[View], list[View]]:
    """Split over all views at once: an image and its mirrored copy may lie in different sets."""
    sources = np.concatenate([view.pose_set.source[view.indices] for view in views])
    if len(sources) == 0:
        raise InputError("Every sample has an angle beyond the limit: nothing is left to train on.")
    held_out = np.zeros(len(sources), bool)
    held_out[split_by_source(sources, share, _SPLIT_SEED).validation] = True
    sides: tuple[list[View], list[View]] = ([], [])
    for view, held in zip(views, np.split(held_out, np.cumsum([len(v) for v in views])[:-1]), strict=True):
        for side, mask in zip(sides, (~held, held), strict=True):
            side.append(View(view.pose_set, view.indices[mask], view.label_weight))
    return sides


def _keep_apart(train: list[View], validation: list[View]) -> None:
    seen, held = (_sources(views) for views in (train, validation))
    if not held:
        raise InputError("No sample is left to validate on.")
    if both := sorted(seen & held):
        raise InputError(f"{len(both)} sources are in training and validation, such as '{both[0]}'.")


def _sources(views: list[View]) -> set[str]:
    return {source for view in views for source in np.unique(view.pose_set.source[view.indices])}
