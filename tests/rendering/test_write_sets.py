import hashlib

import numpy as np
import pytest

from fsanet.console import EXIT_OK
from fsanet.datasets.parts import sole_writer
from fsanet.datasets.pose_set import PoseSet
from fsanet.rendering import write_sets
from fsanet.rendering.frame import RenderSettings
from fsanet.rendering.write_sets import split_sizes, write_synthetic_sets, write_test_set

NAMES = ("synthetic_train", "synthetic_validation", "synthetic_test")


def digests(folder):
    return [hashlib.sha256((folder / f"{name}.npz").read_bytes()).hexdigest() for name in NAMES]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sets")
    assert write_synthetic_sets(folder, 10, seed=2, processes=1, quiet=True) == EXIT_OK
    return folder


def test_sets_hold_what_training_reads(written):
    for name, size in zip(NAMES, (10, 1, 1), strict=True):
        loaded = PoseSet.load(written / f"{name}.npz", 64)
        assert len(loaded) == size
        assert loaded.meta["seed"] == 2
        assert loaded.meta["settings"]["split"] == name.removeprefix("synthetic_")
        assert {"masked", "style", "background", "headwear", "occluder", "eyewear"} <= set(loaded.extras)
    sources = [set(PoseSet.load(written / f"{name}.npz").source) for name in NAMES]
    assert len(set.union(*sources)) == sum(map(len, sources))


def test_pictures_to_look_at_lie_beside_them(written):
    for name in NAMES:
        for picture in (f"{name}.samples.png", f"{name}.poses.png"):
            assert (written / picture).read_bytes().startswith(b"\x89PNG")
    assert len(list(written.iterdir())) == 9


def test_equal_bytes_from_any_number_of_processes_and_after_a_stop(written, tmp_path, monkeypatch):
    monkeypatch.setattr(write_sets, "_LARGEST_CHUNK", 4)
    stopped, done = tmp_path / "stopped", []

    def stop_after_one(job, do=write_sets._do):
        if done:
            raise KeyboardInterrupt
        done.append(do(job))
        return done[0]

    with monkeypatch.context() as patch:
        patch.setattr(write_sets, "_do", stop_after_one)
        with pytest.raises(KeyboardInterrupt):
            write_synthetic_sets(stopped, 10, seed=2, processes=1, quiet=True)
    assert not list(stopped.glob("*.npz"))
    write_synthetic_sets(stopped, 10, seed=2, processes=2, quiet=True)
    assert digests(stopped) == digests(written)


def test_a_finished_set_is_kept(written, monkeypatch, capsys):
    before = digests(written)
    monkeypatch.setattr(write_sets, "_do", None)  # would fail if anything were rendered
    assert write_synthetic_sets(written, 10, seed=2, processes=1, quiet=True) == EXIT_OK
    assert digests(written) == before
    assert not list(written.glob(".*"))
    assert "synthetic_test.npz: 1 faces" in capsys.readouterr().out


def test_a_set_that_is_replaced_is_named_before_anything_is_rendered(written, monkeypatch, caplog):
    before = digests(written)
    monkeypatch.setattr(write_sets, "_render", lambda *_: 1 / 0)
    for samples, seed, settings in (
        (4, 2, RenderSettings()),
        (10, 3, RenderSettings()),
        (10, 2, RenderSettings(masked=0.5)),
    ):
        with pytest.raises(ZeroDivisionError):
            write_synthetic_sets(written, samples, seed, processes=1, settings=settings, quiet=True)
    assert digests(written) == before
    smaller, reseeded, masked = caplog.messages
    train = f"'{written / 'synthetic_train.npz'}' (10 samples, seed 2)"
    assert f"{train} by 4 samples, seed 2" in smaller
    assert "--out (OUT= of make) takes another folder" in smaller
    assert f"{train} by 10 samples, seed 3; " in reseeded
    assert f"{train} by 10 samples, seed 2 (other settings or another renderer)" in masked


def test_a_file_of_unknown_origin_is_named_before_it_is_replaced(tmp_path, monkeypatch, caplog):
    np.savez(tmp_path / "synthetic_train.npz", image=np.zeros(3), pose=np.zeros(3))
    monkeypatch.setattr(write_sets, "_render", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_synthetic_sets(tmp_path, 4, processes=1, quiet=True)
    assert "synthetic_train.npz' (of unknown origin) by 4 samples, seed 0" in caplog.text


def test_another_process_that_renders_one_of_the_sets_is_left_alone(tmp_path):
    with (
        sole_writer(tmp_path / "synthetic_test.npz"),
        pytest.raises(OSError, match=r"Another process is writing '.*synthetic_test\.npz'"),
    ):
        write_synthetic_sets(tmp_path, 10, seed=2, processes=1, quiet=True)
    assert list(tmp_path.iterdir()) == []


def test_a_test_set_alone_is_the_beginning_of_the_whole_one(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(write_sets, "split_sizes", lambda _: {"test": 6})
    write_synthetic_sets(tmp_path / "whole", seed=2, processes=1, quiet=True)
    path = write_test_set(tmp_path / "first", 2, seed=2, processes=1, quiet=True)
    assert [file.name for file in path.parent.glob("*.npz")] == ["synthetic_test.npz"]
    whole, first = PoseSet.load(tmp_path / "whole" / path.name), PoseSet.load(path)
    np.testing.assert_array_equal(first.image, whole.image[:2])
    np.testing.assert_array_equal(first.pose, whole.pose[:2])
    write_synthetic_sets(path.parent, seed=2, processes=1, quiet=True)
    assert len(PoseSet.load(path)) == 6  # the whole takes its place
    assert not caplog.messages  # and nothing is lost


def test_chunks_hold_whole_persons_and_are_many():
    assert [write_sets._chunk(size, 4) for size in (50_000, 2500, 1000, 10)] == [240, 124, 48, 4]


def test_other_seeds_give_other_faces(written, tmp_path):
    write_synthetic_sets(tmp_path, 1, seed=3, processes=1, quiet=True)
    a, b = (PoseSet.load(folder / "synthetic_train.npz") for folder in (written, tmp_path))
    assert (a.image[0] != b.image[0]).any()


def test_sizes():
    assert split_sizes(50_000) == {"train": 50_000, "validation": 2500, "test": 2500}
    assert split_sizes(1) == {"train": 1, "validation": 1, "test": 1}


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_synthetic_sets(tmp_path / "file" / "sets", 1, settings=RenderSettings(), quiet=True)
