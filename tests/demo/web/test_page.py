"""The page in a real browser, headless, with a fake camera: what a person does with it, and what it answers."""

import csv
import io
import threading

import cv2
import numpy as np
import pytest

from demo.web import build
from demo.web.serve import server_for
from demo.web.vendor import NpmPackage, fetched, members
from fsanet import HeadPoseEstimator
from fsanet.detectors.scout import ScoutDetector
from fsanet.image.reading import read_image
from fsanet.inference.rows import PoseRow
from fsanet.pose.angles import rotation_from_angles
from fsanet.pose.errors import geodesic_errors

AXE = NpmPackage("axe-core@4.10.3", "0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292")
READY_MS = 60_000
CAMERA_FRAMES = 30


@pytest.fixture(scope="module")
def files():
    try:
        return build.page_files()
    except OSError as missing:
        pytest.skip(f"the page cannot be built here: {missing}")


@pytest.fixture(scope="module")
def address(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("web") / "page"
    build.write_folder(folder, files)
    server = server_for(folder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def clip(repository):
    """Frames of the demo's clip at 640x480, BGR."""
    reader = cv2.VideoCapture(str(repository / "demo" / "assets" / "clip.mp4"))
    frames = [cv2.resize(reader.read()[1], (640, 480)) for _ in range(CAMERA_FRAMES)]
    reader.release()
    return frames


@pytest.fixture(scope="module")
def camera_file(clip, tmp_path_factory):
    """The clip as the file that stands for a camera."""
    path = tmp_path_factory.mktemp("camera") / "camera.y4m"
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for frame in clip:
            file.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes())
    return path


@pytest.fixture(scope="module")
def browser(chromium, camera_file):
    """A browser with a camera, and leave to use it."""
    flags = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with chromium([*flags, f"--use-file-for-fake-video-capture={camera_file}"]) as opened:
        yield opened


@pytest.fixture
def page(browser, address):
    with browser.new_context(accept_downloads=True) as context:
        page = context.new_page()
        troubles = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#sample:enabled", timeout=READY_MS)
        yield page
        assert not troubles


@pytest.fixture(scope="module")
def estimator():
    return HeadPoseEstimator(detector=ScoutDetector())


@pytest.fixture(scope="module")
def group(repository):
    return read_image(repository / "demo" / "assets" / "group.jpg")


def rows_of(page) -> list[dict]:
    with page.expect_download() as waiting:
        page.click("#csv")
    return list(csv.DictReader(io.StringIO(waiting.value.path().read_text())))


def angles(rows) -> np.ndarray:
    return np.array([[float(row[name]) for name in ("yaw", "pitch", "roll")] for row in rows])


def wait_for_rows(page, count: int) -> None:
    page.wait_for_function(
        "(n) => parseInt(document.getElementById('rows').textContent) >= n", arg=count, timeout=READY_MS
    )


def show_sample(page) -> None:
    page.click("#sample")
    page.wait_for_function("document.getElementById('status').textContent.includes('found')", timeout=READY_MS)


def test_the_sample_as_python_sees_it(page, estimator, group):
    show_sample(page)
    rows, faces = rows_of(page), estimator(group)
    assert list(rows[0]) == list(PoseRow._fields)
    assert len(rows) == len(faces) == 6
    expected = np.array([face.pose for face in faces])
    boxes = np.array([[float(row[name]) for name in ("x1", "y1", "x2", "y2")] for row in rows])
    assert np.abs(boxes - [face.box_xyxy for face in faces]).max() < 3
    assert np.abs(angles(rows) - expected).max() < 1.5


def test_the_same_boxes_give_the_same_angles(page, estimator, group):
    boxes = [face.box_xyxy for face in estimator(group)]
    expected = estimator.predict_crops(estimator.crop(group, boxes))
    found = page.evaluate(
        """async (boxes) => {
            const { assetBytes, assetJson } = await import("./js/assets.js");
            const { openNetwork } = await import("./js/runtime.js");
            const { PoseNetwork } = await import("./js/poses.js");
            const { openPicture, readPixels } = await import("./js/sources.js");
            const contract = await assetJson("contract.json");
            const bitmap = await openPicture(new Blob([await assetBytes(contract.sample.file)]), "sample");
            const canvas = document.createElement("canvas").getContext("2d");
            const picture = readPixels(canvas, bitmap, bitmap.width, bitmap.height);
            const network = new PoseNetwork(await openNetwork(contract.network.file), contract.network);
            return (await network.read(picture, boxes)).map(({ yaw, pitch, roll }) => [yaw, pitch, roll]);
        }""",
        boxes,
    )
    assert np.abs(np.array(found) - expected).max() < 0.1


def test_a_camera_gives_the_poses_of_its_frames(page, estimator, clip):
    page.uncheck("#smooth", force=True) if page.is_visible("#smooth") else page.evaluate(
        "document.getElementById('smooth').checked = false"
    )
    page.evaluate("document.getElementById('every').selectedIndex = 0")
    page.click("#camera")
    wait_for_rows(page, 20)
    page.click("#stop")
    found = rotation_from_angles(angles(rows_of(page)))
    known = rotation_from_angles([estimator(frame)[0].pose for frame in clip])
    # A fake camera does not say which frame it shows: the nearest one counts, and all of the clip must not look alike.
    distances = np.array([[geodesic_errors(one[None], other[None])[0] for other in known] for one in found])
    assert distances.min(axis=1).mean() < 1
    assert distances.max(axis=1).mean() > 5


def test_a_refused_camera_is_explained(chromium, address):
    with chromium([]) as browser, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#camera:enabled", timeout=READY_MS)
        page.click("#camera")
        page.wait_for_selector("#problem:visible", timeout=READY_MS)
        assert "camera" in page.inner_text("#problem").lower()
        assert page.is_enabled("#sample")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.jpg", b"\xff\xd8\xff\xe0 nothing more", "“broken.jpg” is no picture"),
        ("empty.png", b"", "“empty.png” is empty"),
        ("broken.mp4", b"no video", "“broken.mp4” cannot be played"),
    ],
)
def test_a_broken_file_is_explained(page, name, content, words):
    page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": content})
    page.wait_for_selector("#problem:visible", timeout=READY_MS)
    assert words in page.inner_text("#problem")
    show_sample(page)  # and there is a way on
    assert page.is_hidden("#problem")


def test_the_keyboard_is_enough(page):
    page.keyboard.press("c")
    wait_for_rows(page, 2)
    page.keyboard.press("n")
    page.keyboard.press("s")
    page.wait_for_selector("#stop", state="hidden")
    page.focus("#sample")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#faces tr').length === 6", timeout=READY_MS)
    before = page.evaluate("document.getElementById('canvas').toDataURL()")
    page.keyboard.press("d")
    assert page.evaluate("document.getElementById('canvas').toDataURL()") != before
    assert "looks" in page.get_attribute("#canvas", "aria-label")


def test_nothing_is_asked_of_the_network_once_the_page_is_there(page):
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("blob:") else None)
    page.set_input_files(
        "#file",
        {
            "name": "grey.png",
            "mimeType": "image/png",
            "buffer": cv2.imencode(".png", np.full((90, 90, 3), 99, np.uint8))[1].tobytes(),
        },
    )
    page.wait_for_function("document.getElementById('status').textContent.includes('No face')", timeout=READY_MS)
    page.click("#camera")
    wait_for_rows(page, 2)
    rows_of(page)
    assert not asked


def test_one_file_opens_from_a_disk(browser, files, tmp_path, estimator, group):
    build.write_single(tmp_path / "page.html", files)
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_selector("#sample:enabled", timeout=READY_MS)
        show_sample(page)
        assert page.locator("#faces tr").count() == len(estimator(group))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_accessibility(browser, address, theme, size):
    try:
        axe = members(AXE, {"axe": "package/axe.min.js"}, fetched(AXE))["axe"].decode()
    except OSError as missing:
        pytest.skip(f"axe-core is not here: {missing}")
    view = {"width": size[0], "height": size[1]}
    with browser.new_context(color_scheme=theme, viewport=view, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#sample:enabled", timeout=READY_MS)
        show_sample(page)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        page.add_script_tag(content=axe)
        found = page.evaluate(
            "axe.run().then((result) => result.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
        )
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
