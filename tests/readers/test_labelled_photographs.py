"""Whole photographs with a label: which are read, which are left out, and which box is the labelled face's."""

import logging
from pathlib import Path

import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.image.reading import read_image
from fsanet.readers.labelled_photographs import LabelledPhotograph, labelled_among, labelled_photographs

LANDMARKS = np.array([np.linspace(20, 60, 68), np.linspace(10, 50, 68)])


@pytest.fixture
def folder(tmp_path, type1_writer):
    """Three photographs, the second with a yaw beyond 99 degrees."""
    for name, yaw in (("a", 0.2), ("b", 2.0), ("c", 0.3)):
        type1_writer(tmp_path / "set", name, pose=(0.1, yaw, 0.3), landmarks=LANDMARKS)
    return tmp_path / "set"


def names(photographs):
    return [photograph.file.stem for photograph in photographs]


def test_a_photograph_has_its_image_pose_points_and_box(folder):
    photograph, _ = labelled_photographs(folder)
    assert photograph.file == folder / "a.jpg"
    np.testing.assert_array_equal(photograph.image_bgr, read_image(folder / "a.jpg"))
    np.testing.assert_allclose(photograph.pose_deg, np.rad2deg([0.2, 0.1, 0.3]), atol=1e-5)
    np.testing.assert_allclose(photograph.points_xy, LANDMARKS.T)
    assert photograph.box_xyxy == (20, 10, 60, 50)


def test_those_beyond_the_limit_are_left_out_in_silence(folder, caplog):
    assert names(labelled_photographs(folder)) == ["a", "c"]
    assert names(labelled_photographs(folder, limit_deg=None)) == ["a", "b", "c"]
    assert names(labelled_photographs(folder, most=1)) == ["a"]
    assert not caplog.records


def outside(folder, write):
    write(folder, "a", landmarks=LANDMARKS + 100)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder, _: (folder / "a.mat").unlink(), "missing mat"),
        (lambda folder, _: (folder / "a.mat").write_text("x"), "broken mat"),
        (lambda folder, _: (folder / "a.jpg").unlink(), "missing image"),
        (lambda folder, _: (folder / "a.jpg").write_bytes(b"x"), "unreadable image"),
        (lambda folder, write: write(folder, "a", landmarks=-LANDMARKS), "empty box"),
        (outside, "empty box"),
    ],
)
def test_damaged_ones_are_left_out_and_counted_once(folder, type1_writer, damage, reason, caplog):
    damage(folder, type1_writer)
    for _ in range(2):
        assert names(labelled_photographs(folder)) == ["c"]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    expected = f"Left out: 1 of the photographs in '{folder}', which cannot be used; the first is set/a, {reason}"
    assert record.message.startswith(expected)


def test_those_without_all_points_are_left_out_where_points_are_needed(folder, type1_writer):
    type1_writer(folder, "a", landmarks=LANDMARKS[:, :21])
    assert np.isnan(next(iter(labelled_photographs(folder))).points_xy).all()
    assert names(labelled_photographs(folder, with_points=True)) == ["c"]


def test_a_folder_of_which_nothing_is_left_is_refused(folder):
    with pytest.raises(InputError, match="that can be used and a pose within 10 degrees"):
        list(labelled_photographs(folder, limit_deg=10))
    for file in folder.glob("*.mat"):
        file.unlink()
    with pytest.raises(InputError, match=r"set' holds no photograph with a \.mat file beside it that can be used\.$"):
        list(labelled_photographs(folder, limit_deg=None))


def test_the_labelled_face_is_told_from_its_neighbour():
    image = np.zeros((100, 100, 3), np.uint8)
    photograph = LabelledPhotograph(Path("a.jpg"), image, np.zeros(3), np.zeros((68, 2)), (20, 20, 60, 60))
    assert labelled_among([(70, 20, 110, 60), (25, 22, 62, 66)], photograph) == 1
    assert labelled_among([(70, 20, 110, 60)], photograph) is None
    assert labelled_among([], photograph) is None
