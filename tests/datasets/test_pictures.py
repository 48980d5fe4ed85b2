"""Contact sheet and histograms."""

import cv2
import numpy as np
import pytest

from fsanet.datasets.pictures import COLUMNS, ROWS, contact_sheet, draw_pictures, picture_paths, pose_histograms
from fsanet.datasets.pose_set import PoseSet


def write_set(path, samples):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (samples, 64, 64, 3), dtype=np.uint8)
    PoseSet(image, rng.normal(0, 30, (samples, 3)), ["a"] * samples).save(path)


def test_both_lie_beside_the_npz_and_are_pictures(tmp_path):
    write_set(tmp_path / "AFW.npz", 20)
    paths = draw_pictures(tmp_path / "AFW.npz")
    assert paths == picture_paths(tmp_path / "AFW.npz")
    assert [path.name for path in paths] == ["AFW.samples.png", "AFW.poses.png"]
    assert all(cv2.imread(str(path)).std() > 10 for path in paths)


def test_equal_sets_give_equal_pictures(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_set(tmp_path / name / "set.npz", 30)
    pairs = zip(draw_pictures(tmp_path / "a" / "set.npz"), draw_pictures(tmp_path / "b" / "set.npz"), strict=True)
    assert all(a.read_bytes() == b.read_bytes() for a, b in pairs)


@pytest.mark.parametrize(("samples", "rows"), [(1, 1), (COLUMNS, 1), (COLUMNS + 1, 2), (5000, ROWS)])
def test_the_sheet_has_as_many_rows_as_needed(samples, rows):
    image = np.zeros((samples, 8, 8, 3), np.uint8)
    sheet = contact_sheet(image, np.zeros((samples, 3)))
    assert sheet.shape[0] == rows * 128
    assert sheet.shape[1] == COLUMNS * 112


def test_the_sheet_goes_from_the_images_left_to_its_right():
    yaw = np.array([-50.0, 60.0, 0.0])
    image = np.zeros((3, 64, 64, 3), np.uint8)
    image[..., 0] = np.array([10, 100, 200])[:, None, None]  # blue tells which sample it is
    sheet = contact_sheet(image, np.stack([yaw, yaw * 0, yaw * 0], axis=1))
    assert [sheet[2, column * 112 + 2, 0] for column in range(3)] == [100, 200, 10]


def test_the_histograms_count_every_sample_within_the_limit():
    pose = np.array([[5, 0, 0], [5, 2, 0], [-60, 30, 10], [150, 0, 0]], float)
    figure = pose_histograms(pose, "AFW")
    assert figure.get_suptitle() == "AFW: 4 samples, 1 beyond 99 degrees not shown"
    yaw = figure.axes[0].patches
    counts = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in yaw if bar.get_height()}
    assert counts == {5: 2, -60: 1}
    assert figure.axes[1].get_xlabel() == "pitch (degrees), mean +10.7, SD 13.7"


def test_a_set_beyond_the_limit_has_histograms_too():
    assert pose_histograms(np.full((2, 3), 120.0), "x").axes[0].get_xlabel() == "yaw (degrees)"
