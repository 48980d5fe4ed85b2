"""What is known of a photograph: the label beside it, or its mesh, or why neither gives a head."""

import numpy as np
import pytest
import scipy.io

from fsanet.errors import InputError
from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.profiling import heads
from fsanet.profiling.correction import reading_correction
from fsanet.profiling.heads import Photograph, find_photographs
from fsanet.profiling.mesh_points import Meshes
from fsanet.readers.set_builder import Unusable
from tests.profiling.test_fitted_head import mesh_of

POSE = (20.0, -10.0, 5.0)


def test_the_label_beside_a_picture_gives_its_pose_as_it_stands(photographs):
    file = photographs / "p_0.png"
    pitch, yaw, roll = scipy.io.loadmat(file.with_suffix(".mat"))["Pose_Para"][0]
    pose = angles_from_rotation(Photograph(file).head().placement.rotation)
    np.testing.assert_allclose(pose, np.rad2deg([yaw, pitch, roll]), atol=1e-6)


def test_other_landmarks_are_no_use(photographs, tmp_path):
    label = scipy.io.loadmat(photographs / "p_0.mat")
    more = np.column_stack([label["pt2d"], label["pt2d"][:, :2]])
    scipy.io.savemat(tmp_path / "a.mat", {"Pose_Para": label["Pose_Para"], "pt2d": more})
    with pytest.raises(Unusable, match=r"a\.mat has no 68 of them in 'pt3d_68' or 'pt2d'"):
        Photograph(tmp_path / "a.png").head()


def test_landmarks_of_aflw2000_are_those_in_three_dimensions(photographs, tmp_path):
    label = scipy.io.loadmat(photographs / "p_0.mat")
    deep = np.vstack([label["pt2d"], np.zeros(68)])
    content = {"Pose_Para": label["Pose_Para"], "pt2d": label["pt2d"][:, :21], "pt3d_68": deep}
    scipy.io.savemat(tmp_path / "a.mat", content)
    of_both = (Photograph(folder / name).head() for folder, name in ((photographs, "p_0.png"), (tmp_path, "a.png")))
    of_two, of_three = (head.vertices for head in of_both)
    np.testing.assert_allclose(of_three, of_two)


@pytest.mark.parametrize("damaged", [np.ones((68, 3)), np.full((3, 68), np.nan)], ids=["other sides", "NaN"])
def test_landmarks_in_two_dimensions_do_where_those_in_three_are_damaged(photographs, tmp_path, damaged):
    label = scipy.io.loadmat(photographs / "p_0.mat")
    content = {"Pose_Para": label["Pose_Para"], "pt2d": label["pt2d"], "pt3d_68": damaged}
    scipy.io.savemat(tmp_path / "a.mat", content)
    found, whole = (
        Photograph(folder / name).head() for folder, name in ((tmp_path, "a.png"), (photographs, "p_0.png"))
    )
    np.testing.assert_allclose(found.vertices, whole.vertices)


def test_a_mesh_gives_the_head_and_its_pose_is_corrected(tmp_path):
    head = Photograph(tmp_path / "a.png", mesh=mesh_of(POSE)).head()
    expected = reading_correction().corrected(rotation_from_angles(POSE), np.zeros((478, 3)))
    np.testing.assert_allclose(head.placement.rotation, expected, atol=1e-6)
    assert np.abs(expected - rotation_from_angles(POSE)).max() > 0.003


@pytest.mark.parametrize("reason", ["no face", "uncertain pose"])
def test_why_a_mesh_gives_no_head(tmp_path, reason):
    mesh = mesh_of(POSE)
    mesh[2] = np.nan if reason == "no face" else mesh_of((40.0, -10.0, 5.0), turns=1)[0]
    with pytest.raises(Unusable) as told:
        Photograph(tmp_path / "a.png", mesh=mesh).head()
    assert (told.value.reason, told.value.broken) == (reason, False)


def test_meshes_of_pictures_that_have_changed_are_read_anew(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(heads, "read_meshes", lambda files: read.append(files) or meshes_of(files))
    picture = tmp_path / "a.png"
    for content in (b"one", b"another"):
        picture.write_bytes(content)
        find_photographs(tmp_path, tmp_path / "meshes.npz", "*.png")
    assert read == [[picture], [picture]]


def test_what_a_killed_run_left_is_no_photograph(tmp_path, monkeypatch):
    monkeypatch.setattr(heads, "read_meshes", lambda files: meshes_of(files))
    for name in ("a.jpg", ".b.0123abcd.part.jpg"):
        (tmp_path / name).touch()
    assert [found.file.name for found in find_photographs(tmp_path, tmp_path / "meshes.npz")] == ["a.jpg"]


def test_photographs_whose_copies_would_have_the_same_names_are_refused(tmp_path):
    for name in ("a.jpg", "a.png", "b.png"):
        (tmp_path / name).touch()
    with pytest.raises(
        InputError, match=r"holds 'a\.jpg' and 'a\.png', whose copies .* same names: rename one of them"
    ):
        find_photographs(tmp_path, tmp_path / "meshes.npz")


def meshes_of(files) -> Meshes:
    return Meshes(np.zeros((len(files), 3, 478, 3), np.float32), np.zeros((len(files), 256, 256), np.uint8))
