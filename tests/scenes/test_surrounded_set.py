"""Faces in other surroundings: what stays, what goes, and what is refused."""

import cv2
import numpy as np
import pytest

from fsanet.datasets.derive import Row, derive_set
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.image.reading import write_image
from fsanet.overlays.placing import place_by_pose
from fsanet.scenes import surrounded_set as module
from fsanet.scenes.surrounded_set import face_outline, in_other_surroundings, surrounded_set

POINTS = place_by_pose(np.zeros(3), (18, 18, 46, 46)).points_xy
INSIDE, OUTSIDE = (32, 36), ((0, 0), (0, 63), (63, 0), (63, 63), (60, 32))  # row, column


def bright_row():
    return Row(0, np.full((64, 64, 3), 200, np.uint8), np.array([1.0, 2.0, 3.0]), {"points_xy": POINTS, "mask": "n95"})


@pytest.mark.parametrize("seed", range(5))
def test_the_outline_holds_the_landmarks_and_a_forehead(seed):
    outline = face_outline(POINTS, 64, np.random.default_rng(seed))
    at = np.clip(np.round(POINTS).astype(int), 0, 63)
    assert outline[at[:, 1], at[:, 0]].min() > 0.3  # the edge runs through the outer ones
    brows = POINTS[17:27].mean(axis=0).round().astype(int)
    assert outline[brows[1] - 2, brows[0]] > 0.5
    assert all(outline[corner] < 0.01 for corner in OUTSIDE)


def test_the_forehead_lies_above_the_brows_of_a_face_that_lies():
    lying = np.stack([63 - POINTS[:, 1], POINTS[:, 0]], axis=1)  # turned clockwise: its chin points to the left
    upright, turned = (face_outline(points, 64, np.random.default_rng(3)) for points in (POINTS, lying))
    assert np.abs(cv2.rotate(upright, cv2.ROTATE_90_CLOCKWISE) - turned).mean() < 0.01


@pytest.mark.parametrize(("share", "around"), [(0.0, 30), (1.0, 90)], ids=["another crop", "a background"])
def test_what_lies_around_the_face_comes_from_elsewhere(monkeypatch, share, around):
    monkeypatch.setattr(module, "_BACKGROUND_SHARE", share)
    draw_crop, draw_background = lambda _: np.full((64, 64, 3), 30, np.uint8), lambda *_: np.full((64, 64, 3), 90)
    row = in_other_surroundings(bright_row(), np.random.default_rng(0), draw_crop, draw_background)
    assert row.image[INSIDE].tolist() == [200] * 3
    assert all(row.image[corner].tolist() == [around] * 3 for corner in OUTSIDE)
    assert row.pose.tolist() == [1.0, 2.0, 3.0]
    assert row.extras["mask"] == "n95"


def faces(count=3):
    images = np.stack([np.full((64, 64, 3), 60 * (k + 1), np.uint8) for k in range(count)])
    points = np.tile(POINTS.astype(np.float32), (count, 1, 1))
    return PoseSet(images, np.arange(3.0 * count).reshape(-1, 3), list("abc"[:count]), {}, {"points_xy": points})


def made(folder, name, seed, backgrounds=None):
    given = faces()
    given.save(folder / "faces.npz")
    work = surrounded_set(folder / "faces.npz", folder / name, given, backgrounds, seed)
    derive_set(work, given, workers=1, quiet=True)
    return PoseSet.load(folder / name)


def test_order_and_labels_stay_and_equal_seeds_give_equal_crops(tmp_path):
    one, same, other = (made(tmp_path, name, seed) for name, seed in (("a.npz", 1), ("b.npz", 1), ("c.npz", 2)))
    np.testing.assert_array_equal(one.image, same.image)
    assert (one.image != other.image).any()
    np.testing.assert_array_equal(one.pose, faces().pose)
    assert list(one.source) == ["a", "b", "c"]
    assert [image[INSIDE][0] for image in one.image] == [60, 120, 180]
    assert one.meta["surrounded"]["backgrounds"] == "paintings"


def test_the_set_is_not_read_whole_by_every_process(tmp_path, monkeypatch):
    given = faces()
    given.save(tmp_path / "faces.npz")
    work = surrounded_set(tmp_path / "faces.npz", tmp_path / "twin.npz", given, seed=1)
    monkeypatch.setattr(module, "_BACKGROUND_SHARE", 0.0)
    monkeypatch.setattr(PoseSet, "load", None)
    derive_set(work, given, workers=1, quiet=True)
    monkeypatch.undo()
    assert {int(image[0, 0, 0]) for image in PoseSet.load(tmp_path / "twin.npz").image} <= {60, 120, 180}


def test_pictures_of_a_folder_are_used(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BACKGROUND_SHARE", 1.0)
    behind = tmp_path / "behind"
    behind.mkdir()
    for number in range(12):  # some are held out for tests
        write_image(behind / f"caf\udce9 {number}.jpg", np.full((200, 300, 3), 240, np.uint8))
    monkeypatch.setattr("fsanet.scenes.backgrounds._SHARES", {"photographs": 1.0})
    twin = made(tmp_path, "twin.npz", 1, behind)
    assert all(abs(int(image[0, 0, 0]) - 240) < 5 for image in twin.image)
    for file in sorted(behind.iterdir()):
        file.rename(behind / f"other_{file.name}")
    with pytest.raises(InputError, match="was made in another way"):
        made(tmp_path, "twin.npz", 1, behind)


def test_what_cannot_be_done_is_one_sentence(tmp_path):
    bare = PoseSet(faces().image, faces().pose, ["a", "b", "c"], {})
    with pytest.raises(InputError, match="holds no landmarks"):
        surrounded_set(tmp_path / "faces.npz", tmp_path / "twin.npz", bare)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="No pictures in"):
        surrounded_set(tmp_path / "faces.npz", tmp_path / "twin.npz", faces(), tmp_path / "empty")
