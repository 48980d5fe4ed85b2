import os

import cv2
import numpy as np
import pytest
import scipy.io

from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.splits import split_by_source
from fsanet.readers.scattered import scatter, scattered_recipe
from fsanet.readers.set_builder import Unusable, build_set


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "AFW"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(6):
        points = np.stack([rng.uniform(80, 140, 68), rng.uniform(90, 150, 68)])
        picture = np.zeros((220, 220, 3), np.uint8)
        cv2.imwrite(str(folder / f"AFW_1_{number}.jpg"), picture)
        scipy.io.savemat(folder / f"AFW_1_{number}.mat", {"Pose_Para": np.zeros((1, 3)), "pt2d": points})
    return folder


def test_crops_vary_and_know_their_landmarks(folder, tmp_path):
    built = build_set(scattered_recipe([folder], tmp_path / "AFW.npz"), workers=1, quiet=True)
    assert built.samples == 6
    with np.load(tmp_path / "AFW.npz") as found:
        points, source = found["points_xy"], found["source"]
    assert points.shape == (6, 68, 2)
    assert set(source) == {"AFW/AFW_1"}
    widths = np.ptp(points[:, :, 0], axis=1)  # the box is 1 of 1.6 to 2.6 wide
    assert widths.min() > 64 / 3
    assert widths.max() < 64 / 1.4
    assert np.ptp(widths) > 3
    assert np.ptp(points.mean(axis=1), axis=0).min() > 1


@pytest.mark.parametrize("side", [200, 800])
def test_landmarks_from_the_edge_lie_where_the_picture_does(folder, tmp_path, side):
    y, x = np.mgrid[:side, :side] + 0.5
    points = np.random.default_rng(0).uniform(0.38, 0.62, (2, 68)) * side
    nose = points[:, 30]
    light = 255 * np.exp(-((x - nose[0]) ** 2 + (y - nose[1]) ** 2) / (2 * (side / 60) ** 2))
    cv2.imwrite(str(folder / "AFW_1_0.png"), np.uint8(light))
    (folder / "AFW_1_0.jpg").unlink()
    scipy.io.savemat(folder / "AFW_1_0.mat", {"Pose_Para": np.zeros((1, 3)), "pt2d": points})
    recipe = scattered_recipe([folder], tmp_path / "x.npz", crops=4)
    items = [item for item in recipe.items if item.name == "AFW/AFW_1_0"]
    assert len(items) == 4
    for sample in map(recipe.read, items):
        grey = np.clip(sample.image[..., 0].astype(float) - 8, 0, None)
        y, x = np.mgrid[:64, :64]
        middle = np.average(x, weights=grey), np.average(y, weights=grey)
        assert sample.extras["points_xy"][30] == pytest.approx(middle, abs=0.15)


def test_equal_seeds_give_equal_crops_and_others_do_not(folder, tmp_path):
    recipes = [scattered_recipe([folder], tmp_path / f"{i}.npz", seed=seed) for i, seed in enumerate((1, 1, 2))]
    first, same, other = (recipe.read(recipe.items[0]).extras["points_xy"] for recipe in recipes)
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 0.1


def test_several_crops_of_an_image_differ_and_belong_together(folder, tmp_path):
    one, three = (scattered_recipe([folder], tmp_path / f"{n}.npz", crops=n) for n in (1, 3))
    crops = [three.read(item) for item in three.items]
    assert len(crops) == 18
    assert {crop.source for crop in crops} == {"AFW/AFW_1"}
    first = [one.read(item).extras["points_xy"] for item in one.items]
    np.testing.assert_array_equal([crop.extras["points_xy"] for crop in crops[:6]], first)
    assert np.abs(crops[0].extras["points_xy"] - crops[6].extras["points_xy"]).max() > 0.1


def test_a_box_is_moved_and_stretched_about_its_middle():
    boxes = np.array([scatter((100, 200, 150, 260), np.random.default_rng(seed)) for seed in range(400)])
    np.testing.assert_allclose(boxes.mean(axis=0), (100, 200, 150, 260), atol=1)
    assert 2 < np.std((boxes[:, 0] + boxes[:, 2]) / 2) < 4


def test_a_name_that_is_no_utf8_is_read_and_split(folder, tmp_path):
    for suffix in (".jpg", ".mat"):
        (folder / f"AFW_1_0{suffix}").rename(os.fsdecode(os.fsencode(folder) + b"/caf\xe9" + suffix.encode()))
        (folder / f"AFW_1_1{suffix}").rename(os.fsdecode(os.fsencode(folder) + b"/damaged\xe9" + suffix.encode()))
    (folder / "damaged\udce9.jpg").write_bytes(b"")
    built = build_set(scattered_recipe([folder], tmp_path / "AFW.npz"), workers=1, quiet=True)
    assert (built.samples, len(built.left_out)) == (5, 1)
    assert len(split_by_source(PoseSet.load(built.path).source, 0.2).validation) == 1


def test_a_picture_or_label_that_cannot_be_read_is_left_out(folder, tmp_path):
    (folder / "AFW_1_0.jpg").write_bytes(b"")
    (folder / "AFW_1_1.jpg").unlink()
    (folder / "AFW_1_2.mat").unlink()
    built = build_set(scattered_recipe([folder], tmp_path / "x.npz"), workers=1, quiet=True)
    assert built.samples == 3
    assert sorted(item.reason for item in built.left_out) == ["missing image", "missing mat", "unreadable image"]


def test_a_label_without_landmarks_is_left_out(folder, tmp_path):
    scipy.io.savemat(folder / "AFW_1_0.mat", {"Pose_Para": np.zeros((1, 3)), "pt2d": -np.ones((2, 68))})
    recipe = scattered_recipe([folder], tmp_path / "x.npz")
    with pytest.raises(Unusable, match="no landmark"):
        recipe.read(recipe.items[0])
