from functools import partial

import numpy as np
import pytest

from fsanet.datasets.derive import Derivation, derive_set
from fsanet.datasets.npz_file import read_meta
from fsanet.datasets.parts import sole_writer
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError


def brighter(row, rng, *, amount):
    image = row.image + np.uint8(amount) + rng.integers(0, 3, row.image.shape, np.uint8)
    return row._replace(image=image, extras={**row.extras, "number": row.number})


def stops_at_300(row, rng, *, while_there):
    if row.number == 300 and while_there.exists():
        raise KeyboardInterrupt
    return row._replace(image=row.image + rng.integers(0, 3, row.image.shape, np.uint8))


@pytest.fixture
def source(tmp_path):
    images = np.random.default_rng(0).integers(0, 100, (600, 4, 4, 3), np.uint8)
    poses = np.arange(1800.0).reshape(600, 3) / 20
    path, names = tmp_path / "a.npz", [f"face{i // 2}" for i in range(600)]
    PoseSet(images, poses, names, {"margin": 0.6}, {"kind": np.arange(600) % 3}).save(path)
    return path


def brighter_set(source, target, amount=10, seed=0):
    return Derivation(source, target, partial(brighter, amount=amount), "brighter", {"amount": amount}, seed)


def test_order_labels_and_columns_stay_and_new_ones_come(source, tmp_path):
    assert derive_set(brighter_set(source, tmp_path / "b.npz"), workers=1, quiet=True)
    before, after = PoseSet.load(source), PoseSet.load(tmp_path / "b.npz")
    np.testing.assert_array_equal(after.pose, before.pose)
    np.testing.assert_array_equal(after.source, before.source)
    np.testing.assert_array_equal(after.extras["kind"], before.extras["kind"])
    np.testing.assert_array_equal(after.extras["number"], np.arange(600))
    change = after.image.astype(int) - before.image
    assert change.min() == 10
    assert change.max() == 12
    assert after.meta["margin"] == 0.6
    assert after.meta["brighter"]["amount"] == 10


def test_equal_seeds_give_equal_bytes_and_others_do_not(source, tmp_path):
    for name, seed in (("b", 1), ("c", 1), ("d", 2)):
        derive_set(brighter_set(source, tmp_path / f"{name}.npz", seed=seed), workers=1, quiet=True)
    b, c, d = ((tmp_path / f"{name}.npz").read_bytes() for name in "bcd")
    assert b == c
    assert b != d


def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(source, tmp_path):
    flag = tmp_path / "stop"
    change = partial(stops_at_300, while_there=flag)
    whole, stopped = (Derivation(source, tmp_path / f"{name}.npz", change, "x", {}, 0) for name in ("whole", "stopped"))
    derive_set(whole, workers=1, quiet=True)
    flag.touch()
    with pytest.raises(KeyboardInterrupt):
        derive_set(stopped, workers=1, quiet=True)
    assert not stopped.target.exists()
    [parts] = tmp_path.glob(".stopped*")
    assert len(list(parts.glob("*.npz"))) == 1  # the first 256
    flag.unlink()
    derive_set(stopped, workers=1, quiet=True)
    assert stopped.target.read_bytes() == whole.target.read_bytes()
    assert not list(tmp_path.glob(".stopped*"))


def test_what_is_there_is_kept_and_what_is_another_is_refused(source, tmp_path):
    target = tmp_path / "b.npz"
    assert derive_set(brighter_set(source, target), workers=1, quiet=True)
    written = target.stat().st_mtime_ns
    assert not derive_set(brighter_set(source, target), workers=1, quiet=True)
    assert target.stat().st_mtime_ns == written
    with pytest.raises(InputError, match=r"b.npz' exists and was made in another way, or by another version"):
        derive_set(brighter_set(source, target, amount=20), workers=1, quiet=True)
    with pytest.raises(InputError, match="is the set that is read: give the new one another place"):
        derive_set(brighter_set(source, source.parent / "." / source.name), workers=1, quiet=True)
    with pytest.raises(InputError, match="exists and was made in another way"):
        derive_set(brighter_set(target, source), workers=1, quiet=True)
    for name in ("b.png", "b"):
        with pytest.raises(InputError, match=rf"A set is a file whose name ends in .npz, which '.*{name}' is not"):
            derive_set(brighter_set(source, tmp_path / name), workers=1, quiet=True)
    (folder := tmp_path / "folder.npz").mkdir()
    with pytest.raises(InputError, match=r"which '.*folder.npz' is not: give another name"):
        derive_set(brighter_set(source, folder), workers=1, quiet=True)
    assert read_meta(source) == {"margin": 0.6}


def test_another_process_that_makes_the_same_set_is_left_alone(source, tmp_path):
    target = tmp_path / "b.npz"
    with sole_writer(target), pytest.raises(OSError, match=r"Another process is writing '.*b\.npz'"):
        derive_set(brighter_set(source, target), workers=1, quiet=True)
    assert list(tmp_path.iterdir()) == [source]


def test_a_missing_set_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="No pose set at"):
        derive_set(brighter_set(tmp_path / "none.npz", tmp_path / "b.npz"), workers=1)
    assert list(tmp_path.iterdir()) == []


def draws(row, rng):
    return row._replace(extras={**row.extras, "drawn": rng.random()})


def test_a_twin_of_a_twin_draws_from_a_stream_of_its_own(source, tmp_path):
    drawn, given = [], source
    for name in ("masked", "surrounded", "surrounded"):
        target = tmp_path / f"{len(drawn)}.npz"
        derive_set(Derivation(given, target, draws, name, {}, seed=7), workers=1, quiet=True)
        drawn.append(PoseSet.load(target).extras["drawn"])
        given = target
    np.testing.assert_array_equal(drawn[0], [np.random.default_rng([7, i]).random() for i in range(600)])
    assert all(abs(np.corrcoef(drawn[i], drawn[j])[0, 1]) < 0.2 for i, j in ((0, 1), (0, 2), (1, 2)))


def full_disk(row, rng):
    if row.number == 300:
        raise OSError(28, "No space left on device")
    return row


def test_a_full_disk_leaves_nothing(source, tmp_path):
    work = Derivation(source, tmp_path / "b.npz", full_disk, "same", {}, 0)
    with pytest.raises(OSError, match=r"b\.npz' cannot be written .* Up to 1 MB are needed"):
        derive_set(work, workers=1, quiet=True)
    assert list(tmp_path.iterdir()) == [source]
