import json
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest
import scipy.io

from fsanet import mediapipe_environment
from fsanet.datasets.npz_stream import LeftOut
from fsanet.errors import InputError
from fsanet.image.reading import read_image
from fsanet.profiling.copies import Copy
from fsanet.profiling.heads import find_photographs
from fsanet.profiling.mesh_points import Meshes
from fsanet.profiling.write import ProfileSettings, profile_folder, write_copy
from fsanet.readers.type1 import list_type1, read_mat
from fsanet.rendering.code_version import PROFILED, code_version

SETTINGS = ProfileSettings(copies=2, seed=5)


@pytest.fixture(scope="module")
def profiled(photographs, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return out, profile_folder(photographs, out, SETTINGS, workers=1, quiet=True)


def test_copies_lie_in_the_layout_of_300w_lp(profiled):
    _, result = profiled
    assert result.photographs == 2
    assert result.left_out == ()
    assert [folder.name for folder in result.folders] == ["people", "people_Flip"]
    plain, flipped = (list_type1(folder) for folder in result.folders)
    assert [item.name for item in plain] == [f"people/p_{i}_{k}" for i in range(2) for k in range(2)]
    for item, mirror in zip(plain, flipped, strict=True):
        (pose, points), (other, _) = (read_mat(it.files[1]) for it in (item, mirror))
        np.testing.assert_allclose(other, pose * [-1, 1, -1], atol=1e-4)
        assert points.shape == (2, 68)


def test_equal_seeds_give_equal_bytes(profiled, photographs, tmp_path):
    out, _ = profiled
    profile_folder(photographs, tmp_path, SETTINGS, workers=1, quiet=True)
    for name in ("p_1_1.jpg", "p_0_0.jpg"):
        assert (tmp_path / "people" / name).read_bytes() == (out / "people" / name).read_bytes()


def test_a_photograph_may_have_a_name_that_is_no_utf8(photographs, tmp_path):
    (tmp_path / "people").mkdir()
    for suffix in (".png", ".mat"):
        shutil.copy(photographs / f"p_0{suffix}", tmp_path / "people" / f"caf\udce9{suffix}")
    result = profile_folder(tmp_path / "people", tmp_path / "out", replace(SETTINGS, copies=1), workers=1, quiet=True)
    assert (result.photographs, result.left_out) == (1, ())
    assert (tmp_path / "out" / "people" / "caf\udce9_0.jpg").is_file()


def test_photographs_and_seeds_draw_poses_of_their_own(profiled, photographs, tmp_path):
    out, _ = profiled
    profile_folder(photographs, tmp_path, replace(SETTINGS, seed=6), workers=1, quiet=True)
    files = [folder / "people" / f"{stem}_1.mat" for folder in (out, tmp_path) for stem in ("p_0", "p_1")]
    assert len({tuple(read_mat(file)[0].round(1)) for file in files}) == len(files)


def test_a_copy_is_written_as_300w_lp_has_it(tmp_path):
    rng = np.random.default_rng(0)
    grey, landmarks = cv2.resize(rng.uniform(0, 255, (8, 8)), (64, 48)), rng.uniform(0, 40, (68, 3))
    picture = np.dstack([grey] * 3)
    write_copy(tmp_path / "a.mat", Copy(picture.astype(np.uint8), np.array([10.0, -20.0, 30.0]), landmarks))
    content = scipy.io.loadmat(tmp_path / "a.mat")
    np.testing.assert_allclose(content["Pose_Para"], [[*np.deg2rad([-20.0, 10.0, 30.0]), 0, 0, 0, 0]], rtol=1e-6)
    np.testing.assert_allclose(content["pt2d"], landmarks[:, :2].T, rtol=1e-6)
    np.testing.assert_allclose(content["pt3d_68"], landmarks.T, rtol=1e-6)
    assert np.abs(read_image(tmp_path / "a.jpg") - picture).mean() < 1.2


def test_a_stopped_run_goes_on_and_leaves_what_is_there(profiled, photographs):
    out, _ = profiled
    label, kept = out / "people" / "p_0_1.mat", out / "people" / "p_1_1.jpg"
    before, written = (out / "people" / "p_0_1.jpg").read_bytes(), kept.stat().st_mtime_ns
    label.unlink()
    profile_folder(photographs, out, SETTINGS, workers=1, quiet=True)
    assert label.is_file()
    assert (out / "people" / "p_0_1.jpg").read_bytes() == before
    assert kept.stat().st_mtime_ns == written


def test_copies_of_other_settings_are_not_mixed(profiled, photographs):
    with pytest.raises(InputError, match="choose another OUT"):
        profile_folder(photographs, profiled[0], ProfileSettings(copies=3), workers=1, quiet=True)


@pytest.mark.parametrize("older", [{}, {"code": "0123456789abcdef"}])
def test_copies_of_another_version_are_not_mixed(profiled, photographs, tmp_path, older):
    shutil.copytree(profiled[0], tmp_path, dirs_exist_ok=True)
    record, copy = tmp_path / "people" / "profile.json", tmp_path / "people" / "p_1_1.mat"
    settings = json.loads(record.read_text())
    assert settings.pop("code") == code_version(PROFILED)
    record.write_text(json.dumps(settings | older))
    copy.unlink()  # as a kill leaves it
    with pytest.raises(InputError, match="people' holds copies that another version of this program made: remove it"):
        profile_folder(photographs, tmp_path, SETTINGS, workers=1, quiet=True)
    assert not copy.exists()


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_copies_are_not_written_among_the_photographs(photographs, tmp_path):
    shutil.copytree(photographs, tmp_path / "people")
    for suffix in (".png", ".mat"):
        (tmp_path / "people" / f"p_1{suffix}").rename(tmp_path / "people" / f"p_0_0{suffix}")  # the name of a copy
    before = contents(tmp_path / "people")
    with pytest.raises(InputError, match=r"among the photographs in '.*people': name another folder with --out"):
        profile_folder(tmp_path / "people", tmp_path, SETTINGS, workers=1, quiet=True)
    assert contents(tmp_path / "people") == before
    assert [path.name for path in tmp_path.iterdir()] == ["people"]


@pytest.mark.parametrize("name", ["people", "people_Flip"])
def test_copies_are_not_written_among_pictures_of_ones_own(photographs, tmp_path, name):
    own = tmp_path / name
    own.mkdir()
    (own / "p_0_0.jpg").write_bytes(b"a picture of one's own")
    with pytest.raises(InputError, match=f"{name}' holds pictures that are no copies"):
        profile_folder(photographs, tmp_path, SETTINGS, workers=1, quiet=True)
    assert contents(own) == {"p_0_0.jpg": b"a picture of one's own"}


def test_what_cannot_be_used_is_said(photographs, tmp_path):
    raw = tmp_path / "some"
    raw.mkdir()
    for name in ("p_0.png", "p_0.mat"):
        (raw / name).write_bytes((photographs / name).read_bytes())
    (raw / "broken.png").write_bytes(b"no picture")
    (raw / "broken.mat").write_bytes((photographs / "p_0.mat").read_bytes())
    result = profile_folder(raw, tmp_path / "out", SETTINGS, workers=1, quiet=True)
    assert [(item.name, item.reason) for item in result.left_out] == [("broken.png", "unreadable image")]
    (raw / "p_0.png").unlink()
    with pytest.raises(InputError, match="None of 1 photographs"):
        profile_folder(raw, tmp_path / "other", SETTINGS, workers=1, quiet=True)


@pytest.fixture
def aside(photographs, tmp_path):
    """A folder of a photograph at 6 degrees of yaw and one that is labelled with -50."""
    folder = tmp_path / "aside"
    shutil.copytree(photographs, folder)
    label = scipy.io.loadmat(folder / "p_1.mat")
    label["Pose_Para"][0, 1] = np.deg2rad(-50.0)
    scipy.io.savemat(folder / "p_1.mat", {key: label[key] for key in ("Pose_Para", "pt2d")})
    return folder


def test_a_photograph_that_looks_too_far_aside_for_the_largest_yaw_is_left_out(aside, tmp_path):
    result = profile_folder(aside, tmp_path / "out", replace(SETTINGS, yaw_limit_deg=30.0), workers=1, quiet=True)
    assert result.photographs == 1
    detail = "from a yaw of -50 degrees a face cannot be turned back to 30; raise --yaw"
    assert result.left_out == (LeftOut("p_1.png", "looks too far aside", detail, broken=False),)
    assert not list((tmp_path / "out").glob("*/p_1*"))


@pytest.mark.parametrize("change", [{"yaw_limit_deg": 45.0, "copies": 1}, {"yaw_limit_deg": 30.0, "turned": False}])
def test_one_that_can_be_turned_back_or_is_not_turned_is_used(aside, tmp_path, change):
    result = profile_folder(aside, tmp_path / "out", replace(SETTINGS, **change), workers=1, quiet=True)
    assert (result.photographs, result.left_out) == (2, ())


def test_missing_and_empty_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="RAW names a folder"):
        find_photographs(tmp_path / "nowhere", tmp_path / "cache.npz")
    with pytest.raises(InputError, match="holds no picture"):
        find_photographs(tmp_path, tmp_path / "cache.npz")


@pytest.mark.parametrize(("change", "text"), [({"copies": 0}, "at least 1"), ({"yaw_limit_deg": 120}, "between 0 and")])
def test_settings_that_make_no_sense(change, text):
    with pytest.raises(InputError, match=text):
        ProfileSettings(**change)


@pytest.fixture
def unlabelled(photographs, tmp_path):
    folder = tmp_path / "unlabelled"
    folder.mkdir()
    (folder / "a.png").write_bytes((photographs / "p_0.png").read_bytes())
    return folder


def test_meshes_are_kept_for_the_next_run(unlabelled, tmp_path, monkeypatch):
    calls = []

    def read(files):
        calls.append(files)
        return Meshes(np.zeros((1, 3, 478, 3), np.float32), np.zeros((1, 256, 256), np.uint8))

    monkeypatch.setattr("fsanet.profiling.heads.read_meshes", read)
    for _ in range(2):
        [photograph] = find_photographs(unlabelled, tmp_path / "meshes.npz")
        assert photograph.mesh.shape == (3, 478, 3)
    assert len(calls) == 1


def test_face_mesh_that_fails_is_one_sentence(unlabelled, tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no module mediapipe' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(mediapipe_environment, "mediapipe_python", lambda: python)
    with pytest.raises(OSError, match="MediaPipe failed: no module mediapipe"):
        find_photographs(unlabelled, tmp_path / "meshes.npz")
