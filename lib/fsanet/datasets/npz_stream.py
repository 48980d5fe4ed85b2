"""Writing npz pose sets in constant memory, so that a killed run goes on where it was and ends with the same bytes.

The work is cut into numbered chunks, each a few hundred samples that depend on nothing but the plan. Any process may
write any chunk, in any order; every chunk file is whole or not there. When all are there they are joined into one npz.

    stream = PoseStream("data/AFW.npz", chunks=len(batches), plan={"margin": 0.6, "files": names})
    for index in stream.missing():              # all of them, or what a killed run has left to do
        stream.add(index, Chunk(image, pose, source, left_out=[LeftOut("a.jpg", "no face", "...")]))
    summary = stream.finish({"margin": 0.6})     # joins, removes the parts, returns samples and what was left out

A `PoseStream` may be pickled to worker processes: `add` only writes a file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.npz_file import Rows, set_arrays, write_npz
from fsanet.datasets.parts import Parts
from fsanet.errors import InputError

_LEFT_OUT_KEY = "left_out"


@dataclass(frozen=True)
class LeftOut:
    """One sample that a set could not use.

    Attributes:
        name: the file or frame, relative to the raw set.
        reason: a short kind, the same for all samples of that kind ("no face", "unreadable image", ...).
        detail: the sentence of the error.
        broken: True where the raw data are at fault; False where a rule of the protocol leaves the sample out.
    """

    name: str
    reason: str
    detail: str = ""
    broken: bool = True


@dataclass(frozen=True)
class Chunk:
    """A run of consecutive samples of a set, possibly none of them usable.

    Attributes:
        image: (n, S, S, 3) uint8, BGR.
        pose: (n, 3) yaw, pitch, roll in degrees.
        source: n names, the key that keeps copies of one face on one side of a split.
        extras: further arrays with n rows each, by the name they get in the npz.
        left_out: the samples of this run that could not be used.
    """

    image: NDArray[np.uint8]
    pose: NDArray[np.float64]
    source: Sequence[str]
    extras: Mapping[str, NDArray] = field(default_factory=dict)
    left_out: Sequence[LeftOut] = ()


@dataclass(frozen=True)
class StreamSummary:
    """What `PoseStream.finish` wrote: the number of samples and what was left out, in the order of the raw set."""

    samples: int
    left_out: tuple[LeftOut, ...]


class PoseStream:
    """One pose set that grows chunk by chunk on disk.

    The chunks lie in a hidden folder beside the npz until they are joined, see `fsanet.datasets.parts`.

    Args:
        path: the npz to be.
        chunks: number of chunks.
        plan: everything that the chunks depend on, as JSON can say it.
    """

    def __init__(self, path: str | Path, chunks: int, plan: Mapping):
        self.path = Path(path)
        self.chunks = chunks
        self.parts = Parts(self.path, chunks, plan, ".npz")

    def missing(self) -> list[int]:
        """Numbers of the chunks that are still to be made."""
        return self.parts.missing()

    def add(self, index: int, chunk: Chunk) -> None:
        """Write one chunk; may be called in any process."""
        left_out = json.dumps([vars(item) for item in chunk.left_out])
        arrays: dict[str, NDArray] = {
            "image": np.asarray(chunk.image, dtype=np.uint8),
            "pose": np.asarray(chunk.pose, dtype=np.float64),
            "source": np.asarray(chunk.source, dtype=np.str_),
            _LEFT_OUT_KEY: np.array(left_out),
            **chunk.extras,
        }
        write_npz(self.parts[index], arrays)

    def left_out(self) -> list[LeftOut]:
        """What the chunks that are there left out, in the order of the raw set."""
        found: list[LeftOut] = []
        for part in self._open_parts():
            found += [LeftOut(**item) for item in json.loads(str(part[_LEFT_OUT_KEY]))]
        return found

    def finish(self, meta: Mapping) -> StreamSummary:
        """Join the chunks into the npz and remove the parts.

        Args:
            meta: settings to record. The numbers of samples and of those left out are added to it.

        Raises:
            ValueError: when chunks are missing, or when no chunk holds a sample.
        """
        if missing := self.missing():
            raise InputError(f"'{self.path}' lacks {len(missing)} of {self.chunks} parts: start the command again.")
        left_out = self.left_out()
        small = self._read_all_but_images()
        samples = len(small["pose"])
        if samples == 0:
            self.discard()
            raise InputError(f"No usable sample for '{self.path}': {_counted(left_out) or 'the raw set is empty'}.")
        size = self._image_size()
        image = Rows((samples, size, size, 3), np.dtype(np.uint8), self._images())
        counts = {"samples": samples, "left_out": _by_reason(left_out)}
        pose, source = small.pop("pose"), small.pop("source")
        write_npz(self.path, set_arrays(image, pose, source, dict(meta) | counts, small))
        self.discard()
        return StreamSummary(samples, tuple(left_out))

    def discard(self) -> None:
        """Remove the parts."""
        self.parts.discard()

    def _open_parts(self) -> Iterator[Mapping[str, NDArray]]:
        for index in sorted(set(range(self.chunks)) - set(self.missing())):
            with np.load(self.parts[index], allow_pickle=False) as part:
                yield part

    def _read_all_but_images(self) -> dict[str, NDArray]:
        columns: dict[str, list[NDArray]] = {}
        for part in self._open_parts():
            if len(part["pose"]):  # an empty chunk may lack the extras
                for key in set(part) - {"image", _LEFT_OUT_KEY}:
                    columns.setdefault(key, []).append(part[key])
        joined = {key: np.concatenate(blocks) for key, blocks in columns.items()}
        return joined or {"pose": np.empty((0, 3)), "source": np.empty(0, np.str_)}

    def _image_size(self) -> int:
        return next(part["image"].shape[1] for part in self._open_parts() if len(part["pose"]))

    def _images(self) -> Iterator[NDArray[np.uint8]]:
        for part in self._open_parts():
            if len(part["pose"]):
                yield part["image"]


def megabytes_for(samples: int, img_size: int) -> int:
    """How much disk a set of crops takes at most while it is made: the chunks, and the npz that joins them."""
    return 2 * samples * 3 * img_size**2 // 10**6 + 1


def _by_reason(left_out: Sequence[LeftOut]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in left_out:
        counts[item.reason] = counts.get(item.reason, 0) + 1
    return counts


def _counted(left_out: Sequence[LeftOut]) -> str:
    return ", ".join(f"{count} x {reason}" for reason, count in _by_reason(left_out).items())
