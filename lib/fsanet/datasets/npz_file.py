"""The npz file of a pose set: written whole and in constant memory, with equal bytes for equal sets on any day."""

import io
import json
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.errors import InputError
from fsanet.files import replace_whole

RESERVED_KEYS = ("image", "pose", "img_size", "source", "meta")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows: a time stamp would change the bytes of equal sets
_BLOCK_ROWS = 4096
_ZIP_LENGTHS = 26  # where in a member's header the lengths stand of its two last fields


@dataclass(frozen=True)
class Rows:
    """An array that comes block by block.

    Attributes:
        shape: shape of the whole.
        dtype: its dtype; blocks are cast to it.
        blocks: arrays whose rows together are the whole.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    blocks: Iterable[NDArray]


def write_npz(path: str | Path, arrays: Mapping[str, NDArray | Rows]) -> None:
    """Write an uncompressed npz, whole or not at all; equal arrays give equal bytes on any day.

    Args:
        path: where to.
        arrays: by key; an array in memory or `Rows`.

    Raises:
        OSError: when it cannot be written.
    """
    with replace_whole(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for key, array in arrays.items():
            member = zipfile.ZipInfo(f"{key}.npy", _FIXED_DATE)
            member.create_system = 3  # Unix, wherever it is written
            member.external_attr = 0o644 << 16
            with archive.open(member, "w", force_zip64=True) as stream:
                _write_npy(stream, array if isinstance(array, Rows) else _rows_of(np.asarray(array)))


def write_npy(path: str | Path, array: NDArray) -> None:
    """Write an array as `numpy.save` does, whole or not at all; where there is no room, the error says so and where.

    NumPy's own hides what the system said.

    Raises:
        OSError: when it cannot be written.
    """
    with replace_whole(path) as temporary, temporary.open("wb") as stream:
        _write_npy(stream, _rows_of(array))


def set_arrays(
    image: NDArray | Rows, pose: NDArray, source: NDArray, meta: Mapping[str, Any], extras: Mapping[str, NDArray]
) -> dict[str, NDArray | Rows]:
    """The keys of a pose set in the order in which they are written: the original's three, ours, the extras by name."""
    head = {
        "image": image,
        "pose": np.asarray(pose, dtype=np.float64),
        "img_size": np.array(image.shape[1], dtype=np.int64),
        "source": np.asarray(source, dtype=np.str_),
        "meta": np.array(json.dumps(meta, sort_keys=True)),
    }
    return head | {key: np.asarray(extras[key]) for key in sorted(extras)}


def read_arrays(path: str | Path, keys: Sequence[str] | None = None) -> dict[str, NDArray]:
    """Arrays of an npz, by key.

    Args:
        path: the npz.
        keys: which of them; all if None.

    Raises:
        ValueError: when it is truncated, damaged, no npz, lacks a key, or holds more than there is memory for.
        OSError: when there is no such file, or it cannot be read.
    """
    with Path(path).open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise InputError(f"'{path}' is truncated or no npz file (its end is not that of one).")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {key: archive[key] for key in (archive.files if keys is None else keys)}
        except Exception as error:  # damaged bytes lead zipfile, zlib and NumPy's parser to a dozen kinds of it
            reason = str(error).rstrip(".") or type(error).__name__
            raise InputError(f"'{path}' is truncated or no npz file ({reason}).") from None
    if others := [key for key, array in arrays.items() if not isinstance(array, np.ndarray)]:
        raise InputError(f"'{path}' is damaged: {others} are no arrays.")
    return arrays


def read_meta(path: str | Path) -> dict[str, Any]:
    """The `meta` of an npz set without reading the rest; empty for the original's files and for what is no npz."""
    try:
        meta = json.loads(str(read_arrays(path, ["meta"])["meta"]))
    except (InputError, OSError, json.JSONDecodeError):
        return {}
    return meta if isinstance(meta, dict) else {}


def read_rows(path: str | Path, key: str, indices: ArrayLike) -> NDArray:
    """Some rows of an array of an npz, so that a few samples of a large set cost no memory, and no time unless packed.

    Args:
        path: the npz, as `write_npz` or NumPy write it.
        key: of the array.
        indices: (n,) integers, in any order.

    Returns:
        (n, ...), in the order of `indices`.

    Raises:
        InputError: when the array is packed and in Fortran's order: its rows lie scattered in what must be unpacked.
    """
    wanted = np.asarray(indices, dtype=np.int64)
    with _member(Path(path), f"{key}.npy") as stream:
        np.lib.format.read_magic(stream)
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
        if by_columns:
            if isinstance(stream, zipfile.ZipExtFile):
                raise InputError(
                    f"'{path}' holds `{key}` packed and in Fortran's order, so that no row can be read alone: write it "
                    f"again with numpy.savez(..., {key}=numpy.ascontiguousarray({key}))."
                )
            return np.ascontiguousarray(np.memmap(stream, dtype, "r", stream.tell(), shape, order="F")[wanted])
        start, rows = stream.tell(), np.empty((len(wanted), *shape[1:]), dtype)
        size = rows.dtype.itemsize * int(np.prod(shape[1:]))
        for place in np.argsort(wanted, kind="stable"):  # forward only: a zip goes back by reading anew
            stream.seek(start + int(wanted[place]) * size)
            rows[place] = np.frombuffer(stream.read(size), dtype).reshape(shape[1:])
    return rows


@contextmanager
def _member(path: Path, name: str) -> Iterator[IO[bytes]]:
    """A member of a zip to read from; of one that is not packed the file itself, where going forward reads nothing."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        member = archive.getinfo(name)
        if member.compress_type != zipfile.ZIP_STORED:
            with archive.open(member) as unpacked:
                yield unpacked
            return
        file.seek(member.header_offset + _ZIP_LENGTHS)
        file.seek(sum(struct.unpack("<HH", file.read(4))), io.SEEK_CUR)  # over the name and what follows it
        yield file


def _rows_of(array: NDArray) -> Rows:
    """An array in memory as blocks, so that writing never copies the whole."""
    if array.ndim == 0:
        return Rows((), array.dtype, [array])
    return Rows(array.shape, array.dtype, (array[i : i + _BLOCK_ROWS] for i in range(0, len(array), _BLOCK_ROWS)))


def _write_npy(stream: IO[bytes], rows: Rows) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(rows.dtype), "fortran_order": False, "shape": rows.shape}
    np.lib.format.write_array_header_1_0(stream, header)
    count = 0
    for block in rows.blocks:
        stream.write(np.ascontiguousarray(block, dtype=rows.dtype).tobytes())
        count += block.size
    if count != int(np.prod(rows.shape)):
        raise InputError(f"An array of shape {rows.shape} was announced and {count} values came.")
