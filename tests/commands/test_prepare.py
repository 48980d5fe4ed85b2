"""The command: what is there is made, what is broken is listed, and a kill changes nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from fsanet.cli import main
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL
from fsanet.datasets.pose_set import PoseSet
from fsanet.datasets.protocols import SUBSETS_300W_LP
from fsanet.errors import MissingPackageError
from fsanet.readers import face_boxes, raw_sets
from fsanet.readers.biwi import VIDEOS
from fsanet.readers.report import read_left_out

OPTIONS = ["--workers", "1"]


@pytest.fixture
def data(tmp_path, type1_writer):
    """A data folder with all eight subsets of 300W-LP and AFLW2000, four images each."""
    for subset in SUBSETS_300W_LP:
        base = subset.removesuffix("_Flip")
        for face in range(2):
            for rendering in range(2):
                name = f"{base}_{face}_1_{rendering}"
                type1_writer(tmp_path / "data" / "type1" / "300W_LP" / subset, name, seed=face)
    for number in range(4):
        type1_writer(tmp_path / "data" / "type1" / "AFLW2000", f"image{number:05d}", seed=number)
    return tmp_path / "data"


@pytest.fixture
def plain(monkeypatch):
    """Leaves the pictures out, for tests that are about something else: drawing them takes most of the time."""
    monkeypatch.setattr("fsanet.datasets.pictures.draw_pictures", lambda npz: None)


def run(*arguments):
    return main(["prepare", *map(str, arguments), *OPTIONS])


def files_of(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_without_arguments_everything_that_is_there_is_made(data, capsys):
    assert run("--folder", data) == EXIT_OK
    out = capsys.readouterr().err
    assert f"found    300W_LP: {data}/type1/300W_LP" in out
    assert f"found    AFLW2000: {data}/type1/AFLW2000" in out
    assert "missing  BIWI: put the folders 01 to 24 with frame_00003_rgb.png, frame_00003_pose.txt, ... into" in out
    assert "https://data.vision.ee.ethz.ch/cvl/gfanelli/head_pose/head_forest.html" in out
    assert "missing  Pointing04" in out
    made = sorted(path.name for path in (data / "type1").glob("*.npz"))
    assert made == sorted([*(f"{subset}.npz" for subset in SUBSETS_300W_LP), "AFLW2000.npz"])
    for name in made:
        assert len(PoseSet.load(data / "type1" / name, 64)) == 4
        assert (data / "type1" / name.replace(".npz", ".samples.png")).is_file()
        assert (data / "type1" / name.replace(".npz", ".poses.png")).is_file()

    plain, flipped = (PoseSet.load(data / "type1" / f"{name}.npz") for name in ("AFW", "AFW_Flip"))
    assert plain.source.tolist() == flipped.source.tolist() == ["AFW/AFW_0_1"] * 2 + ["AFW/AFW_1_1"] * 2


def test_a_second_run_leaves_what_is_up_to_date(data, capsys):
    run("--folder", data, "--set", "AFLW2000")
    before = files_of(data)
    capsys.readouterr()
    assert run("--folder", data, "--set", "AFLW2000") == EXIT_OK
    assert "AFLW2000.npz: 4 samples (was there, up to date)" in capsys.readouterr().out
    assert files_of(data) == before


def test_missing_pictures_are_drawn_again(data):
    run("--folder", data, "--set", "AFLW2000")
    (data / "type1" / "AFLW2000.poses.png").unlink()
    run("--folder", data, "--set", "AFLW2000")
    assert (data / "type1" / "AFLW2000.poses.png").is_file()


def test_raw_and_out_may_be_anywhere(plain, data, tmp_path):
    out = tmp_path / "out" / "below"
    assert run("--set", "AFLW2000", "--raw", data / "type1" / "AFLW2000", "--out", out, "--margin", 0.4) == EXIT_OK
    read = PoseSet.load(out / "AFLW2000.npz")
    assert read.meta["margin"] == 0.4
    assert sorted(set(read.source)) == [f"AFLW2000/image{number:05d}" for number in range(4)]


def test_a_set_of_ones_own(plain, data, tmp_path):
    folder = tmp_path / "faces"
    shutil.copytree(data / "type1" / "AFLW2000", folder)
    (folder / "labels.csv").write_text("image,yaw,pitch,roll,x1,y1,x2,y2\nimage00000.jpg,11,2,3,20,10,50,40\n")
    assert run("--set", "own", "--raw", folder, "--out", tmp_path / "out") == EXIT_OK
    assert len(PoseSet.load(tmp_path / "out" / "faces.npz")) == 1
    assert run("--set", "own", "--raw", folder, "--out", tmp_path / "out", "--name", "mine") == EXIT_OK
    assert (tmp_path / "out" / "mine.npz").is_file()


def test_biwi_is_searched_once_for_its_three_sets(plain, tmp_path, biwi_writer, detector, capsys):
    for video in VIDEOS:
        biwi_writer(tmp_path / "BIWI", video, 3)
    assert run("--set", "BIWI", "--raw", tmp_path / "BIWI", "--out", tmp_path / "out") == EXIT_OK
    assert detector.calls == 24
    assert detector.options == [("mtcnn", {"threshold": 0.9})]
    sizes = {name: len(PoseSet.load(tmp_path / "out" / f"{name}.npz")) for name in ("BIWI_train", "BIWI_test")}
    assert sizes == {"BIWI_train": 16, "BIWI_test": 8}
    meta = PoseSet.load(tmp_path / "out" / "BIWI_noTrack.npz").meta
    assert meta["detector"] == {"name": "mtcnn", "channels_swapped": False, "threshold": 0.9}
    assert (tmp_path / "out" / "BIWI_faces_mtcnn.json").is_file()


def test_the_channels_that_mtcnn_sees_are_a_setting(plain, tmp_path, biwi_writer, detector):
    for video in VIDEOS:
        biwi_writer(tmp_path / "BIWI", video, 3)
    run("--set", "BIWI", "--raw", tmp_path / "BIWI", "--out", tmp_path / "out", "--bgr-to-mtcnn")
    assert PoseSet.load(tmp_path / "out" / "BIWI_train.npz").meta["detector"]["channels_swapped"] is True
    assert (tmp_path / "out" / "BIWI_faces_mtcnn_bgr.json").is_file()


def test_what_is_broken_is_listed_and_the_rest_is_made(plain, data, capsys):
    afw = data / "type1" / "300W_LP" / "AFW"
    (afw / "AFW_0_1_0.mat").unlink()
    (afw / "AFW_0_1_1.jpg").write_bytes(b"")
    shutil.rmtree(data / "type1" / "300W_LP" / "HELEN_Flip")
    assert run("--folder", data) == EXIT_PARTIAL
    printed = capsys.readouterr()
    assert "  left out, missing mat: 1 (AFW/AFW_0_1_0)" in printed.out
    assert "  left out, unreadable image: 1 (AFW/AFW_0_1_1)" in printed.out
    assert f"error: HELEN_Flip: No folder '{data}/type1/300W_LP/HELEN_Flip': give one" in printed.err
    assert len(PoseSet.load(data / "type1" / "AFW.npz")) == 2
    assert len(read_left_out(data / "type1" / "AFW.npz")) == 2
    assert (data / "type1" / "LFPW_Flip.npz").is_file()
    assert not (data / "type1" / "HELEN_Flip.npz").exists()


def test_a_set_without_a_usable_sample_is_an_error_and_no_npz(data, capsys):
    for file in (data / "type1" / "AFLW2000").glob("*.mat"):
        scipy.io.savemat(file, {"Pose_Para": np.full((1, 7), np.nan), "pt2d": np.ones((2, 68))})
    assert run("--folder", data, "--set", "AFLW2000") == EXIT_ERROR
    assert "No usable sample for" in (error := capsys.readouterr().err)
    assert "4 x NaN label" in error
    assert [file.name for file in (data / "type1").glob("AFLW2000.*")] == ["AFLW2000.left_out.csv"]


@pytest.mark.parametrize(
    ("chosen", "option"),
    [
        ("synthetic", ("--raw", "somewhere")),
        ("synthetic", ("--margin", 0.0)),
        ("synthetic", ("--img-size", 128)),
        ("synthetic", ("--detector", "yunet")),
        ("synthetic", ("--bgr-to-mtcnn",)),
        ("synthetic", ("--euler-order", "xyz")),
        ("synthetic", ("--biwi-split", "split.json")),
        ("synthetic", ("--csv", "table.csv")),
        ("synthetic", ("--angles", "degrees")),
        ("synthetic", ("--name", "mine")),
        ("AFLW2000", ("--samples", 600)),
        ("AFLW2000", ("--seed", 0)),
        ("AFLW2000", ("--detector", "yunet")),
        ("Pointing04", ("--euler-order", "zyx")),
        ("BIWI", ("--csv", "table.csv")),
        ("300W_LP", ("--angles", "degrees")),
        ("BIWI", ("--name", "mine")),
        ("own", ("--biwi-split", "split.json")),
    ],
)
def test_an_option_without_a_part_is_refused(tmp_path, capsys, renderer, chosen, option):
    assert run("--set", chosen, "--folder", tmp_path, *option) == EXIT_ERROR
    assert capsys.readouterr().err == f"error: {option[0]} does not go with --set {chosen}: leave it out.\n"
    assert not renderer


def test_an_option_without_a_part_in_what_is_there_is_refused(data, tmp_path, capsys, renderer):
    assert run("--folder", data, "--samples", 600) == EXIT_ERROR
    assert "--samples does not go with what is there (300W_LP, AFLW2000): leave it out." in capsys.readouterr().err
    assert run("--folder", tmp_path / "empty", "--img-size", 128) == EXIT_ERROR
    assert "--img-size does not go with the synthetic set, which is made where there is no" in capsys.readouterr().err
    assert not renderer


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--set", "AFLW2000", "--raw", "nowhere"),
            "error: AFLW2000: No folder 'nowhere': expected there are image00002.jpg",
        ),
        (("--set", "AFLW2000", "--raw", "nowhere"), "get it at http://www.cbsr.ia.ac.cn"),
        (("--set", "own"), "error: --set own needs --raw: a folder with images and a CSV with image, yaw"),
        (
            ("--raw", "somewhere"),
            "error: --raw needs --set to say what it is: 300W_LP, AFLW2000, BIWI, Pointing04",
        ),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == EXIT_ERROR
    assert message in capsys.readouterr().err


@pytest.fixture
def renderer(monkeypatch):
    """Stands in for the renderer, which has tests of its own, and notes how it is called."""
    calls = []
    monkeypatch.setattr(
        "fsanet.rendering.write_sets.write_synthetic_sets",
        lambda out, samples, seed, processes, *, quiet: calls.append((out, samples, seed, processes, quiet)),
    )
    return calls


def test_synthetic_sets_on_demand(tmp_path, renderer):
    assert run("--set", "synthetic", "--out", tmp_path, "--samples", 30, "--seed", 4) == EXIT_OK
    assert renderer == [(tmp_path, 30, 4, 1, False)]


def test_where_there_is_nothing_the_synthetic_sets_are_made(tmp_path, renderer, capsys):
    assert run("--folder", tmp_path) == EXIT_OK
    assert renderer == [(tmp_path, None, 0, 1, False)]
    printed = capsys.readouterr().err
    assert printed.count("missing  ") == 4
    assert "There is no raw set: making the synthetic one, which needs none." in printed


def test_a_bad_split_of_biwi_is_told_once_before_faces_are_searched(tmp_path, monkeypatch, capsys):
    (tmp_path / "raw" / "01").mkdir(parents=True)
    monkeypatch.setattr(raw_sets, "detect_faces", lambda *_, **__: pytest.fail("searched"))
    options = ["--set", "BIWI", "--raw", tmp_path / "raw", "--out", tmp_path / "out", "--biwi-split", tmp_path / "no"]
    assert run(*options) == EXIT_ERROR
    assert capsys.readouterr().err == f"error: BIWI: No split file '{tmp_path / 'no'}'.\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--img-size", 0), "must be a whole number, 1 or more, got 0"),
        (("--margin", -1), "must be between 0 and 3, got -1"),
        (("--margin", 5), "must be between 0 and 3, got 5"),
        (("--set", "AFW"), "invalid choice"),
    ],
)
def test_wrong_options_are_told(capsys, option, message):
    with pytest.raises(SystemExit):
        run(*option)
    assert message in capsys.readouterr().err


def test_a_missing_package_is_told_and_the_other_sets_are_made(plain, data, biwi_writer, monkeypatch, capsys):
    def no_mtcnn(name, **options):
        raise MissingPackageError("The MTCNN detector cannot be loaded: pip install 'fsanet[mtcnn]'.")

    biwi_writer(data / "BIWI", "01", 3)
    monkeypatch.setattr("fsanet.readers.face_boxes.create_detector", no_mtcnn)
    face_boxes._detector_of.cache_clear()
    shutil.rmtree(data / "type1" / "300W_LP")
    assert run("--folder", data) == EXIT_PARTIAL
    assert "error: BIWI: The MTCNN detector cannot be loaded" in capsys.readouterr().err
    assert (data / "type1" / "AFLW2000.npz").is_file()
    assert not list(data.glob(".*"))


def test_archives_that_unpack_into_a_folder_of_their_own_name(plain, data, tmp_path):
    raw = tmp_path / "unpacked"
    shutil.copytree(data / "type1" / "AFLW2000", raw / "AFLW2000")
    assert run("--set", "AFLW2000", "--raw", raw, "--out", tmp_path / "out") == EXIT_OK


def test_an_empty_folder(tmp_path, capsys):
    (tmp_path / "AFLW2000").mkdir()
    assert run("--set", "AFLW2000", "--raw", tmp_path / "AFLW2000", "--out", tmp_path / "out") == EXIT_ERROR
    assert "AFLW2000' holds no image and no .mat file: give" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_bgr_is_a_setting_of_mtcnn(tmp_path, biwi_writer, capsys):
    biwi_writer(tmp_path / "BIWI", "01", 3)
    arguments = ("--set", "BIWI", "--raw", tmp_path / "BIWI", "--out", tmp_path / "out")
    assert run(*arguments, "--detector", "yunet", "--bgr-to-mtcnn") == EXIT_ERROR
    assert "BGR instead of RGB is a setting of MTCNN, not of yunet." in capsys.readouterr().err


def test_an_output_folder_that_cannot_be_written(data, tmp_path, capsys):
    (tmp_path / "file").write_text("no folder")
    assert run("--folder", data, "--set", "AFLW2000", "--out", tmp_path / "file") == EXIT_ERROR
    assert f"Cannot write to '{tmp_path}/file'" in (error := capsys.readouterr().err)
    assert "give another folder with --out" in error


def limited(arguments, megabytes):
    """The command in a process whose files may not grow beyond a size, as on a full disk."""
    code = (
        "import resource, sys; from fsanet.cli import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({int(megabytes * 1e6)},) * 2); sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "prepare", *map(str, arguments), "--quiet", "--workers", "2"]
    return subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)


def environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@pytest.fixture
def many(tmp_path, type1_writer):
    """A raw set of 1,000 images: eight parts of 1.6 MB."""
    type1_writer(tmp_path / "raw", "first")
    for number in range(1000):
        for suffix in (".jpg", ".mat"):
            os.link(tmp_path / "raw" / f"first{suffix}", tmp_path / "raw" / f"image{number:05d}{suffix}")
    (tmp_path / "raw" / "image00500.mat").unlink()
    return tmp_path / "raw"


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as Unix does")
@pytest.mark.parametrize("megabytes", [0.5, 4])  # a part does not fit; the parts do and the npz does not
def test_a_full_disk_is_told_and_nothing_half_written_stays(many, tmp_path, megabytes):
    done = limited(["--set", "AFLW2000", "--raw", many, "--out", tmp_path / "out"], megabytes)
    assert done.returncode == EXIT_ERROR, done.stderr
    assert "AFLW2000.npz' cannot be written (File too large); nothing of it was kept. Up to 25 MB" in done.stderr
    assert not list((tmp_path / "out").glob("*.npz"))
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_killed_at_any_moment_and_started_again_it_ends_with_the_same_bytes(many, tmp_path):
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    assert run("--set", "AFLW2000", "--raw", many, "--out", undisturbed) == EXIT_PARTIAL
    for parts in (1, 4, 7):
        kill_when(parts, many, disturbed)
        assert not (disturbed / "AFLW2000.npz").exists()
    assert run("--set", "AFLW2000", "--raw", many, "--out", disturbed) == EXIT_PARTIAL
    assert files_of(disturbed) == files_of(undisturbed)
    assert len(files_of(disturbed)) == 4  # npz, list, two pictures


def kill_when(parts: int, raw: Path, out: Path) -> None:
    """Run the command and kill it without mercy as soon as so many parts are there."""
    command = [sys.executable, "-m", "fsanet", "prepare", "--set", "AFLW2000", "--raw", str(raw), "--out", str(out)]
    process = subprocess.Popen([*command, "--workers", "2", "--quiet"], env=environment(), stdout=subprocess.DEVNULL)
    while len(list(out.glob(".AFLW2000.npz.parts/0*.npz"))) < parts:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
