"""The command as a person uses it: good input, bad input, exit codes, what is left on disk."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from fsanet import cli
from fsanet.commands.estimate import one_run as estimate_module
from fsanet.console import EXIT_BUG, EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL
from fsanet.detectors.detection import BoxConvention
from fsanet.image.reading import write_image
from fsanet.inference import estimator as estimator_module
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.inference.face_estimator import Face
from fsanet.inference.rows.row import make_row
from fsanet.inference.video.reader import VideoReader
from fsanet.inference.video.writer import writing_video
from fsanet.pose.angles import Pose


class WholeImageDetector:
    """Finds one face wherever there is room for it."""

    name = "whole"
    convention = BoxConvention()

    def detect(self, image_bgr):
        from fsanet.detectors.detection import Detection

        height, width = image_bgr.shape[:2]
        return [Detection(box_xyxy=(0, 0, width, height), score=1.0)] if min(height, width) >= 8 else []


class ConstantEngine:
    name = "constant"
    input_size = 64

    def predict(self, crops_bgr):
        return np.tile(np.float32([10, -20, 30]), (len(crops_bgr), 1))


@pytest.fixture(autouse=True)
def fake_network(monkeypatch, tmp_path):
    """The networks have tests of their own: here a fast stand-in answers."""

    def build(model, weights, detector, engine, detect_size, **settings):
        return HeadPoseEstimator(detector=WholeImageDetector(), engine=ConstantEngine(), **settings)

    monkeypatch.setattr(estimator_module, "HeadPoseEstimator", build)
    monkeypatch.delenv("FSANET_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    write_image(path, np.full((40, 50, 3), 128, np.uint8))
    return path


def estimate(*args):
    return cli.main(["estimate", *map(str, args)])


def one_sentence(captured):
    """The error text, after checking that it is one line."""
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1, captured.err
    assert lines[0].startswith("error: ")
    assert "Traceback" not in captured.err
    return lines[0]


@pytest.mark.parametrize(
    ("mask", "said"), [("worn", "  mask worn  (cut)"), ("below nose", "  mask below nose"), ("none", "  (cut)")]
)
def test_what_is_worn_is_said_behind_the_angles(capsys, mask, said):
    face = Face((1, 2, 30, 40), 0.9, Pose(1, 2, 3), flags=("cut",), mask=mask)
    estimate_module.make_printer(sources=1)([make_row("p.png", 0, face)])
    assert f"roll +3.0{said}" in capsys.readouterr().out


def test_a_photo_gives_angles_a_picture_and_rows(photo, tmp_path, capsys):
    assert estimate(photo) == EXIT_OK
    assert "face 0  yaw +10.0  pitch -20.0  roll +30.0" in capsys.readouterr().out
    out = tmp_path / "fsanet_output"
    assert sorted(file.name for file in out.iterdir()) == ["photo.png", "poses.csv"]
    (row,) = csv.DictReader((out / "poses.csv").read_text().splitlines())
    assert (row["file"], row["yaw"], row["x2"]) == (str(photo), "10.0", "50.0")


def test_rows_alone_as_json_lines(photo, tmp_path):
    assert estimate(photo, "--no-pictures", "--quiet", "--rows", tmp_path / "p.jsonl") == EXIT_OK
    assert json.loads((tmp_path / "p.jsonl").read_text())["pitch"] == -20
    assert sorted(file.name for file in tmp_path.iterdir()) == ["p.jsonl", "photo.png"]


def test_quiet_prints_the_angles_and_nothing_else(photo, capsys):
    assert estimate(photo, "--quiet") == EXIT_OK
    said = capsys.readouterr()
    assert (said.out.count("\n"), said.err) == (1, "")
    assert "face 0  yaw +10.0  pitch -20.0  roll +30.0" in said.out


def piped(data, *args):
    """What a command prints that reads `data` from standard input, and its exit code."""
    code = (
        "import sys, test_estimate as t; from fsanet.inference import estimator as e; make = e.HeadPoseEstimator; "
        "e.HeadPoseEstimator = lambda *_, **__: make(detector=t.WholeImageDetector(), engine=t.ConstantEngine()); "
        "sys.exit(t.cli.main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, "estimate", "-", *map(str, args)]
    paths = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(words, input=data, capture_output=True, check=False, env=os.environ | {"PYTHONPATH": paths})


@pytest.mark.parametrize(
    ("suffix", "written"), [(".jpg", "stream_input.jpg"), (".png", "stream_input.png"), (".ppm", "stream_input.png")]
)
def test_a_picture_by_standard_input_is_treated_as_one_in_a_file(tmp_path, suffix, written):
    deep = np.full((40, 50, 3), 900, np.uint16) if suffix == ".png" else np.full((40, 50, 3), 128, np.uint8)
    done = piped(cv2.imencode(suffix, deep)[1].tobytes(), "--out", tmp_path / "out")
    assert done.returncode == EXIT_OK
    assert done.stdout == b"-: face 0  yaw +10.0  pitch -20.0  roll +30.0\n"
    assert (b"warning: -: 16-bit values of which 10 bits are in use" in done.stderr) == (suffix == ".png")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["poses.csv", written]
    (row,) = csv.DictReader((tmp_path / "out" / "poses.csv").read_text().splitlines())
    assert (row["file"], row["frame"], row["time"], row["x2"]) == ("-", "", "", "50.0")


def test_a_cut_picture_by_standard_input_is_told(tmp_path):
    jpeg = cv2.imencode(".jpg", np.full((40, 50, 3), 128, np.uint8))[1].tobytes()
    done = piped(jpeg[:-40], "--out", tmp_path / "out")
    assert done.returncode == EXIT_ERROR
    assert done.stderr == b"error: '-' is a truncated JPEG: its end is missing.\n"
    assert list((tmp_path / "out").iterdir()) == []


def test_jpegs_by_standard_input_are_a_video(tmp_path):
    jpeg = cv2.imencode(".jpg", np.full((40, 50, 3), 128, np.uint8))[1].tobytes()
    done = piped(jpeg * 3, "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (EXIT_OK, b"")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["poses.csv", "stream_input.mp4"]
    rows = csv.DictReader((tmp_path / "out" / "poses.csv").read_text().splitlines())
    assert [row["frame"] for row in rows] == ["0", "1", "2"]


def test_options_for_videos_are_said_to_do_nothing_where_there_is_none(photo, tmp_path, capsys):
    assert estimate(photo, "--detect-every", "5", "--no-smooth", "--neutral") == EXIT_OK
    idle = (
        "warning: --detect-every, --no-smooth, --neutral: for videos, cameras and streams, of which there is none here"
    )
    assert idle in capsys.readouterr().err
    with writing_video(tmp_path / "clip.mp4", 10) as video:
        video.write(np.full((48, 64, 3), 128, np.uint8))
    for words in ([photo], [photo, "clip.mp4", "--smooth"]):
        assert estimate(*words) == EXIT_OK
        assert "of which there is none here" not in capsys.readouterr().err


def test_a_folder_that_cannot_be_read_makes_the_run_one_that_is_done_in_part(photo, tmp_path, capsys, monkeypatch):
    def scandir(path="."):
        if os.fspath(path) == closed:
            raise PermissionError(errno.EACCES, "Permission denied", closed)
        return listed(path)

    listed = os.scandir
    (tmp_path / "noread").mkdir()
    for sources, closed in ((".", "./noread"), ("*", "noread")):
        with monkeypatch.context() as patched:
            patched.setattr(os, "scandir", scandir)
            assert estimate(sources) == EXIT_PARTIAL
        said = capsys.readouterr().err
        assert f"error: 1 folders cannot be read: {closed}\n" in said
        assert "1 of 1 files" in said


def test_pictures_of_an_earlier_run_are_not_looked_at_again(photo, capsys):
    for out in ("a", "b", "c"):
        assert estimate(".", "--out", out) == EXIT_OK
        assert "1 of 1 files, 1 faces" in (said := capsys.readouterr().err)
    assert "2 folders hold results of an earlier run and are left out: ./a, ./b (name such a folder itself" in said


def test_spaced_and_accented_paths(tmp_path):
    path = tmp_path / "Fotos für 写真" / "mein bild.png"
    write_image(path, np.full((40, 50, 3), 128, np.uint8))
    assert estimate(path.parent) == EXIT_OK
    assert (tmp_path / "fsanet_output" / "mein bild.png").is_file()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((1, 1, 3), np.uint8),
        np.full((100, 20_000, 3), 90, np.uint8),
        np.full((40, 50), 90, np.uint8),
        np.full((40, 50, 4), 90, np.uint8),
        np.full((40, 50, 3), 9000, np.uint16),
    ],
    ids=["one-pixel", "20000x100", "grey", "alpha", "16-bit"],
)
def test_unusual_images_are_done(tmp_path, image):
    cv2.imwrite(str(tmp_path / "a.png"), image)
    assert estimate("a.png") == EXIT_OK
    assert (tmp_path / "fsanet_output" / "a.png").is_file()


def truncated_jpeg(path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path.write_bytes(cv2.imencode(".jpg", noise)[1].tobytes()[:2000])


def truncated_mp4(path):
    with writing_video(path, 10) as video:
        for _ in range(10):
            video.write(np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8))
    path.write_bytes(path.read_bytes()[:3000])


BAD_FILES = {
    "text.jpg": (lambda path: path.write_text("hello"), "damaged or no image that can be read"),
    "cut.jpg": (truncated_jpeg, "truncated JPEG"),
    "cut.mp4": (truncated_mp4, "truncated, damaged or no video file"),
    "zero.png": (lambda path: path.touch(), r"is empty (0 bytes), not an image"),
    "zero.mp4": (lambda path: path.touch(), r"is empty (0 bytes), not a video"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_single_bad_file_is_one_sentence_and_leaves_nothing(tmp_path, capsys, name):
    make, message = BAD_FILES[name]
    make(tmp_path / name)
    assert estimate(name) == EXIT_ERROR
    assert message in one_sentence(capsys.readouterr())
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [name]


def test_bad_files_in_a_folder_are_named_and_the_rest_is_done(tmp_path, capsys, photo):
    folder = tmp_path / "in"
    write_image(folder / "good.png", np.full((40, 50, 3), 128, np.uint8))
    for name, (make, _) in BAD_FILES.items():
        make(folder / name)
    assert estimate(folder) == EXIT_PARTIAL
    errors = capsys.readouterr().err
    for name, (_, message) in BAD_FILES.items():
        assert any(name in line and message in line for line in errors.splitlines()), name
    assert f"1 of {len(BAD_FILES) + 1} files" in errors
    assert len((tmp_path / "fsanet_output" / "poses.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.jpg"], "No file, folder or camera number 'nowhere.jpg': check the path."),
        (["empty"], "The folder 'empty' holds no image and no video"),
        (["*.bmp"], "The pattern '*.bmp' holds no image and no video"),
        (["77"], "Camera 77 cannot be opened"),
        (["photo.png", "--rows", "poses.xlsx"], "end in .csv or .jsonl; got 'poses.xlsx'"),
        (["photo.png", "--out", "photo.png"], "photo.png"),
        (["photo.png", "--out", "round"], "'round' is there already, and is no folder"),
        (["photo.png", "--out", "round/a"], "'round/a' leads round in a circle of links"),
    ],
)
def test_wrong_arguments(tmp_path, capsys, photo, arguments, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "round").symlink_to("round")
    assert estimate(*arguments) == EXIT_ERROR
    assert message in one_sentence(capsys.readouterr())


def test_an_original_is_never_replaced(photo, tmp_path):
    before = photo.read_bytes()
    assert estimate(photo, "--out", ".") == EXIT_OK
    assert photo.read_bytes() == before
    assert (tmp_path / "photo_2.png").is_file()


def test_rows_do_not_replace_a_source(photo, tmp_path, capsys):
    photo.rename(tmp_path / "poses.csv")  # a picture, whatever its name
    assert estimate("poses.csv", "--out", ".") == EXIT_ERROR
    assert "is one of the sources and would be replaced" in one_sentence(capsys.readouterr())


def test_videos_of_one_stem_get_two_names(tmp_path):
    for name in ("IMG_0001.mp4", "IMG_0001.mov"):
        with writing_video(tmp_path / "one.mp4", 10) as video:
            video.write(np.zeros((48, 64, 3), np.uint8))
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "one.mp4").rename(tmp_path / "in" / name)
    assert estimate("in") == EXIT_OK
    assert sorted(path.name for path in (tmp_path / "fsanet_output").glob("*.mp4")) == [
        "IMG_0001.mp4",
        "IMG_0001_2.mp4",
    ]


def cut_video(path, frames=40):
    """A film whose index lies before its frames, cut off in the middle of them; returns the bytes of the whole one."""
    noise = np.random.default_rng(0)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("mpeg4", rate=10, width=64, height=48, pix_fmt="yuv420p")
        for _ in range(frames):
            picture = noise.integers(0, 255, (48, 64, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return whole


def test_a_video_of_which_frames_are_missing_is_done_in_part_and_its_rows_are_kept(tmp_path, capsys):
    cut_video(tmp_path / "cut.mp4")
    assert estimate("cut.mp4") == EXIT_PARTIAL
    rows = (tmp_path / "fsanet_output" / "poses.csv").read_text().splitlines()[1:]
    assert 10 < len(rows) < 30
    said = capsys.readouterr().err
    assert f"error: cut.mp4: {40 - len(rows)} of 40 frames could not be read\n" in said
    assert f"0 of 1 files, {len(rows)} faces by whole" in said


def test_a_video_of_which_frames_were_missing_is_read_whole_by_a_run_that_goes_on(photo, tmp_path, monkeypatch):
    def stop(rows):
        if rows[0].frame is None:
            raise KeyboardInterrupt

    whole = cut_video(tmp_path / "cut.mp4")
    with monkeypatch.context() as patched:
        patched.setattr(estimate_module, "make_printer", lambda *_: stop)
        assert estimate("cut.mp4", photo) == EXIT_INTERRUPTED
    path = tmp_path / "fsanet_output" / "poses.csv"
    assert 10 < path.read_text().count("cut.mp4") < 30
    (tmp_path / "cut.mp4").write_bytes(whole)
    assert estimate("cut.mp4", photo) == EXIT_OK
    assert path.read_text().count("cut.mp4") == 40


def test_a_video_of_which_frames_were_missing_is_read_whole_when_its_shard_is_given_again(photo, tmp_path, capsys):
    whole = cut_video(tmp_path / "cut.mp4")
    options = ("cut.mp4", photo, "--no-pictures", "--shard", "1/1")
    assert estimate(*options) == EXIT_PARTIAL
    (tmp_path / "cut.mp4").write_bytes(whole)
    capsys.readouterr()
    assert estimate(*options) == EXIT_OK
    assert "2 of 2 files (1 by an earlier run)" in capsys.readouterr().err
    assert cli.main(["merge", "fsanet_output"]) == EXIT_OK
    assert (tmp_path / "fsanet_output" / "poses.csv").read_text().count("cut.mp4") == 40


def test_odd_names_do_not_end_the_run_and_it_can_go_on(tmp_path, capsys):
    jpeg = cv2.imencode(".jpg", np.full((40, 50, 3), 128, np.uint8))[1].tobytes()
    names = [b"caf\xe9.jpg", b"x" * 240 + b".jpg", b"y" * 255, b"plain.jfif", b"z.jpg"]
    (tmp_path / "in").mkdir()
    for name in names:
        (tmp_path / "in" / os.fsdecode(name)).write_bytes(jpeg)
    assert estimate("in", "--rows", "poses.csv", "--rows", "poses.jsonl") == EXIT_PARTIAL
    error = capsys.readouterr().err
    assert "the annotated picture could not be written" in error  # of the name that has no room for a suffix
    assert error.count("error: ") == 1
    files = {row["file"] for row in csv.DictReader((tmp_path / "poses.csv").read_text(encoding="utf-8").splitlines())}
    assert files == {"in/caf\\xe9.jpg", f"in/{'x' * 240}.jpg", f"in/{'y' * 255}", "in/plain.jfif", "in/z.jpg"}
    assert len((tmp_path / "poses.jsonl").read_text(encoding="utf-8").splitlines()) == 5
    written = {os.fsencode(path.name) for path in (tmp_path / "fsanet_output").iterdir()}
    assert written == {b"caf\xe9.jpg", b"x" * 240 + b".jpg", b"plain.jpg", b"z.jpg"}


def test_what_is_skipped_in_a_folder_is_named(photo, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("hello")
    assert estimate(".") == EXIT_OK
    assert "warning: 1 files are neither picture nor video (1 x .txt): notes.txt" in capsys.readouterr().err


def test_the_summary_names_what_found_the_faces(photo, capsys):
    assert estimate(photo) == EXIT_OK
    assert "1 of 1 files, 1 faces by whole, constant: " in capsys.readouterr().err


def test_deep_pictures_say_what_was_done_to_them(tmp_path, capsys):
    cv2.imwrite(str(tmp_path / "ir.png"), np.full((40, 50), 900, np.uint16))
    assert estimate("ir.png") == EXIT_OK
    assert "warning: ir.png: 16-bit values of which 10 bits are in use" in capsys.readouterr().err


def test_a_video_of_a_gif(tmp_path):
    pictures = [Image.new("RGB", (48, 40), (60 * i,) * 3) for i in range(3)]
    pictures[0].save(tmp_path / "anim.gif", save_all=True, append_images=pictures[1:], duration=100)
    assert estimate("anim.gif", "--any-angle", "--detect-size", "900") == EXIT_OK
    rows = list(csv.DictReader((tmp_path / "fsanet_output" / "poses.csv").read_text().splitlines()))
    assert [(row["frame"], row["time"]) for row in rows] == [("0", "0.0"), ("1", "0.1"), ("2", "0.2")]
    assert (tmp_path / "fsanet_output" / "anim.mp4").is_file()


def test_show_without_a_display(photo, capsys, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert estimate(photo, "--show") == EXIT_ERROR
    assert "there is no display (DISPLAY is not set)" in one_sentence(capsys.readouterr())


def test_show_with_a_display_that_is_gone(photo, capsys, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert estimate(photo, "--show") == EXIT_ERROR
    assert "the display ':4711' does not answer" in one_sentence(capsys.readouterr())


def test_an_output_folder_that_cannot_be_written(photo, tmp_path, capsys):
    (tmp_path / "taken").touch()
    assert estimate(photo, "--out", tmp_path / "taken" / "out") == EXIT_ERROR
    assert "taken" in one_sentence(capsys.readouterr())


@pytest.mark.parametrize("arguments", [["--detect-every", "0"], ["--margin", "9"], ["--draw", "arrow"]])
def test_wrong_usage_is_exit_code_2(photo, arguments):
    with pytest.raises(SystemExit) as exit_info:
        estimate(photo, *arguments)
    assert exit_info.value.code == 2


@pytest.mark.parametrize("source", ["photo.png", "clip.mp4"])
def test_a_bug_of_ours_keeps_its_traceback(photo, tmp_path, capsys, monkeypatch, source):
    def predict(self, crops_bgr):
        raise ValueError("operands could not be broadcast together")

    with writing_video(tmp_path / "clip.mp4", 10) as video:
        for _ in range(3):
            video.write(np.full((48, 64, 3), 128, np.uint8))
    monkeypatch.setattr(ConstantEngine, "predict", predict)
    assert estimate(source) == EXIT_BUG
    printed = capsys.readouterr().err
    assert "Traceback" in printed
    assert "operands could not be broadcast together" in printed


def test_ctrl_c_keeps_what_was_done_and_the_next_run_goes_on(tmp_path, capsys, monkeypatch):
    for i in range(6):
        write_image(tmp_path / "in" / f"{i}.png", np.full((40, 50, 3), 128, np.uint8))
    write_row = estimate_module.make_printer

    def interrupt_at(number):
        def make(*args):
            seen = []

            def show(rows):
                seen.append(rows)
                if len(seen) > number:
                    raise KeyboardInterrupt

            return show

        return make

    monkeypatch.setattr(estimate_module, "make_printer", interrupt_at(3))
    assert estimate("in") == EXIT_INTERRUPTED
    said = capsys.readouterr().err
    assert "3 of 6 files, " in said
    assert "Interrupted: what was done is kept; the same command goes on from there.\n" in said
    assert len((tmp_path / "fsanet_output" / "poses.csv").read_text().splitlines()) >= 1 + 3
    monkeypatch.setattr(estimate_module, "make_printer", write_row)
    assert estimate("in") == EXIT_OK
    said = capsys.readouterr().err
    assert "Resuming: 3 of 6 files are done." in said
    assert "6 of 6 files (3 by an earlier run), 3 more faces by whole, constant: " in said
    assert len((tmp_path / "fsanet_output" / "poses.csv").read_text().splitlines()) == 1 + 6


@pytest.mark.parametrize("pictures", [(), ("--no-pictures",)])
def test_rows_of_a_resumed_run_are_those_of_one_that_was_not_stopped_whatever_became_of_the_files(
    tmp_path, capsys, monkeypatch, pictures
):
    seen = []

    def stop_at_the_fifth(rows):
        seen.append(rows)
        if len(seen) == 5:
            raise KeyboardInterrupt

    picture, to = np.full((40, 50, 3), 128, np.uint8), ("--rows", "p.csv", "--rows", "p.jsonl", *pictures)
    for name in ("a", "c", "d", "e", "f"):
        write_image(tmp_path / "in" / f"{name}.png", picture)
    (tmp_path / "in" / "b.png").write_bytes(b"")
    with monkeypatch.context() as patched:
        patched.setattr(estimate_module, "make_printer", lambda *_: stop_at_the_fifth)
        assert estimate("in", *to) == EXIT_INTERRUPTED
    for name in ("b", "new"):
        write_image(tmp_path / "in" / f"{name}.png", picture)
    (tmp_path / "in" / "d.png").unlink()
    capsys.readouterr()
    assert estimate("in", *to[2:4], *to[:2], *pictures) == EXIT_OK
    said = capsys.readouterr().err
    assert "The unfinished run of 'p.csv' has rows of 1 files that are not among those of this one" in said
    assert "Resuming: 3 of 6 files are done." in said
    assert estimate("in", "--rows", "whole.csv", "--rows", "whole.jsonl", "--no-pictures") == EXIT_OK
    for suffix in (".csv", ".jsonl"):
        assert (tmp_path / f"p{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()


def test_ctrl_c_before_a_file_is_done_leaves_an_earlier_result_and_says_so(tmp_path, capsys, monkeypatch):
    write_image(tmp_path / "in" / "0.png", np.full((40, 50, 3), 128, np.uint8))
    assert estimate("in") == EXIT_OK
    earlier = (tmp_path / "fsanet_output" / "poses.csv").read_bytes()

    def stop(rows):
        raise KeyboardInterrupt

    monkeypatch.setattr(estimate_module, "make_printer", lambda *_: stop)
    capsys.readouterr()
    assert estimate("in") == EXIT_INTERRUPTED
    assert capsys.readouterr().err == "warning: Interrupted before a file was done; the rows of an earlier run stay.\n"
    assert (tmp_path / "fsanet_output" / "poses.csv").read_bytes() == earlier


def test_other_pictures_are_drawn_anew_and_not_taken_for_those_of_the_unfinished_run(tmp_path, capsys, monkeypatch):
    for i in range(4):
        write_image(tmp_path / "in" / f"{i}.png", np.full((40, 50, 3), 128, np.uint8))
    seen = []

    def stop_at_the_third(rows):
        seen.append(rows)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(estimate_module, "make_printer", lambda *_: stop_at_the_third)
        assert estimate("in", "--no-pictures") == EXIT_INTERRUPTED
    assert estimate("in") == EXIT_OK
    assert "had other settings: this one begins anew" in capsys.readouterr().err
    assert len(list((tmp_path / "fsanet_output").glob("*.png"))) == 4


@pytest.mark.parametrize("reader", [["head", "-1"], ["true"]])
def test_a_reader_that_has_seen_enough_does_not_end_the_run(tmp_path, repository, reader):
    names = [str(repository / "demo" / "assets" / name) for name in ("collins.jpg", "hopper.jpg", "group.jpg")]
    command = [sys.executable, "-m", "fsanet", "estimate", *names, "--no-pictures", "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        subprocess.run(reader, stdin=process.stdout, stdout=subprocess.DEVNULL, check=True)
        process.stdout.close()
        assert process.wait(60) == EXIT_OK
    assert [file.name for file in tmp_path.iterdir()] == ["poses.csv"]
    assert len({line.split(",")[0] for line in (tmp_path / "poses.csv").read_text().splitlines()}) == 1 + len(names)


def heed_ctrl_c():
    """A test run in the background of a shell ignores Ctrl-C, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.mirror
def test_ctrl_c_in_a_video_leaves_a_playable_video_and_a_whole_csv(tmp_path, mirror, repository):
    """The real command in a process of its own, stopped by a signal."""
    long = tmp_path / "long.mp4"
    with writing_video(long, 25) as video:
        for frame in list(VideoReader(str(repository / "demo" / "assets" / "clip.mp4"))) * 8:
            video.write(frame.image_bgr)
    command = [sys.executable, "-m", "fsanet", "estimate", str(long), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c)
    part = tmp_path / "out" / ".poses.csv.part"
    deadline = time.monotonic() + 120
    while not (part.exists() and part.stat().st_size > 5_000) and process.poll() is None:
        assert time.monotonic() < deadline, "no rows within two minutes"
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == EXIT_INTERRUPTED, errors
    frames = len(list(VideoReader(str(tmp_path / "out" / "long.mp4"))))
    rows = list(csv.DictReader((tmp_path / "out" / "poses.csv").read_text().splitlines()))
    assert 20 < frames < 960
    assert abs(int(rows[-1]["frame"]) + 1 - frames) <= 2  # one not yet given to the encoder, one on its way out of it
    assert all(row["roll"] for row in rows)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "capsule"], "--model does not go with --single-stage"),
        (["--any-angle"], "--any-angle does not go with --single-stage"),
        (["--finder-share", "0.5"], "--finder-share does not go with --single-stage"),
        (["--detector", "yunet"], "leave out --detector and --engine"),
    ],
)
def test_single_stage_is_a_network_of_its_own(repository, tmp_path, capsys, options, sentence):
    photo = str(repository / "demo" / "assets" / "collins.jpg")
    assert cli.main(["estimate", photo, "--single-stage", "--out", str(tmp_path), *options]) == EXIT_ERROR
    assert sentence in capsys.readouterr().err


def test_single_stage_writes_poses_of_every_face(repository, tmp_path):
    photo = str(repository / "demo" / "assets" / "group.jpg")
    assert cli.main(["estimate", photo, "--single-stage", "--no-pictures", "--out", str(tmp_path), "-q"]) == EXIT_OK
    rows = (tmp_path / "poses.csv").read_text().splitlines()
    assert len(rows) >= 1 + 6


def test_shards_without_a_cluster_are_refused(repository, tmp_path, capsys):
    photo = str(repository / "demo" / "assets" / "collins.jpg")
    assert cli.main(["estimate", photo, "--shards", "3", "--out", str(tmp_path)]) == EXIT_ERROR
    assert "--shards is for a cluster: give --cluster with it, or leave it out." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
