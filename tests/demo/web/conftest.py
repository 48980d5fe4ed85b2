"""Node, to run the page's modules; and Chromium, to run the page."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
import pytest

from demo.web import build
from demo.web.chromium import CAMERA_WH, headless_chromium, write_camera
from demo.web.serve import server_for
from demo.web.vendor import WEBGPU
from fsanet.inference.video.reader import VideoReader

CAMERA_FPS = 10
JS = Path(__file__).resolve().parents[3] / "demo" / "web" / "js"


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs JavaScript outside of a browser."""
    program = shutil.which("node")
    if not program:
        pytest.skip("Node is not installed: the page's modules cannot be run without a browser")
    return program


@pytest.fixture(scope="session")
def in_node(node) -> Callable:
    """Runs JavaScript that may use some modules of the page: in_node("return area(given)", ["boxes.js"], given).

    What the body returns comes back through JSON.
    """

    def run(body: str, modules: list[str], given: object = None) -> object:
        imports = "".join(f"Object.assign(globalThis, await import('{(JS / name).as_uri()}'));\n" for name in modules)
        script = f"{imports}const given = {json.dumps(given)};\nconst f = async () => {{ {body} }};\n"
        script += "process.stdout.write(JSON.stringify(await f()));"
        command = [node, "--input-type=module", "--experimental-default-type=module", "--no-warnings", "-"]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def browser(camera_file):
    """A headless Chromium whose camera shows `camera_file`; a context without the camera's permission is refused it."""
    try:
        with headless_chromium(camera_file) as opened:
            yield opened
    except (FileNotFoundError, ImportError) as missing:
        pytest.skip(f"the page cannot be tried in a browser here: {missing}")


@pytest.fixture(scope="session")
def clip(repository) -> list[np.ndarray]:
    """Every third frame of the demo's clip, at 640x480, BGR."""
    frames = islice(VideoReader(str(repository / "demo" / "assets" / "clip.mp4")), 0, None, 3)
    return [cv2.resize(frame.image_bgr, CAMERA_WH) for frame in frames]


@pytest.fixture(scope="session")
def camera_file(clip, tmp_path_factory) -> Path:
    """The clip as the file that stands for a camera."""
    path = tmp_path_factory.mktemp("camera") / "camera.y4m"
    write_camera(path, clip, CAMERA_FPS)
    return path


@pytest.fixture(scope="session")
def video_file(clip, tmp_path_factory) -> Path:
    """The clip as a video that every browser plays."""
    return write_video(tmp_path_factory.mktemp("video") / "clip.webm", clip)


@pytest.fixture
def short_video(clip, tmp_path) -> Callable[[int], Path]:
    """The clip's first frames as a video: short_video(1)."""
    return lambda count: write_video(tmp_path / f"{count}.webm", clip[:count])


def write_video(path: Path, images_bgr: list[np.ndarray]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx", rate=CAMERA_FPS)
        height, width = images_bgr[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", 4_000_000
        for image in images_bgr:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def page_files() -> dict[str, bytes]:
    """What the page is made of."""
    try:
        return build.page_files()
    except OSError as missing:
        pytest.skip(f"the page cannot be built here: {missing}")


class Site(NamedTuple):
    """A served page.

    Attributes:
        address: of the page.
        asked: the paths of all requests so far.
    """

    address: str
    asked: list[str]


@pytest.fixture(scope="session")
def folder(page_files, tmp_path_factory) -> Path:
    """The page as a folder."""
    path = tmp_path_factory.mktemp("web") / "page"
    build.write_folder(path, page_files)
    return path


@pytest.fixture(scope="session")
def site(folder) -> Iterator[Site]:
    """The page as `make web SERVE=1` serves it."""
    with served(server_for(folder)) as site:
        yield site


@pytest.fixture(scope="session")
def plain_site(folder) -> Iterator[Site]:
    """The page on a host that sends no headers of its own, as GitHub Pages."""
    handler = partial(QuietHandler, directory=str(folder))
    with served(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as site:
        yield site


@pytest.fixture
def webgpu_site(tmp_path) -> Iterator[Site]:
    """The page with a switch for graphics cards."""
    try:
        files = build.page_files(build=WEBGPU)
    except OSError as missing:
        pytest.skip(f"the page cannot be built here: {missing}")
    build.write_folder(tmp_path / "page", files)
    with served(server_for(tmp_path / "page")) as site:
        yield site


@pytest.fixture
def lasting_site(tmp_path) -> Iterator[Site]:
    """A folder, empty at first, on a host that lets browsers keep what it sends, as GitHub Pages does."""
    with served(ThreadingHTTPServer(("127.0.0.1", 0), partial(LastingHandler, directory=str(tmp_path)))) as site:
        yield site


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class LastingHandler(QuietHandler):
    def send_head(self) -> object:
        """The file of now: by dates, which are whole seconds, one written anew within a second passes for the old."""
        del self.headers["If-Modified-Since"]
        return super().send_head()

    def end_headers(self) -> None:
        """With ten minutes in which nothing is asked for again."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()


def asked_of(handler: SimpleHTTPRequestHandler) -> list[str]:
    """The path; none where a browser opened a connection ahead and asked nothing."""
    return [handler.path] if hasattr(handler, "path") else []


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[Site]:
    answer, asked = server.RequestHandlerClass, []
    server.RequestHandlerClass = lambda *request: asked.extend(asked_of(answer(*request)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_address[1]}/", asked)
    server.shutdown()
    server.server_close()
    thread.join()
