"""From items to npz: parallel, resumable, and with a list of what was left out."""

import hashlib
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from fsanet.datasets.parts import sole_writer
from fsanet.datasets.pose_set import PoseSet
from fsanet.readers import set_builder
from fsanet.readers.report import read_left_out
from fsanet.readers.set_builder import RawItem, Sample, SetRecipe, Unusable, build_set

ITEMS = 300  # three chunks


def read_fake(item, factor=1.0):
    number = item.facts[0]
    if number % 50 == 7:
        raise Unusable("no face", f"in {item.name}", broken=False)
    image = np.random.default_rng(number).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    return Sample(image, (number * factor, 0, -number), f"face{number // 3}", {"masked": number % 2 == 0})


def read_nothing(item):
    raise Unusable("missing mat", item.name)


@pytest.fixture
def recipe(tmp_path):
    items = [RawItem(f"item{number}", (), (number,)) for number in range(ITEMS)]
    return SetRecipe(tmp_path / "out" / "set.npz", items, read_fake, {"margin": 0.6}, 16)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_samples_come_in_the_order_of_the_items(recipe):
    built = build_set(recipe, workers=1, quiet=True)
    read = PoseSet.load(built.path, 16)
    expected = [number for number in range(ITEMS) if number % 50 != 7]
    np.testing.assert_array_equal(read.pose[:, 0], expected)
    np.testing.assert_array_equal(read.extras["masked"], np.array(expected) % 2 == 0)
    assert read.source[3] == "face1"
    assert built.samples == len(expected)
    assert [item.name for item in built.left_out] == [f"item{number}" for number in range(7, ITEMS, 50)]


def test_meta_records_settings_and_counts(recipe):
    meta = PoseSet.load(build_set(recipe, workers=1, quiet=True).path).meta
    assert (meta["margin"], meta["img_size"], meta["samples"]) == (0.6, 16, 294)
    assert meta["left_out"] == {"no face": 6}
    assert meta["made_by"].startswith("fsanet ")


def test_any_number_of_processes_gives_the_same_bytes(recipe, tmp_path):
    one = build_set(recipe, workers=1, quiet=True)
    two = build_set(replace(recipe, path=tmp_path / "two" / "set.npz"), workers=2, quiet=True)
    assert sha256(one.path) == sha256(two.path)
    assert read_left_out(one.path) == read_left_out(two.path) == list(one.left_out)


def test_a_finished_set_is_left_alone(recipe, monkeypatch):
    first = build_set(recipe, workers=1, quiet=True)
    monkeypatch.setattr(set_builder, "_build", None)
    again = build_set(recipe, workers=1, quiet=True)
    assert not again.fresh
    assert (again.samples, list(again.left_out)) == (first.samples, list(first.left_out))


@pytest.mark.parametrize("change", ["settings", "img_size", "items", "facts", "file"])
def test_a_set_of_another_recipe_is_made_anew(recipe, tmp_path, change):
    file = tmp_path / "raw.bin"
    file.write_bytes(b"1")
    recipe = replace(recipe, items=[replace(recipe.items[0], files=(file,)), *recipe.items[1:]])
    build_set(recipe, workers=1, quiet=True)
    changes = {
        "settings": {"settings": {"margin": 0.5}},
        "img_size": {"img_size": 8, "read": partial(read_small)},
        "items": {"items": recipe.items[:-1]},
        "facts": {"items": [*recipe.items[:-1], RawItem("item299", (), (298,))]},
        "file": {},
    }
    if change == "file":
        file.write_bytes(b"12")
    assert build_set(replace(recipe, **changes[change]), workers=1, quiet=True).fresh


def read_small(item):
    return replace(read_fake(item), image=np.zeros((8, 8, 3), np.uint8))


def test_another_process_that_makes_the_same_set_is_left_alone(recipe):
    with sole_writer(recipe.path), pytest.raises(OSError, match=r"Another process is writing '.*set\.npz'"):
        build_set(recipe, workers=1, quiet=True)
    assert list(recipe.path.parent.iterdir()) == []


def test_a_broken_off_run_goes_on_and_ends_with_the_same_bytes(recipe, tmp_path, monkeypatch):
    undisturbed = build_set(replace(recipe, path=tmp_path / "a" / "set.npz"), workers=1, quiet=True)
    seen = []

    def interrupted(item):
        seen.append(item)
        if len(seen) > 200:
            raise KeyboardInterrupt
        return read_fake(item)

    with pytest.raises(KeyboardInterrupt):
        build_set(replace(recipe, read=interrupted), workers=1, quiet=True)
    assert not recipe.path.exists()
    seen.clear()
    resumed = build_set(replace(recipe, read=lambda item: seen.append(item) or read_fake(item)), workers=1, quiet=True)
    assert len(seen) == ITEMS - set_builder.CHUNK
    assert sha256(resumed.path) == sha256(undisturbed.path)
    assert sorted(file.name for file in resumed.path.parent.iterdir()) == ["set.left_out.csv", "set.npz"]


def test_broken_off_between_the_last_part_and_the_npz(recipe, tmp_path, monkeypatch):
    undisturbed = build_set(replace(recipe, path=tmp_path / "a" / "set.npz"), workers=1, quiet=True)
    with monkeypatch.context() as patched:
        patched.setattr(set_builder.PoseStream, "finish", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            build_set(recipe, workers=1, quiet=True)
    resumed = build_set(replace(recipe, read=_interrupt), workers=1, quiet=True)
    assert sha256(resumed.path) == sha256(undisturbed.path)


def _interrupt(*args):
    raise KeyboardInterrupt


def test_what_a_killed_run_left_is_removed(recipe):
    recipe.path.parent.mkdir()
    for leftover in (".set.0123abcd.part.npz", ".set.left_out.89abcdef.part.csv"):
        (recipe.path.parent / leftover).write_bytes(b"half")
    build_set(recipe, workers=1, quiet=True)
    assert sorted(file.name for file in recipe.path.parent.iterdir()) == ["set.left_out.csv", "set.npz"]


def test_a_run_that_is_broken_off_at_once_leaves_nothing(recipe):
    with pytest.raises(KeyboardInterrupt):
        build_set(replace(recipe, read=_interrupt), workers=1, quiet=True)
    assert list(recipe.path.parent.iterdir()) == []


def test_nothing_usable_is_an_error_with_the_list_of_reasons(recipe):
    with pytest.raises(ValueError, match=r"No usable sample for '.*set\.npz': 300 x missing mat"):
        build_set(replace(recipe, read=read_nothing), workers=1, quiet=True)
    assert [file.name for file in recipe.path.parent.iterdir()] == ["set.left_out.csv"]
    assert len(read_left_out(recipe.path)) == ITEMS


def test_no_items_is_an_error(recipe):
    with pytest.raises(ValueError, match=r"No raw sample for '.*set\.npz'"):
        build_set(replace(recipe, items=[]), quiet=True)


def test_a_folder_that_cannot_be_written_is_an_error(recipe, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match=r"Cannot write to '.*file/below' \(Not a directory\): give another .* --out"):
        build_set(replace(recipe, path=tmp_path / "file" / "below" / "set.npz"), quiet=True)


@pytest.mark.parametrize(
    "place", ["fsanet.datasets.npz_stream.PoseStream.add", "fsanet.readers.set_builder.write_left_out"]
)
def test_a_full_disk_is_told_and_nothing_is_kept(recipe, monkeypatch, place):
    def no_space(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place, no_space)
    message = (
        r"'.*set\.npz' cannot be written \(No space left on device\); nothing of it was kept\. Up to 1 MB are needed"
    )
    with pytest.raises(OSError, match=message):
        build_set(recipe, workers=1, quiet=True)
    assert list(recipe.path.parent.iterdir()) == []


def test_a_full_disk_leaves_an_earlier_set_alone(recipe, monkeypatch):
    built = build_set(recipe, workers=1, quiet=True)
    before = sha256(built.path)

    def no_space(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fsanet.datasets.npz_file._write_npy", no_space)
    with pytest.raises(OSError, match="No space left"):
        build_set(replace(recipe, settings={"margin": 0.1}), workers=1, quiet=True)
    assert sha256(built.path) == before
