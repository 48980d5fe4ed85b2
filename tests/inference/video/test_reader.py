import gc
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from fractions import Fraction
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from itertools import chain
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from fsanet.inference.video.incoming import open_stream
from fsanet.inference.video.open_file import is_pipe
from fsanet.inference.video.reader import VideoReader, displayed
from fsanet.inference.video.writer import writing_video


def write_clip(path, count=20, size=(64, 48), fps=10):
    with writing_video(path, fps) as video:
        for i in range(count):
            video.write(np.full((size[1], size[0], 3), 10 * i, np.uint8))
    return path


def test_frames_numbers_and_times_survive(tmp_path):
    reader = VideoReader(str(write_clip(tmp_path / "ein clip ä.mp4")))
    frames = list(reader)
    assert reader.fps == 10
    assert [frame.index for frame in frames] == list(range(20))
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(20) / 10, atol=1e-3)
    np.testing.assert_allclose([frame.image_bgr.mean() for frame in frames], 10 * np.arange(20), atol=4)
    assert reader.missed_frames == 0


def test_frames_of_another_size_are_scaled_to_the_first(tmp_path):
    with writing_video(tmp_path / "a.mp4", 10) as video:
        for size in (48, 96, 30):
            video.write(np.full((size, size, 3), 200, np.uint8))
    frames = list(VideoReader(str(tmp_path / "a.mp4")))
    assert [frame.image_bgr.shape for frame in frames] == [(48, 48, 3)] * 3


def test_ctrl_c_leaves_a_playable_video(tmp_path):
    path = tmp_path / "a.mp4"

    def interrupted():
        with writing_video(path, 10) as video:
            for _ in range(5):
                video.write(np.zeros((48, 64, 3), np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(list(VideoReader(str(path)))) == 5


@pytest.mark.parametrize(("ends_by_ctrl_c", "frames"), [(False, 8), (True, 5)])
def test_ctrl_c_leaves_an_earlier_video_where_it_is_not_the_end(tmp_path, ends_by_ctrl_c, frames):
    path = tmp_path / "a.mp4"
    for count, stopped in ((8, False), (5, True)):
        with suppress(KeyboardInterrupt), writing_video(path, 10, ends_by_ctrl_c=ends_by_ctrl_c) as video:
            for _ in range(count):
                video.write(np.zeros((48, 64, 3), np.uint8))
            if stopped:
                raise KeyboardInterrupt
    assert len(list(VideoReader(str(path)))) == frames
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]


def test_an_error_leaves_nothing(tmp_path):
    def failing():
        with writing_video(tmp_path / "a.mp4", 10) as video:
            video.write(np.zeros((48, 64, 3), np.uint8))
            raise RuntimeError("detector died")

    with pytest.raises(RuntimeError, match="detector died"):
        failing()
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_video_without_its_index_is_refused(tmp_path):
    path = write_clip(tmp_path / "cut.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r"'.*cut\.mp4' cannot be opened as a video: it is truncated, damaged"):
        VideoReader(str(path))


def test_damage_inside_a_video_is_passed_over_and_counted(tmp_path):
    path = tmp_path / "damaged.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    noise = np.random.default_rng(0)
    for _ in range(20):
        writer.write(noise.integers(0, 255, (48, 64, 3), np.uint8))
    writer.release()
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 6000] = bytes(6000)
    path.write_bytes(data)
    reader = VideoReader(str(path))
    frames = list(reader)
    assert 10 <= len(frames) < 20
    assert frames[-1].index > len(frames) - 1 or reader.missed_frames > 0


def test_what_is_cut_off_at_the_end_is_counted(tmp_path):
    path = write_by_pyav(tmp_path / "a.mp4", np.arange(30) / 25, noise=np.random.default_rng(0), faststart=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    reader = VideoReader(str(path))
    found = list(reader)
    assert 5 < len(found) < 20
    assert (reader.expected_frames, reader.missed_frames) == (30, 30 - len(found))


@pytest.mark.parametrize(("start_s", "length_s", "shown"), [(0.6, 0.4, 10), (0.62, 0.37, 9)])
def test_what_an_edit_list_leaves_out_is_not_missing(tmp_path, start_s, length_s, shown):
    noise = np.random.default_rng(0)
    data = bytearray(write_by_pyav(tmp_path / "a.mp4", np.arange(30) / 25, noise=noise, gop_size=6).read_bytes())
    edits, media = data.index(b"elst"), data.index(b"mdhd")
    ticks_a_second = int.from_bytes(data[media + 16 : media + 20], "big")
    data[edits + 12 : edits + 16] = round(1000 * length_s).to_bytes(4, "big")  # version 0: length, then start
    data[edits + 16 : edits + 20] = round(ticks_a_second * start_s).to_bytes(4, "big")
    (tmp_path / "a.mp4").write_bytes(data)
    reader = VideoReader(str(tmp_path / "a.mp4"))
    assert len(list(reader)) == shown
    assert (reader.expected_frames, reader.missed_frames) == (30, 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No video file at"), (b"", r"is empty \(0 bytes\), not a video"), (b"text", "no video file")],
)
def test_files_that_are_no_video(tmp_path, content, message):
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        VideoReader(str(path))


def write_by_pyav(path, times_s, size=(64, 48), codec="mpeg4", rate=25, noise=None, faststart=False, **stream):
    """A clip of grey frames, each lighter than the last, or of noise, at the times that are given."""
    with av.open(str(path), "w", options={"movflags": "faststart"} if faststart else {}) as container:
        video = container.add_stream(codec, rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        for name, value in stream.items():
            setattr(video.codec_context, name, value)
        for i, time_s in enumerate(times_s):
            shape = size[1], size[0], 3
            image = np.full(shape, 10 * i, np.uint8) if noise is None else noise.integers(0, 255, shape, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = round(1000 * time_s), Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".webm"])
def test_uneven_times_are_kept_and_nothing_counts_as_lost(tmp_path, suffix):
    times = [0, 0.04, 0.05, 0.3, 0.31, 0.9, 1.7]
    codec = "libvpx" if suffix == ".webm" else "mpeg4"
    reader = VideoReader(str(write_by_pyav(tmp_path / f"vfr{suffix}", times, codec=codec, rate=1000)))
    np.testing.assert_allclose([frame.time_s for frame in reader], times, atol=2e-3)
    assert reader.missed_frames == 0
    assert reader.fps <= 240


def test_a_start_other_than_zero_is_taken_off(tmp_path):
    path = write_by_pyav(tmp_path / "late.ts", [5 + i / 25 for i in range(10)])
    np.testing.assert_allclose([frame.time_s for frame in VideoReader(str(path))], np.arange(10) / 25, atol=2e-3)


@pytest.mark.parametrize("first_starts_s", [0, 5, 7200])
@pytest.mark.parametrize(("suffix", "codec"), [(".ts", "mpeg4"), (".mpg", "mpeg2video")])
def test_times_of_joined_recordings_go_on(tmp_path, first_starts_s, suffix, codec):
    settings = {"codec": codec, "noise": np.random.default_rng(0), "time_base": Fraction(1, 25)}
    parts = [
        write_by_pyav(tmp_path / f"{start_s}{suffix}", start_s + np.arange(50) / 25, **settings).read_bytes()
        for start_s in (first_starts_s, 0)
    ]
    (tmp_path / f"joined{suffix}").write_bytes(b"".join(parts))
    reader = VideoReader(str(tmp_path / f"joined{suffix}"))
    np.testing.assert_allclose([frame.time_s for frame in reader], np.arange(100) / 25, atol=2e-3)
    assert reader.missed_frames == 0


def test_what_two_edits_leave_out_between_them_does_not_count_as_time(tmp_path):
    """The packets that each edit cuts off have stamps that lie before those of the last one."""
    settings = {"noise": np.random.default_rng(0), "gop_size": 12, "options": {"sc_threshold": "1000000000"}}
    data = bytearray(write_by_pyav(tmp_path / "a.mp4", np.arange(60) / 25, **settings).read_bytes())
    start, media = data.index(b"elst"), data.index(b"mdhd")
    ticks_a_second = int.from_bytes(data[media + 16 : media + 20], "big")
    edits = [(1000, round(ticks_a_second * start_s), 1 << 16) for start_s in (0.6, 0.3)]  # of a second each
    size = int.from_bytes(data[start - 4 : start], "big")
    data[start + 4 : start - 4 + size] = struct.pack(">II6I", 0, 2, *chain(*edits))
    for box, added in ((b"elst", 12), (b"edts", 12), (b"trak", 12), (b"moov", 12)):
        place = data.index(box)
        data[place - 4 : place] = (int.from_bytes(data[place - 4 : place], "big") + added).to_bytes(4, "big")
    (tmp_path / "a.mp4").write_bytes(data)
    times_s = [frame.time_s for frame in VideoReader(str(tmp_path / "a.mp4"))]
    np.testing.assert_allclose(times_s, np.arange(50) / 25, atol=2e-3)


def test_pixels_that_are_not_square_are_made_so(tmp_path):
    path = write_by_pyav(tmp_path / "dv.mkv", [0, 0.04], sample_aspect_ratio=Fraction(2, 1))
    assert next(iter(VideoReader(str(path)))).image_bgr.shape == (48, 128, 3)


CORNERS = np.arange(6, dtype=np.uint8).reshape(2, 3)  # a picture of 2 rows and 3 columns


@pytest.mark.parametrize(
    ("matrix", "seen"),
    [
        ([[1, 0], [0, 1]], [[0, 1, 2], [3, 4, 5]]),
        ([[-1, 0], [0, 1]], [[2, 1, 0], [5, 4, 3]]),  # mirrored
        ([[1, 0], [0, -1]], [[3, 4, 5], [0, 1, 2]]),
        ([[-1, 0], [0, -1]], [[5, 4, 3], [2, 1, 0]]),  # on its head
        ([[0, 1], [-1, 0]], [[3, 0], [4, 1], [5, 2]]),  # a quarter clockwise
        ([[0, -1], [1, 0]], [[2, 5], [1, 4], [0, 3]]),  # counter-clockwise
        ([[0, 1], [1, 0]], [[0, 3], [1, 4], [2, 5]]),  # x and y change places: front cameras held upright
        ([[0, -1], [-1, 0]], [[5, 2], [4, 1], [3, 0]]),
    ],
)
def test_display_matrices(matrix, seen):
    image = np.repeat(CORNERS[..., None], 3, axis=-1)
    np.testing.assert_array_equal(displayed(image, np.array(matrix) * 65536)[..., 0], seen)


@pytest.mark.parametrize("matrix", [(0, 1, 1, 0), (-1, 0, 0, 1)])
def test_a_mirrored_display_matrix_in_a_file_is_applied(tmp_path, matrix):
    path = tmp_path / "front.mov"
    with writing_video(tmp_path / "plain.mp4", 10) as video:
        for _ in range(3):
            video.write(
                picture := np.kron(np.array([[20, 90], [160, 240]]), np.ones((48, 64)))[..., None]
                .repeat(3, -1)
                .astype(np.uint8)
            )
    path.write_bytes(with_display_matrix((tmp_path / "plain.mp4").read_bytes(), matrix))
    seen = next(iter(VideoReader(str(path)))).image_bgr
    np.testing.assert_allclose(seen, displayed(picture, np.reshape(matrix, (2, 2))), atol=12)


def test_decoded_frames_do_not_wait_for_the_garbage_collector(tmp_path):
    write_clip(tmp_path / "a.mp4", 20)
    gc.collect()
    gc.disable()
    try:
        frames = sum(1 for _ in VideoReader(str(tmp_path / "a.mp4")))
        kept = sum(isinstance(thing, av.VideoFrame) for thing in gc.get_objects())
    finally:
        gc.enable()
    assert (frames, kept) == (20, 1)  # one is asked how it is to be seen


def with_display_matrix(mp4, matrix):
    """The bytes of an mp4 file with another matrix in the header of its track."""
    a, b, c, d = matrix
    header = bytearray(mp4)
    start = header.index(b"tkhd") + 4 + 40  # version 0: the matrix lies 40 bytes behind the name
    for place, value in ((0, a), (4, b), (12, c), (16, d)):
        header[start + place : start + place + 4] = (value * 65536).to_bytes(4, "big", signed=True)
    return bytes(header)


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_frames_that_hold_exif_are_read_and_turned_as_it_says(tmp_path, orientation, turns):
    picture = np.kron(np.array([[20, 90, 140], [160, 200, 240]]), np.ones((32, 32))).astype(np.uint8)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(picture[..., None].repeat(3, -1)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    path = write_packets(tmp_path / "a.mkv", [(tmp_path / "a.jpg").read_bytes()] * 3, (96, 64))
    frames = list(VideoReader(str(path)))
    assert [frame.index for frame in frames] == [0, 1, 2]
    np.testing.assert_allclose(frames[0].image_bgr[..., 0], np.rot90(picture, turns), atol=12)


def write_packets(path, jpegs, size):
    """A film of JPEG files as they are."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p"
        for number, jpeg in enumerate(jpegs):
            packet = av.Packet(jpeg)
            packet.stream, packet.time_base = stream, Fraction(1, 10)
            packet.pts = packet.dts = number
            packet.duration, packet.is_keyframe = 1, True
            container.mux(packet)
    return path


@pytest.fixture
def served(tmp_path):
    """Address of the folder, with user and password, on a server without range requests; how messages name it."""
    server = HTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://me:secret@127.0.0.1:{server.server_port}", f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_address_is_read_and_its_password_is_in_no_message(tmp_path, served):
    address, shown = served
    write_clip(tmp_path / "clip.mp4")
    assert len(list(VideoReader(f"{address}/clip.mp4"))) == 20
    with pytest.raises(OSError, match=f"^'{shown}/nothing.mp4' cannot be opened as a video stream"):
        VideoReader(f"{address}/nothing.mp4")


def test_of_a_film_at_an_address_with_its_index_at_the_end_the_sentence_says_what_to_do(tmp_path, served):
    address, shown = served
    write_noise(tmp_path / "clip.mp4")
    with pytest.raises(ValueError, match="not one frame") as raised:
        list(VideoReader(f"{address}/clip.mp4"))
    assert str(raised.value) == (
        f"'{shown}/clip.mp4' opens as a video, but not one frame can be read: the index of a film may lie at its end, "
        "where a server without range requests lets nobody go first; fetch it and give the path of the file."
    )


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def write_noise(path):
    """A film that is too large for a buffer, its index behind its frames."""
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    with writing_video(path, 10) as video:
        for _ in range(5):
            video.write(noise)
    data = path.read_bytes()
    assert data.index(b"mdat") < data.index(b"moov")
    return path


READ_STDIN = """
from fsanet.inference.video.incoming import open_stream
try:
    print(len(list(open_stream("-"))))
except ValueError as error:
    print(error)
"""


def test_of_a_film_in_a_pipe_with_its_index_at_the_end_the_sentence_says_what_to_give(tmp_path):
    path = write_noise(tmp_path / "clip.mp4")
    data = path.read_bytes()
    piped = subprocess.run([sys.executable, "-c", READ_STDIN], input=data, capture_output=True, check=True)
    assert piped.stdout.decode().strip() == (
        "'-' opens as a video, but not one frame can be read: the index of a film may lie at its end, where a pipe "
        "cannot go first; give the path of the file."
    )
    with path.open("rb") as file:
        sought = subprocess.run([sys.executable, "-c", READ_STDIN], stdin=file, capture_output=True, check=True)
    assert sought.stdout.decode().strip() == "5"


@pytest.mark.parametrize(
    ("wholes", "said"),
    [([True] * 3, "3"), ([True, False, True], "2"), ([False, False], "'-' is a truncated JPEG: its end is")],
)
def test_jpegs_in_a_pipe_are_a_video_of_those_that_are_whole(wholes, said):
    noise = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)
    jpeg = cv2.imencode(".jpg", noise)[1].tobytes()
    data = b"".join(jpeg if whole else jpeg[: len(jpeg) // 2] for whole in wholes)
    piped = subprocess.run([sys.executable, "-c", READ_STDIN], input=data, capture_output=True, check=True)
    assert piped.stdout.decode().startswith(said)


OPEN_AND_READ = """
import sys
from fsanet.inference.video.incoming import open_stream
print("ready", flush=True)
for _ in open_stream(sys.argv[1]):
    print("frame", flush=True)
"""


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("has_begun", [False, True])
def test_a_pipe_that_falls_silent_can_be_left_by_ctrl_c(tmp_path, named, has_begun):
    name, content = "-", b""
    if named:
        os.mkfifo(name := str(tmp_path / "pipe"))
    if has_begun:
        clip = write_by_pyav(tmp_path / "clip.mkv", np.arange(20) / 25, (320, 240), noise=np.random.default_rng(0))
        content = clip.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_READ, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with Path(name).open("wb", buffering=0) if named else process.stdin as pipe, process:
        assert process.stdout.readline() == b"ready\n"
        pipe.write(content)
        pipe.flush()
        if has_begun:
            assert process.stdout.readline() == b"frame\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        finally:
            process.kill()
        assert process.stderr.read().endswith(b"KeyboardInterrupt\n")


def test_a_named_pipe_is_a_pipe_and_a_file_is_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    assert is_pipe(str(tmp_path / "pipe"))
    assert is_pipe("-")
    assert not is_pipe(str(tmp_path / "file"))
    assert not is_pipe("rtsp://camera/1")


def test_standard_input_that_is_closed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ValueError, match="'-' is standard input, which is closed here: give a pipe, or the path"):
        open_stream("-")


def test_a_name_with_a_line_break_is_read(tmp_path):
    path = tmp_path / "two\nlines.mp4"
    write_clip(tmp_path / "plain.mp4").rename(path)
    assert len(list(VideoReader(str(path)))) == 20


@pytest.mark.parametrize("name", ["talk: part 1.mp4", "2024-01-01T12:30:00.mp4", "http:a.mp4"])
def test_a_name_with_a_colon_is_read_in_its_folder(tmp_path, monkeypatch, name):
    write_clip(tmp_path / "plain.mp4").rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(list(VideoReader(name))) == 20


def test_a_name_that_is_not_utf8(tmp_path):
    path = tmp_path / "caf\udce9.mp4"
    write_clip(tmp_path / "plain.mp4").rename(path)
    assert len(list(VideoReader(str(path)))) == 20


def test_a_codec_that_nobody_knows(tmp_path):
    path = write_by_pyav(tmp_path / "odd.mkv", [0, 0.04])
    path.write_bytes(path.read_bytes().replace(b"V_MPEG4/ISO/ASP", b"V_MPEG4/ISO/XXX"))
    with pytest.raises(ValueError, match=r"odd\.mkv' (opens as a video, but not one frame|cannot be opened)"):
        list(VideoReader(str(path)))
