"""MAT-files of level 5: what SciPy reads of them, and one sentence for all that is damaged."""

import struct
import zlib

import numpy as np
import pytest
import scipy.io

from fsanet.errors import InputError
from fsanet.readers.mat_file import read_matrices

MATRICES = {
    "Pose_Para": np.linspace(-1, 1, 7, dtype=np.float32)[None],
    "pt2d": np.random.default_rng(0).uniform(0, 99, (2, 68)),
    "roi": np.array([[1, -2, 300, 4]], np.int16),
    "whole": np.arange(6.0).reshape(2, 3),  # MATLAB keeps these as small integers; SciPy does not
    "cube": np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
}


@pytest.mark.parametrize("compressed", [False, True])
def test_matrices_are_those_of_scipy(tmp_path, compressed):
    scipy.io.savemat(tmp_path / "a.mat", MATRICES | {"text": "hello", "z": np.ones(2) * 1j}, do_compression=compressed)
    assert_equal(read_matrices(tmp_path / "a.mat"), MATRICES)


@pytest.mark.mirror
def test_matrices_of_real_labels_are_those_of_scipy(mirror):
    files = sorted((mirror / "faces").rglob("*.mat"))
    assert len(files) == 42
    for file in files:
        expected = {key: value for key, value in scipy.io.loadmat(file).items() if not key.startswith("__")}
        assert_equal(read_matrices(file), expected)


def assert_equal(read, expected):
    assert read.keys() == expected.keys()
    for key, matrix in expected.items():
        np.testing.assert_array_equal(read[key], matrix, err_msg=key)
        assert read[key].dtype == matrix.dtype


def test_bytes_in_the_other_order(tmp_path):
    def element(kind, data):
        return struct.pack(">II", kind, len(data)) + data.ljust(-(-len(data) // 8) * 8, b"\0")

    small = struct.pack(">HH4s", 2, 1, b"ab")  # the name in the tag itself
    inside = element(6, struct.pack(">II", 6, 0)) + element(5, struct.pack(">ii", 1, 2)) + small
    inside += element(3, struct.pack(">hh", -3, 500))  # integers that stand for doubles
    matrix = element(14, inside)
    (tmp_path / "a.mat").write_bytes(bytes(124) + b"\x01\x00MI" + matrix)
    [(name, values)] = read_matrices(tmp_path / "a.mat").items()
    assert (name, values.tolist(), values.dtype) == ("ab", [[-3.0, 500.0]], np.dtype("f8"))


DAMAGED = {
    "no file of level 5": (lambda data: b"x" * 300, "no MATLAB file of level 5"),
    "shorter than its header": (lambda data: data[:50], "no MATLAB file of level 5"),
    "cut in a tag": (lambda data: data[: 128 + 5], "cut off in a tag"),
    "cut in a matrix": (lambda data: data[:-20], "bytes are missing"),
    "a size that lies": (lambda data: data[:132] + b"\xff\xff\xff\x7f" + data[136:], "bytes are missing"),
    "a shape that lies": (lambda data: data[:160] + b"\x09" + data[161:], "a matrix of shape"),
    "another type of numbers": (lambda data: data[:136] + b"\x63" + data[137:], "as numbers of type 99"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damage_is_one_sentence(tmp_path, case):
    damage, message = DAMAGED[case]
    scipy.io.savemat(tmp_path / "a.mat", {"a": np.ones((3, 4))})
    (tmp_path / "a.mat").write_bytes(damage((tmp_path / "a.mat").read_bytes()))
    with pytest.raises(InputError, match=message):
        read_matrices(tmp_path / "a.mat")


def matrix_file(flags, sides, values=()):
    """A file of one matrix "a" of doubles; its parts are pairs of a type and bytes."""

    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data.ljust(-(-len(data) // 8) * 8, b"\0")

    parts = (flags, sides, (1, b"a"), (9, struct.pack(f"<{len(values)}d", *values)))
    return bytes(124) + b"\x00\x01IM" + element(14, b"".join(element(*part) for part in parts))


DOUBLES = (6, struct.pack("<II", 6, 0))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (matrix_file(DOUBLES, (5, struct.pack("<65i", *[1] * 65)), [1.0]), "a matrix of shape .* with 1 numbers"),
        (matrix_file(DOUBLES, (5, struct.pack("<4i", 0, *[2**31 - 1] * 3))), "a matrix of shape .* with 0 numbers"),
        (matrix_file(DOUBLES, (5, b"")), "a matrix of shape .* with 0 numbers"),
        (matrix_file(DOUBLES, (9, struct.pack("<2d", 1, 2)), [1.0, 2.0]), "fractions where whole numbers belong"),
        (matrix_file((9, struct.pack("<d", np.nan)), DOUBLES), "fractions where whole numbers belong"),
    ],
)
def test_a_matrix_that_cannot_be_is_one_sentence(tmp_path, content, message):
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_matrices(tmp_path / "a.mat")


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (b"no zlib", "compressed data are damaged"),
        (zlib.compress(bytes(1 << 27)), "far more than labels"),
        (zlib.compress(b""), "0 elements where 1 belong"),
    ],
)
def test_compressed_data_that_are_damaged_or_endless(tmp_path, inside, message):
    (tmp_path / "a.mat").write_bytes(bytes(124) + b"\x00\x01IM" + struct.pack("<II", 15, len(inside)) + inside)
    with pytest.raises(InputError, match=message):
        read_matrices(tmp_path / "a.mat")
