import os

import cv2
import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.rendering.backgrounds import HELD_OUT_BACKGROUNDS
from fsanet.scenes import backgrounds
from fsanet.scenes.backgrounds import Backgrounds, painting


@pytest.fixture
def folder(tmp_path):
    for number in range(40):
        cv2.imwrite(str(tmp_path / f"photo{number}.jpg"), np.full((120, 180, 3), 5 * number, np.uint8))
    for number in range(6):
        cv2.imwrite(str(tmp_path / f"hall-view{number:02d}.jpg"), np.full((100, 100, 3), 250, np.uint8))
    return tmp_path


def test_no_picture_is_in_both_splits(folder):
    train, test = (set(Backgrounds(folder, split).files) for split in ("train", "test"))
    assert not train & test
    assert len(train | test) == 46
    assert len(test) >= 1
    views = [{file for file in split if "hall" in file.name} for split in (train, test)]
    assert sorted(map(len, views)) == [0, 6]  # those of one panorama stay together


def test_a_picture_may_have_a_name_that_is_no_utf8(folder):
    (folder / "photo0.jpg").rename(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jpg"))
    assert sum(len(Backgrounds(folder, split).files) for split in ("train", "test")) == 46


def test_what_a_killed_run_left_is_no_picture(folder):
    for number in range(20):
        (folder / f".photo{number}.0123abcd.part.jpg").write_bytes(b"half")
    for split in ("train", "test"):
        assert not [file for file in Backgrounds(folder, split).files if file.name.startswith(".")]
    assert len(Backgrounds(None, "train", hard=folder)._hard_files) == 46


def test_a_draw_is_square_and_of_its_generator(folder):
    source = Backgrounds(folder, "train")
    one, other = (source.draw(np.random.default_rng(4), 64) for _ in range(2))
    assert one.shape == (64, 64, 3)
    assert one.dtype == np.uint8
    np.testing.assert_array_equal(one, other)


def test_without_a_folder_there_are_paintings():
    assert Backgrounds(None, "test").draw(np.random.default_rng(0), 96).shape == (96, 96, 3)


def test_an_empty_folder_says_how_to_fill_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="fsanet finder backgrounds"):
        Backgrounds(tmp_path, "train")


def test_pictures_of_any_format_are_backgrounds(tmp_path):
    names = {f"{suffix[1:]}{number}{suffix}" for number in range(8) for suffix in (".png", ".JPG", ".jpeg", ".webp")}
    for name in names:
        cv2.imwrite(str(tmp_path / name), np.full((120, 180, 3), 90, np.uint8))
    (tmp_path / "hard.json").write_text("{}")
    found = {file.name for split in ("train", "test") for file in Backgrounds(tmp_path, split).files}
    assert found == {file.name for file in Backgrounds(None, "train", hard=tmp_path)._hard_files} == names


def test_where_all_pictures_are_of_the_other_split_it_is_said(folder):
    for file in Backgrounds(folder, "train").files:
        file.unlink()
    held = len(Backgrounds(folder, "test").files)
    with pytest.raises(
        FileNotFoundError, match=f"holds {held} pictures, none of them for the split 'train' .*: add more"
    ):
        Backgrounds(folder, "train")


def test_half_of_the_paintings_of_tests_are_of_kinds_that_training_never_shows(monkeypatch):
    painted = []
    for name in backgrounds.BACKGROUNDS:
        monkeypatch.setitem(
            backgrounds.BACKGROUNDS, name, lambda rng, h, w, name=name: painted.append(name) or np.zeros((h, w, 3))
        )
    painting.cache_clear()
    for number in range(40):
        painting(number, "train")
    of_training = set(painted)
    assert of_training == set(backgrounds.BACKGROUNDS) - {*HELD_OUT_BACKGROUNDS, "crowd"}
    painted.clear()
    for number in range(40):
        painting(number, "test")
    painting.cache_clear()
    assert set(painted) == {*HELD_OUT_BACKGROUNDS, *of_training}
    assert sum(name in HELD_OUT_BACKGROUNDS for name in painted) == 20


def test_a_damaged_picture_is_named(tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    source = Backgrounds(None, "train", hard=tmp_path)
    with pytest.raises(InputError, match=r"bad\.jpg"):
        [source.draw(np.random.default_rng(seed), 64) for seed in range(40)]  # a fifth of them are hard ones
