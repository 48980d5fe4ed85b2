"""The sets that `make test` measures on: which there are, what of them counts, and how they were cropped.

The synthetic one is rendered on the spot where there is none, so that a fresh clone has something to test on.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.counted import which_count
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import PROTOCOLS, SETS, find_set, set_path, sets_in
from fsanet.datasets.twins import plain_name, says_only_where_faces_look
from fsanet.errors import InputError
from fsanet.locations import command_here

SYNTHETIC_TEST = "synthetic_test"

_RESEARCH_ONLY = ("AFLW2000", "BIWI", "300W_LP")
_RENDERED = 1000  # faces, where there is no synthetic test set
log = logging.getLogger(__name__)


class Origin(NamedTuple):
    """Where the samples of a set lie.

    Attributes:
        file: the npz.
        meta: how it was made.
        rows: (N,) the number of each sample in it, rising.
    """

    file: Path
    meta: Mapping[str, Any]
    rows: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Labelled crops to measure on.

    Attributes:
        name: of the npz.
        image: (N, S, S, 3) uint8 BGR.
        true: (N, 3) yaw, pitch, roll in degrees.
        source: (N,) names.
        left_out: samples that the filter dropped.
        roll_labelled: whether the roll counts.
        crop: how the crops were made, in words.
        filter: what was dropped, in words.
        research_only: whether its faces may be shown to nobody.
        tags: what is seen in the pictures: (N,) by tag; empty where the set has none.
        line_of_sight: (N, 3) where the labels are in a camera's frame, see `PoseSet.line_of_sight`.
        origin: None for a set that was read from no file.
    """

    name: str
    image: NDArray[np.uint8]
    true: NDArray[np.float64]
    source: NDArray[np.str_]
    left_out: int
    roll_labelled: bool
    crop: str
    filter: str
    research_only: bool
    tags: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    line_of_sight: NDArray[np.float64] | None = None
    origin: Origin | None = None

    def __len__(self) -> int:
        return len(self.true)

    @property
    def says_only_where_faces_look(self) -> bool:
        """Whether yaw and pitch are a direction and roll is no label."""
        return not self.roll_labelled and (self.origin is None or says_only_where_faces_look(self.origin.meta))

    def select(self, indices: NDArray[np.intp]) -> "LabelledSet":
        """The samples at some indices, in that order."""
        sight, origin = self.line_of_sight, self.origin
        return replace(
            self,
            image=self.image[indices],
            true=self.true[indices],
            source=self.source[indices],
            tags={tag: holds[indices] for tag, holds in self.tags.items()},
            line_of_sight=None if sight is None else sight[indices],
            origin=origin and origin._replace(rows=origin.rows[indices]),
        )


def available_sets(folder: str | Path) -> list[str]:
    """Names of the npz sets to test on below a folder: the protocols' test sets and their twins, then one's own."""
    known = dict.fromkeys(name for protocol in PROTOCOLS.values() for name in protocol.test)
    sets = sets_in(folder)
    there = [name for plain in known for name in sets if plain_name(name) == plain]
    own = sorted(path.stem for path in Path(folder).glob("*.npz") if plain_name(path.stem) not in SETS)
    return there + own


def load_labelled_set(name: str, folder: str | Path, img_size: int = 64, only: Sequence[str] = ()) -> LabelledSet:
    """Read a set and drop what does not count.

    Args:
        name: a name below the folder, or the path of an npz.
        folder: usually `data`.
        img_size: side in pixels that the crops must have.
        only: patterns for `source`, such as "Pointing04/0[5-8]"; empty takes all.

    Raises:
        FileNotFoundError, ValueError: as `PoseSet.load`; ValueError also when nothing is left.
    """
    path = set_path(name, folder)
    pose_set = PoseSet.load(path, img_size=img_size)
    name = path.stem
    kept, words = which_count(path, pose_set.pose)
    chosen = np.ones(len(pose_set), bool)
    if only:
        chosen = np.array([any(fnmatch(source, pattern) for pattern in only) for source in pose_set.source])
        words.append(f"source {' or '.join(only)}")
    if not (kept & chosen).any():
        raise InputError(f"No sample of '{name}' is left to test on ({', '.join(words)}).")
    part = pose_set.select(kept & chosen)
    return LabelledSet(
        name=name,
        image=part.image,
        true=part.pose,
        source=part.source,
        left_out=int((chosen & ~kept).sum()),
        roll_labelled=part.roll_labelled,
        crop=describe_crop(part),
        filter=", ".join(words),
        research_only=name.startswith(_RESEARCH_ONLY),
        tags=part.tags,
        line_of_sight=part.line_of_sight,
        origin=Origin(path, part.meta, np.flatnonzero(kept & chosen)),
    )


def describe_crop(pose_set: PoseSet) -> str:
    """How the crops of a set were made, from its meta: "detector yunet, margin 0.4"."""
    meta = pose_set.meta
    words = []
    if "crop" in meta or "box" in meta:
        words.append(str(meta.get("crop", meta.get("box"))))
    detector = meta.get("detector")
    if detector:
        words.append(f"detector {detector.get('name', detector) if isinstance(detector, dict) else detector}")
    if "margin" in meta:
        words.append(f"margin {meta['margin']}")
    return ", ".join(words) or "not recorded in the npz"


def ensure_synthetic_test(folder: str | Path) -> None:
    """Render the first faces of the synthetic test set into a folder, unless a synthetic test set lies there.

    They are those that `make preprocess DB=synthetic` begins its test set with, so figures compare; that command
    replaces the file by the whole set.

    Args:
        folder: usually `data`.

    Raises:
        OSError: when the folder cannot be written.
    """
    if find_set(SYNTHETIC_TEST, folder).is_file():
        return
    from fsanet.rendering.write_sets import write_test_set  # compiles the renderer: only where it is needed

    rendering = f"There is no {SYNTHETIC_TEST}.npz in '{folder}': rendering its first {_RENDERED:,} faces"
    log.info("%s (%s makes all of it).", rendering, command_here("preprocess DB=synthetic", "prepare --set synthetic"))
    write_test_set(folder, _RENDERED)
