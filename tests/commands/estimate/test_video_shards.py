"""A video split by time among shards: rows of one run, numbers that go on across seams, kills, and what is refused."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("av", reason="pip install 'fsanet[video]' to test how videos are split")

import av
import cv2
import numpy as np

from fsanet import cli
from fsanet.console import EXIT_ERROR, EXIT_OK
from fsanet.inference.rows.tables import read_rows
from fsanet.pose.errors import geodesic_errors

FPS = 6
OPTIONS = ("--model", "ssrnet_mt")


def write_clip(path: Path, portrait: Path, places, seconds=13):
    """Faces that move and are lit ever differently: `places` are (x, first second, last second) of each."""
    head = cv2.resize(cv2.imread(str(portrait))[20:300, 90:370], (140, 140))
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "g": "10", "bf": "2"})
        video.width, video.height, video.pix_fmt = 320, 160, "yuv420p"
        for number in range(seconds * FPS):
            image = np.full((160, 320, 3), 90, np.uint8)
            for x, first, last in places:
                if first <= number / FPS <= last:
                    left = x + round(12 * np.sin(number / 9 + x))
                    image[10:150, left : left + 140] = cv2.convertScaleAbs(head, alpha=0.8 + 0.3 * np.sin(number / 5))
            container.mux(video.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(video.encode(None))


@pytest.fixture
def clip(tmp_path, repository, monkeypatch):
    """Writes clip.mp4 into the folder that is worked in: clip([(x, first second, last second)])."""
    monkeypatch.chdir(tmp_path)
    return lambda places: write_clip(tmp_path / "clip.mp4", repository / "demo" / "assets" / "collins.jpg", places)


def estimate(*more) -> int:
    return cli.main(["estimate", "clip.mp4", *OPTIONS, *map(str, more)])


def merged(*more, span=5):
    """Rows of one run, and of shards that are joined."""
    assert estimate("--no-pictures", "--out", "one", *more) == EXIT_OK
    for shard in ("2/2", "1/2"):
        assert estimate("--no-pictures", "--out", "many", "--span", span, "--shard", shard, *more) == EXIT_OK
    assert cli.main(["merge", "many"]) == EXIT_OK
    return list(read_rows(Path("one/poses.csv"))), list(read_rows(Path("many/poses.csv")))


def test_a_face_that_stays_keeps_its_number_and_its_poses(clip, capsys):
    clip([(90, 0, 99)])
    _, many = merged()
    assert Path("many/poses.csv").read_bytes() == Path("one/poses.csv").read_bytes()
    assert [row.frame for row in many if row.face == 0] == list(range(13 * FPS))
    assert "1 files of 2 shards, each once" in capsys.readouterr().err


@pytest.mark.parametrize("every", [1, 4])
def test_two_faces_across_seams_and_one_that_comes_later(clip, every):
    clip([(13, 0, 7), (165, 2, 99), (13, 9.5, 99)])
    one, many = merged("--detect-every", every)
    assert many == one
    assert {row.face for row in many} >= {0, 1, 2}
    assert len({(row.frame, row.face) for row in many}) == len(many)


def test_smoothing_is_warmed_up_before_the_part(clip):
    clip([(90, 0, 99)])
    one, many = merged("--smooth")
    assert [row[:9] for row in many] == [row[:9] for row in one]
    turns_deg = geodesic_errors(*([row[9:12] for row in rows] for rows in (many, one)))
    assert turns_deg.max() < 0.05


KILLED = """
import os, signal, sys
from fsanet import cli
from fsanet.inference.rows.file import RowFiles
finish = RowFiles.finish
def killed(rows, name, is_done=True):
    if len(rows.finished) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    finish(rows, name, is_done)
RowFiles.finish = killed
cli.main(sys.argv[1:])
"""


def test_a_killed_shard_goes_on_after_its_last_part(clip, capsys):
    clip([(90, 0, 99)])
    words = ("--no-pictures", "--out", "many", "--span", "4", "--shard", "1/2")
    command = [sys.executable, "-c", KILLED, "estimate", "clip.mp4", *OPTIONS, *words]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not list(Path("many").glob("*.csv"))
    one, many = merged(span=4)
    assert "Resuming: 1 of 2 files are done." in capsys.readouterr().err
    assert many == one


@pytest.mark.slow
def test_a_cluster_splits_a_video_too(clip):
    pytest.importorskip("distributed", reason="pip install 'fsanet[cluster]' to test clusters")
    clip([(90, 0, 99)])
    assert estimate("--no-pictures", "--out", "one") == EXIT_OK
    cluster = ("--cluster", "local:2", "--shards", 3, "--span", 4)
    assert estimate("--no-pictures", "--out", "many", *cluster) == EXIT_OK
    assert Path("many/poses.csv").read_bytes() == Path("one/poses.csv").read_bytes()
    assert [path.name for path in Path("many").iterdir()] == ["poses.csv"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--span", 5), "--span is for many processes: give --shard or --cluster with it, or leave it out."),
        (("--span", 5, "--shard", "1/2"), "--span splits no video without --no-pictures, an annotated video is"),
        (("--span", 5, "--shard", "1/2", "--no-pictures", "--neutral"), "--span splits no video with --neutral"),
        (("--span", 5, "--shard", "1/1", "--no-pictures"), "--span splits no video with one share."),
    ],
)
def test_a_span_that_does_not_go_with_other_options(clip, capsys, options, sentence):
    clip([(90, 0, 1)])
    assert estimate(*options) == EXIT_ERROR
    assert sentence in capsys.readouterr().err
    assert not Path("fsanet_output").exists()


@pytest.mark.parametrize("text", ["3.9", "-5", "nan", "inf", "five"])
def test_what_is_no_span(clip, capsys, text):
    clip([(90, 0, 1)])
    with pytest.raises(SystemExit, match="2"):
        estimate(f"--span={text}", "--shard", "1/2", "--no-pictures")
    assert "--span" in capsys.readouterr().err


def test_a_camera_in_a_run_of_shards_is_not_split(clip, capsys):
    clip([(90, 0, 1)])
    cli.main(["estimate", "clip.mp4", "1000", *OPTIONS, "--no-pictures", "--out", "many", "--shard", "1/9"])
    assert "Not split, one process takes all of it: 1000 (a camera)." in capsys.readouterr().err
