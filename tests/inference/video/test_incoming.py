"""What comes through pipes and from addresses: whether it is a picture or a video, and what is read of it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from fsanet.inference.video import incoming
from fsanet.inference.video.frames import StillPicture
from fsanet.inference.video.incoming import open_stream
from fsanet.inference.video.picture_series import PictureSeries
from fsanet.inference.video.reader import VideoReader
from fsanet.inference.video.writer import writing_video

NOISE = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)
FORMATS = (".jpg", ".png", ".bmp", ".webp", ".tiff", ".ppm", ".gif", ".avif")
SERIES = (".jpg", ".png", ".bmp", ".ppm")  # what FFmpeg reads one after the other


def encoded(suffix):
    return cv2.imencode(suffix, NOISE)[1].tobytes()


JPEG = encoded(".jpg")


@contextmanager
def piped(*pieces, stays_open=False, pause_s=0.0):
    """Name of a pipe through which bytes come."""

    def write():
        with suppress(BrokenPipeError), os.fdopen(to, "wb", 0) as file:
            for piece in pieces:
                file.write(piece)
                time.sleep(pause_s)
            if stays_open:
                done.wait(20)

    away, to = os.pipe()
    done = threading.Event()
    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    yield f"/dev/fd/{away}"
    os.close(away)
    done.set()
    thread.join()


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("share", [1, 0.5])
def test_one_picture_is_a_picture_whole_or_cut(suffix, share):
    data = encoded(suffix)
    data = data[: int(share * len(data))]
    with piped(data) as name:
        assert open_stream(name) == StillPicture(data)


@pytest.mark.parametrize("suffix", SERIES)
def test_pictures_that_follow_each_other_are_a_video_from_the_first_on(suffix):
    with piped(*[encoded(suffix)] * 3) as name:
        reader = open_stream(name)
        assert isinstance(reader, VideoReader)
        assert [frame.index for frame in reader] == [0, 1, 2]


def test_pictures_of_which_the_first_is_cut_are_a_video_of_the_rest():
    with piped(JPEG[: len(JPEG) // 2], JPEG, JPEG) as name:
        assert len(list(open_stream(name))) == 2


def pieces_that_must_do(*pieces):
    yield from pieces
    raise AssertionError("more was asked for than need be")


@pytest.mark.parametrize(("suffix", "start"), [(".jpg", 3), (".png", 4), (".bmp", 2), (".ppm", 2)])
def test_a_live_series_is_known_by_its_second_picture(suffix, start):
    data = encoded(suffix)
    pieces = pieces_that_must_do(data[:700], data[700:], data[: start - 1], data[start - 1 : start])
    assert incoming._first_picture(pieces) == (data + data[:start], False)


MULTIPART = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"


@pytest.mark.parametrize("between", [b"\0", b"\xff" * 6, b" " * 6, b"\1\2garbage", MULTIPART, bytes(100_000)])
def test_jpegs_are_a_video_whatever_lies_between_them(between):
    with piped((JPEG + between) * 3) as name:
        assert len(list(open_stream(name))) == 3


@pytest.mark.parametrize("suffix", [*SERIES, ".webp"])
def test_what_follows_a_picture_and_is_none_is_no_second_one(suffix):
    data = encoded(suffix) + b"data of a program"
    with piped(data) as name:
        assert open_stream(name) == StillPicture(data)


@pytest.mark.parametrize("size", [0, 1, 54, 0x1234])
def test_a_bmp_that_says_to_be_smaller_than_it_is_comes_whole(size):
    data = bytearray(encoded(".bmp"))
    data[2:6] = size.to_bytes(4, "little")
    with piped(data) as name:
        assert open_stream(name) == StillPicture(bytes(data))


def test_the_film_behind_a_picture_is_not_waited_for():
    came = JPEG + b"\0\0\0\x18ftyp"
    assert incoming._first_picture(pieces_that_must_do(JPEG, came[len(JPEG) : -1], came[-1:])) == (came, True)


def test_pictures_behind_a_photograph_that_belong_to_it_make_it_no_video():
    index = b"\xff\xe2\0\x08MPF\0ab"
    photo = JPEG[:2] + index + JPEG[2:]
    with piped(photo + JPEG) as name:
        assert isinstance(open_stream(name), StillPicture)


def test_a_picture_larger_than_a_pipe_comes_whole():
    data = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (1200, 1600, 3), np.uint8))[1].tobytes()
    assert len(data) > 1_000_000
    with piped(data) as name:
        assert open_stream(name) == StillPicture(data)


@pytest.mark.parametrize("suffix", [".tif", ".gif", ".webp"])
def test_many_pictures_in_one_file_are_read_as_those_of_a_file_are(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".tif":
        cv2.imwritemulti(str(path), [NOISE] * 3)
    else:
        moving = cv2.Animation()
        moving.frames = [np.full((24, 32, 4), 60 * i, np.uint8) for i in range(3)]
        moving.durations = np.full(3, 100, np.int32)
        cv2.imwriteanimation(str(path), moving)
    with piped(path.read_bytes()) as name:
        reader = open_stream(name)
    ours, files = list(reader), list(PictureSeries(str(path)))
    assert [frame.time_s for frame in ours] == [frame.time_s for frame in files]
    assert (reader.expected_frames, reader.missed_frames) == (3, 0)


def test_a_film_in_a_pipe_gets_to_ffmpeg_from_its_first_byte_on(tmp_path):
    with writing_video(tmp_path / "a.mp4", 10) as video:
        for i in range(5):
            video.write(np.full((48, 64, 3), 40 * i, np.uint8))
    with piped((tmp_path / "a.mp4").read_bytes()) as name:
        reader = open_stream(name)
        np.testing.assert_allclose([frame.image_bgr.mean() for frame in reader], [0, 40, 80, 120, 160], atol=4)


READ_STDIN = """
from fsanet.inference.video.incoming import open_stream
came = open_stream("-")
print(len(came.encoded) if hasattr(came, "encoded") else [frame.index for frame in came])
"""


@pytest.mark.parametrize("suffix", [".jpg", ".mp4"])
def test_a_file_as_standard_input_is_read_from_its_beginning(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".jpg":
        path.write_bytes(JPEG)
    else:
        with writing_video(path, 10) as video:
            for _ in range(3):
                video.write(NOISE)
    with path.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", READ_STDIN], stdin=file, capture_output=True, text=True, check=True
        )
    assert done.stdout.strip() == (str(len(JPEG)) if suffix == ".jpg" else "[0, 1, 2]")


def test_a_picture_in_a_pipe_needs_no_pyav(monkeypatch):
    monkeypatch.setattr(incoming, "find_spec", lambda name: None)
    with piped(JPEG) as name:
        assert open_stream(name) == StillPicture(JPEG)


@pytest.fixture
def served():
    """Makes the address, with user and password, of what a server has."""
    contents = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(contents[self.path])))
            self.end_headers()
            self.wfile.write(contents[self.path])

        def log_message(self, *args):
            pass

    def address(path, content):
        contents[path] = content
        return f"http://me:secret@127.0.0.1:{server.server_port}{path}"

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield address
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/a.jpg", "/snapshot?channel=1", "/a.png"])
@pytest.mark.parametrize("suffix", [".jpg", ".avif"])
@pytest.mark.parametrize("share", [1, 0.5])
def test_a_picture_at_an_address_is_one_whatever_the_address_ends_in(served, path, suffix, share):
    data = encoded(suffix)
    data = data[: int(share * len(data))]
    assert open_stream(served(path, data)) == StillPicture(data)


def test_a_film_and_jpegs_one_by_one_at_an_address_are_videos(served, tmp_path):
    with writing_video(tmp_path / "a.mp4", 10) as video:
        for _ in range(4):
            video.write(NOISE)
    for path, content, frames in (("/a.mp4", (tmp_path / "a.mp4").read_bytes(), 4), ("/live", JPEG * 3, 3)):
        assert len(list(open_stream(served(path, content)))) == frames


def test_an_address_of_a_video_is_opened_once():
    part = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG + b"\r\n"

    def answer():
        connection, _ = server.accept()
        server.close()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
            connection.sendall(part * 4)  # FFmpeg waits for what comes behind the last one

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert len(list(open_stream(f"http://127.0.0.1:{server.getsockname()[1]}/live"))) == 3
        thread.join()


def test_of_an_address_where_nothing_is_the_password_is_not_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://me:secret@127.0.0.1:{free.getsockname()[1]}/a.jpg"
        with pytest.raises(OSError, match=r"^'http://127\.0\.0\.1:\d+/a\.jpg' cannot be opened as a video stream"):
            open_stream(address)


OPEN = """
import sys
from fsanet.inference.video import incoming
print("ready", flush=True)
incoming.open_stream(sys.argv[1])
"""


def left_by_ctrl_c(name, wait_s=0.5):
    """What a process says at its end that waits for a stream and gets a Ctrl-C, within six seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", OPEN, name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with process:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(wait_s)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(6)
        finally:
            process.kill()
        return process.stderr.read()


@pytest.mark.parametrize("begun", [b"", JPEG[:500], JPEG])
def test_a_pipe_that_falls_silent_before_a_picture_has_ended_can_be_left_by_ctrl_c(tmp_path, begun):
    os.mkfifo(tmp_path / "pipe")
    keeps_it_open = os.open(tmp_path / "pipe", os.O_RDWR)
    os.write(keeps_it_open, begun)
    assert left_by_ctrl_c(str(tmp_path / "pipe")).endswith(b"KeyboardInterrupt\n")
    os.close(keeps_it_open)


def test_of_a_ctrl_c_while_ffmpeg_looks_into_a_pipe_nothing_else_is_said(tmp_path):
    def write():
        with suppress(BrokenPipeError), os.fdopen(os.dup(keeps_it_open), "wb", 0) as pipe:
            while not done.wait(0.1):
                pipe.write(JPEG)

    os.mkfifo(tmp_path / "pipe")
    keeps_it_open = os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK)
    done = threading.Event()
    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    said = left_by_ctrl_c(str(tmp_path / "pipe"), wait_s=2)
    done.set()
    thread.join()
    os.close(keeps_it_open)
    assert said.endswith(b"KeyboardInterrupt\n")
    assert b"being dropped" not in said


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.0 200 OK\r\n\r\n" + JPEG[:500]])
def test_an_address_that_falls_silent_can_be_left_by_ctrl_c(begun):
    def answer():
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(begun)
            done.wait(20)

    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        said = left_by_ctrl_c(f"http://127.0.0.1:{server.getsockname()[1]}/a.jpg")
        done.set()
        thread.join()
    assert said.endswith(b"KeyboardInterrupt\n")
