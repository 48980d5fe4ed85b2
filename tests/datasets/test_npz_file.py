import errno
import hashlib
import tracemalloc

import numpy as np
import pytest

from fsanet.datasets.npz_file import Rows, read_meta, read_rows, set_arrays, write_npy, write_npz
from fsanet.errors import InputError


def small_set() -> dict:
    image = np.arange(3 * 4 * 4 * 3, dtype=np.uint8).reshape(3, 4, 4, 3)
    return set_arrays(image, np.eye(3), np.array(["a", "b", "a"]), {"margin": 0.4}, {"masked": np.zeros(3, bool)})


def test_the_bytes_of_a_set_are_those_of_earlier_versions(tmp_path):
    write_npz(tmp_path / "a.npz", small_set())
    digest = hashlib.sha256((tmp_path / "a.npz").read_bytes()).hexdigest()
    assert digest == "8099115103284e79ed1f75d01e70c7bf71af6f4508987ad4ee5d1bd748e5864e"


def test_numpy_reads_what_is_written(tmp_path):
    write_npz(tmp_path / "a.npz", small_set())
    with np.load(tmp_path / "a.npz") as archive:
        assert archive.files == ["image", "pose", "img_size", "source", "meta", "masked"]
        for key, array in small_set().items():
            np.testing.assert_array_equal(archive[key], array)


def test_an_array_is_written_as_numpy_does(tmp_path):
    for array in (np.arange(12, dtype=np.uint8).reshape(1, 3, 4), np.array([0.5, 2.0], np.float32), np.empty((0, 2))):
        np.save(tmp_path / "numpy.npy", array)
        write_npy(tmp_path / "ours.npy", array)
        assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "numpy.npy").read_bytes()


def test_an_array_that_the_disk_does_not_take_is_named(tmp_path):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="too large") as told:
            write_npy(tmp_path / "a.npy", np.zeros(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (told.value.errno, told.value.filename) == (errno.EFBIG, str(tmp_path / "a.npy"))
    assert not list(tmp_path.iterdir())


def test_blocks_give_the_bytes_of_the_whole(tmp_path):
    whole = np.arange(10.0).reshape(5, 2)
    write_npz(tmp_path / "whole.npz", {"x": whole})
    write_npz(tmp_path / "blocks.npz", {"x": Rows((5, 2), whole.dtype, iter([whole[:1], whole[1:4], whole[4:]]))})
    assert (tmp_path / "whole.npz").read_bytes() == (tmp_path / "blocks.npz").read_bytes()


def test_rows_that_do_not_add_up_are_refused(tmp_path):
    rows = Rows((5, 2), np.dtype(np.int64), [np.zeros((2, 2)), np.zeros((2, 2))])
    with pytest.raises(ValueError, match=r"shape \(5, 2\) was announced and 8 values came"):
        write_npz(tmp_path / "a.npz", {"x": rows})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_some_rows_in_any_order(tmp_path, write):
    array = np.random.default_rng(0).integers(0, 256, (50, 4, 3), np.uint8)
    write(tmp_path / "a.npz", first=np.zeros(7), image=array)
    for chosen in ([3], [49, 0, 7, 7], []):
        np.testing.assert_array_equal(read_rows(tmp_path / "a.npz", "image", chosen), array[chosen])


def test_rows_of_an_array_in_fortran_order(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (50, 4, 3), np.uint8)
    np.savez(tmp_path / "a.npz", first=np.zeros(7), image=np.asfortranarray(array))
    for chosen in ([3], [49, 0, 7, 7], []):
        rows = read_rows(tmp_path / "a.npz", "image", chosen)
        np.testing.assert_array_equal(rows, array[chosen])
        assert type(rows) is np.ndarray
        assert rows.flags.c_contiguous


def test_rows_that_lie_scattered_in_a_packed_array_are_refused_with_what_to_do(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", image=np.asfortranarray(np.eye(5)))
    with pytest.raises(InputError, match=r"a\.npz' holds `image` packed and in Fortran's order.*ascontiguousarray"):
        read_rows(tmp_path / "a.npz", "image", [2])


def test_a_row_at_the_end_is_found_without_reading_the_others(tmp_path):
    array = np.arange(400 * 4096, dtype=np.uint8).reshape(400, 4096)
    write_npz(tmp_path / "a.npz", {"other": np.zeros(3), "image": array})
    damaged = bytearray((tmp_path / "a.npz").read_bytes())
    damaged[10_000] ^= 255  # whoever read it would find another sum
    (tmp_path / "a.npz").write_bytes(damaged)
    np.testing.assert_array_equal(read_rows(tmp_path / "a.npz", "image", [399]), array[[399]])


@pytest.mark.parametrize("order", ["C", "F"])
def test_some_rows_cost_no_memory_for_the_others(tmp_path, order):
    array = np.zeros((400, 64, 64, 3), np.uint8, order=order)  # 4.9 MB
    np.savez(tmp_path / "a.npz", image=array)
    tracemalloc.start()
    read_rows(tmp_path / "a.npz", "image", [1, 200, 399])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3e6


def test_meta_of_other_files_is_empty(tmp_path):
    np.savez(tmp_path / "original.npz", image=np.zeros(3))
    (tmp_path / "text.npz").write_text("no npz")
    assert read_meta(tmp_path / "original.npz") == read_meta(tmp_path / "text.npz") == {}
