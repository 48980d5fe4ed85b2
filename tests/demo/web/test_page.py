"""The page in a real browser, headless, with a fake camera: what a person does with it, and what it answers.

One page under its own rules (CSP) serves most tests, as a person goes from one picture to the next; they use it by what
it shows. What has to run code beside the page's, does so in a page of its own where the rules are lifted.
"""

import csv
import hashlib
import io
import json
import re
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.web import build
from demo.web.vendor import NpmPackage, fetched, members
from fsanet import HeadPoseEstimator
from fsanet.detectors.loading import find_detector_file
from fsanet.detectors.working_image import shrunk
from fsanet.detectors.yunet import MODEL_FILE
from fsanet.image.reading import read_image
from fsanet.inference.choose import VIDEO_DETECT_SIZE
from fsanet.inference.face_estimator import Face
from fsanet.inference.rows.row import PoseRow
from fsanet.inference.video.reader import VideoReader
from fsanet.pose.errors import geodesic_errors
from tests.demo.web.conftest import CAMERA_FPS, write_video

AXE = NpmPackage("axe-core", "4.10.3", 563_802, "0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292")
READY_MS = 180_000
PICTURES = ("collins.jpg", "hopper.jpg", "group.jpg")


@pytest.fixture(scope="module")
def troubles():
    """What the page's console says against it."""
    return []


@pytest.fixture(scope="module")
def opened(browser, site, troubles):
    """The page, ready, with leave to use the camera, and without its keeper of files for use offline."""
    with browser.new_context(permissions=["camera"], service_workers="block") as context:
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.set_default_timeout(READY_MS)
        page.goto(site.address)
        page.wait_for_selector("#sample:enabled")
        yield page


@pytest.fixture
def page(opened, troubles):
    """The page, showing nothing new and without rows."""
    for button in ("#stop", "#forget"):
        if opened.is_visible(button) and opened.is_enabled(button):
            opened.click(button)
    opened.wait_for_function("() => document.getElementById('angles').naturalWidth > 0")  # what a page loads last
    yield opened
    assert not troubles


@pytest.fixture(scope="module")
def workshop(browser, plain_site):
    """The page with its rules lifted, so that a test may run code in it, on a host that sends no headers."""
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.goto(plain_site.address)
        page.wait_for_selector("#sample:enabled")
        yield page


@pytest.fixture(scope="module")
def estimator():
    return HeadPoseEstimator(detector="scout", detect_size=VIDEO_DETECT_SIZE)


@pytest.fixture(scope="module")
def any_angle():
    return HeadPoseEstimator(detector="scout", any_angle=True, detect_size=VIDEO_DETECT_SIZE)


@pytest.fixture
def assets(repository):
    return repository / "demo" / "assets"


@pytest.fixture(scope="module")
def sample_faces(estimator, repository) -> int:
    """How many faces Python finds in the page's sample."""
    return len(estimator(read_image(repository / "demo" / "assets" / "group.jpg")))


@pytest.fixture
def page_with(browser, site):
    """Opens a page of its own, before whose scripts another one runs: page_with(script, routes={pattern: handler})."""
    with ExitStack() as contexts:

        def open_page(script: str = "", routes: dict | None = None, address: str = site.address, **options):
            given = {"permissions": ["camera"], "service_workers": "block", **options}
            page = contexts.enter_context(browser.new_context(**given)).new_page()
            page.set_default_timeout(READY_MS)
            page.add_init_script(script)
            for pattern, handler in (routes or {}).items():
                page.route(pattern, handler)
            page.goto(address, wait_until="commit")
            page.wait_for_selector("#sample:enabled")
            return page

        yield open_page


def download(page, button: str) -> str:
    with page.expect_download() as waiting:
        page.click(button)
    return waiting.value.path().read_text()


def rows_of(page) -> list[dict]:
    return list(csv.DictReader(io.StringIO(download(page, "#csv"))))


def angles(rows) -> np.ndarray:
    return np.array([[float(row[name]) for name in ("yaw", "pitch", "roll")] for row in rows])


def assert_the_same(rows: list[dict], faces: list[Face]) -> None:
    """The page's rows of a picture are what Python finds in it."""
    assert len(rows) == len(faces) > 0
    assert [(row["turn"], row["flags"]) for row in rows] == [(str(f.upright_turn), " ".join(f.flags)) for f in faces]
    assert [row["mask"] for row in rows] == [face.mask or "" for face in faces]
    boxes = np.array([[float(row[edge]) for edge in ("x1", "y1", "x2", "y2")] for row in rows])
    sides = np.array([face.box_xyxy[3] - face.box_xyxy[1] for face in faces])
    # The finder is in int8: another runtime rounds elsewhere, which shows where a face is hardly told as one.
    assert (np.abs(boxes - [face.box_xyxy for face in faces]).max(axis=1) < 0.04 * sides).all()
    # What the networks disagree about by many degrees moves with the last bits of their weights, which the page rounds.
    unsteady = np.array([0.2 * max(face.expected_error or (0,)) for face in faces])
    assert (np.abs(angles(rows) - [face.pose for face in faces]).max(axis=1) < np.maximum(0.75, unsteady)).all()


@pytest.fixture
def yunet_file() -> Path:
    path = find_detector_file(MODEL_FILE)
    if path is None:
        pytest.skip(f"{MODEL_FILE} is not on this machine: fsanet weights brings it")
    return path


def searched(rows: list[dict]) -> list[dict]:
    """Rows of faces that the search of the whole picture found, as it does in Python for a single picture."""
    return [row for row in rows if row["box"] == "detected"]


def wait_for_text(page, selector: str, pattern: str) -> None:
    page.locator(selector).filter(has_text=re.compile(pattern)).wait_for()


def show_sample(page) -> None:
    page.click("#sample")
    wait_for_text(page, "#status", "found")


def set_option(page, name: str, value: str | bool) -> None:
    """A setting, as a person changes it."""
    if not page.is_visible("#smooth"):
        page.click("summary:has-text('Settings')")
    page.set_checked(name, value) if isinstance(value, bool) else page.select_option(name, value)


@pytest.mark.parametrize("name", PICTURES)
def test_demo_pictures_as_python_sees_them(page, estimator, assets, name):
    page.set_input_files("#file", assets / name)
    wait_for_text(page, "#status", "found")
    rows, faces = rows_of(page), estimator(read_image(assets / name))
    assert list(rows[0]) == list(PoseRow._fields)
    assert {row["file"] for row in rows} == {name}
    assert_the_same(rows, faces)


def test_a_lying_picture_as_python_sees_it(page, estimator, any_angle, assets, tmp_path):
    lying = tmp_path / "lying.png"
    cv2.imwrite(str(lying), cv2.rotate(read_image(assets / "collins.jpg"), cv2.ROTATE_90_CLOCKWISE))
    found = []
    for option, python in ((False, estimator), (True, any_angle)):
        set_option(page, "#any-angle", option)
        page.set_input_files("#file", lying)
        wait_for_text(page, "#status", "found")
        found.append(rows_of(page))
        assert_the_same(found[-1], python(read_image(lying)))
        page.click("#forget")
    set_option(page, "#any-angle", False)
    assert "turned" in found[0][0]["flags"].split()
    assert found[1][0]["turn"] == "270"


@pytest.mark.parametrize("lying", [False, True])
def test_a_photograph_of_twelve_million_pixels_as_python_sees_it(page, estimator, any_angle, assets, tmp_path, lying):
    photograph, image = tmp_path / "photograph.png", np.full((3024, 4032, 3), 90, np.uint8)
    image[203:843, 301:1261] = read_image(assets / "group.jpg")  # far away: few pixels, each of which counts
    cv2.imwrite(str(photograph), cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE) if lying else image)
    set_option(page, "#any-angle", lying)
    page.set_input_files("#file", photograph)
    wait_for_text(page, "#status", "found")
    set_option(page, "#any-angle", False)
    assert_the_same(rows_of(page), (any_angle if lying else estimator)(read_image(photograph)))
    assert page.evaluate("() => document.getElementById('canvas').width") < 4032  # what is shown is smaller


READ_PICTURE = """async ([most, sent]) => {
    const { openPicture, readPicture } = await import("./js/sources.js");
    const bitmap = await openPicture(await (await fetch(sent)).blob(), "picture.png");
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    context.fillRect(0, 0, 300, 300);
    const { picture, view, shrink } = readPicture(context, bitmap, most);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", picture.data));
    const sizes = [picture.width, picture.height, view.width, view.height, shrink, bitmap.width];
    return [sizes, Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")];
}"""


@pytest.mark.parametrize(("most", "shrink"), [(2**26, 1), (3_000_000, 2), (600_000, 4)])
def test_all_pixels_of_a_large_picture_are_read_or_means_of_squares_of_them(workshop, most, shrink):
    image = np.add.outer(np.arange(2051) ** 2 // 7, np.arange(4103)).astype(
        np.uint8
    )  # more than a canvas reads at once
    image = np.dstack([image, image[::-1], image[:, ::-1]])
    png = cv2.imencode(".png", image)[1].tobytes()
    address = "http://127.0.0.1/picture.png"
    workshop.context.route(address, lambda route: route.fulfill(body=png, headers={"Access-Control-Allow-Origin": "*"}))
    sizes, digest = workshop.evaluate(READ_PICTURE, [most, address])
    height, width = (side // shrink for side in image.shape[:2])
    expected = shrunk(image[: shrink * height, : shrink * width], (width, height))
    view = [round(side * 2560 / 4103) for side in (4103, 2051)] if shrink == 1 else [width, height]
    assert sizes == [width, height, *view, shrink, 0]  # 0: its memory is given back
    assert digest == hashlib.sha256(cv2.cvtColor(expected, cv2.COLOR_BGR2RGBA).tobytes()).hexdigest()


def test_a_picture_for_which_there_is_no_memory_is_explained(page_with):
    page = page_with("window.ImageData = function () { throw new RangeError('no memory'); };")
    content = cv2.imencode(".png", np.zeros((20, 30), np.uint8))[1].tobytes()
    page.set_input_files("#file", {"name": "large.png", "mimeType": "", "buffer": content})
    wait_for_text(page, "#problem", "“large.png” has 30 . 20 pixels, for which this browser gives no memory")


NO_ROOM = """
window.Uint8ClampedArray = class extends Uint8ClampedArray {
  constructor(...given) {
    if (window.full) throw new RangeError("no memory");
    super(...given);
  }
};
"""


def test_a_picture_for_whose_search_there_is_no_memory_is_explained(page_with):
    page = page_with(NO_ROOM)
    show_sample(page)
    page.evaluate("() => { window.full = true; }")
    content = cv2.imencode(".png", np.zeros((2000, 1000), np.uint8))[1].tobytes()
    page.set_input_files("#file", {"name": "large.png", "mimeType": "", "buffer": content})
    wait_for_text(page, "#problem", "“large.png” has 1000 . 2000 pixels, for which this browser gives no memory")


COUNTED_BITMAPS = """
window.made = window.freed = 0;
const create = createImageBitmap, { close } = ImageBitmap.prototype;
window.createImageBitmap = async (...given) => {
  const bitmap = await create(...given);
  if (++made === window.late) await new Promise((done) => (window.decoded = done));
  return bitmap;
};
ImageBitmap.prototype.close = function () { freed++; close.call(this); };
"""


def test_the_memory_of_decoded_pictures_is_given_back(page_with):
    page = page_with(COUNTED_BITMAPS)
    show_sample(page)
    assert page.evaluate("[made, freed]") == [1, 1]


def test_nothing_is_said_of_the_last_picture_while_the_next_one_is_decoded(page_with, assets):
    page = page_with(COUNTED_BITMAPS + "window.late = 2;")
    show_sample(page)
    page.set_input_files("#file", assets / "collins.jpg")
    page.wait_for_function("() => made === 2")
    assert page.inner_text("#status") == "Reading the file …"
    page.evaluate("decoded()")
    wait_for_text(page, "#status", "^1 face found")


HELD_QUESTIONS = """
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (...given) {
  if (window.hold && given[0].numbers) window.answer = () => postMessage.apply(this, given);
  else postMessage.apply(this, given);
};
"""


def test_the_faces_of_the_last_picture_are_not_told_of_the_next_one(page_with, assets):
    page = page_with(HELD_QUESTIONS)
    show_sample(page)
    page.evaluate("() => { window.hold = true; }")
    page.set_input_files("#file", assets / "collins.jpg")
    page.wait_for_function("() => window.answer")
    assert page.inner_text("#faces") == "None yet."
    assert page.get_attribute("#canvas", "aria-label") == "A picture of whose faces nothing is known yet."
    page.evaluate("() => { window.hold = false; answer(); }")
    wait_for_text(page, "#status", "^1 face found")
    assert page.get_attribute("#canvas", "aria-label").startswith("Face 1 looks")


def test_a_picture_that_is_decoded_late_does_not_take_the_place_of_the_camera(page_with, assets):
    page = page_with(COUNTED_BITMAPS + "window.late = 1;")
    page.set_input_files("#file", assets / "collins.jpg")
    page.wait_for_function("() => made === 1")
    page.click("#camera")
    wait_for_text(page, "#rows", r"^\d+ rows?")
    page.evaluate("decoded()")
    page.wait_for_function("() => freed === 1")
    assert page.is_visible("#stop")
    assert page.is_enabled("#neutral")
    page.click("#stop")
    assert {row["file"] for row in rows_of(page)} == {"camera"}


def test_the_same_boxes_give_the_same_angles(workshop, estimator, assets):
    group = read_image(assets / "group.jpg")
    boxes = [face.box_xyxy for face in estimator(group)]
    expected = np.stack(estimator.read_crops(estimator.crop(group, boxes)), axis=1)
    found = workshop.evaluate(
        """async (boxes) => {
            const { assetBytes, assetJson } = await import("./js/assets.js");
            const { loadRuntime, openNetwork } = await import("./js/runtime.js");
            const { PoseNetwork } = await import("./js/poses.js");
            const { openPicture, readPixels } = await import("./js/sources.js");
            const contract = await assetJson("contract.json");
            const bitmap = await openPicture(new Blob([await assetBytes(contract.sample.file)]), "sample");
            const canvas = document.createElement("canvas").getContext("2d");
            const picture = readPixels(canvas, bitmap, bitmap.width, bitmap.height);
            const file = assetBytes(contract.network.file);
            const opened = await openNetwork(loadRuntime(contract.runtime), file);
            const network = new PoseNetwork(opened, contract.network);
            const faces = boxes.map((box) => ({ box, turn: 0 }));
            const numbers = ({ yaw, pitch, roll }) => [yaw, pitch, roll];
            return (await network.read(picture, faces)).map(({ pose, error }) => [numbers(pose), numbers(error)]);
        }""",
        boxes,
    )
    assert np.abs(np.array(found) - expected).max() < 0.1


def test_a_program_that_does_not_start_is_an_error_and_not_waited_for(workshop):
    # A WebAssembly module that compiles, and whose import nobody gives: 1 type, 1 import x.y of it.
    program = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 120, 1, 121, 0, 0]
    reason = workshop.evaluate(
        """async (program) => {
            const { assetBytes, assetJson } = await import("./js/assets.js");
            const { loadRuntime, Network } = await import("./js/runtime.js");
            const contract = await assetJson("contract.json"), runtime = loadRuntime(contract.runtime);
            const network = new Network(new Worker(await runtime.worker));
            const files = { ...(await runtime.files), program: new WebAssembly.Module(new Uint8Array(program)) };
            const opening = network.open(await assetBytes(contract.network.file), { arranged: true, files });
            return opening.then(() => "it started", (error) => error.message);
        }""",
        program,
    )
    assert "LinkError" in reason or "TypeError" in reason


def test_a_camera_gives_the_poses_of_its_frames(page, estimator, clip):
    set_option(page, "#smooth", False)
    set_option(page, "#every", "1")
    page.click("#camera")
    wait_for_text(page, "#rows", r"^([2-9]\d|\d{3,}) rows")
    page.click("#stop")
    rows = rows_of(page)
    numbers = [int(row["frame"]) for row in rows]
    assert numbers == sorted(numbers)
    found = angles(searched(rows))
    known = np.array([face.pose for frame in clip for face in estimator(frame)])
    # A fake camera does not say which frame it shows: the nearest one counts, and the clip's must not look alike.
    distances = np.array([geodesic_errors(np.broadcast_to(one, known.shape), known) for one in found])
    assert np.median(distances.min(axis=1)) < 1
    assert (distances.min(axis=1) < 3).mean() > 0.9  # a box that is just sure enough here may not be so there
    assert distances.max(axis=1).mean() > 10
    assert len(set(distances.argmin(axis=1))) > 3


def test_a_video_gives_the_poses_of_its_frames(page, estimator, video_file):
    set_option(page, "#smooth", False)
    set_option(page, "#every", "1")
    page.set_input_files("#file", video_file)
    wait_for_text(page, "#status", "ended")
    rows = searched(rows_of(page))
    known = {f"{frame.time_s:.1f}": estimator(frame.image_bgr) for frame in VideoReader(str(video_file))}
    assert len({row["time"] for row in rows}) >= 5  # a busy machine skips some
    assert {row["frame"] for row in rows} == {""}  # so that nobody knows their numbers
    nearest = [
        min(np.abs(np.array(face.pose) - found).mean() for face in known[f"{float(row['time']):.1f}"])
        for row, found in zip(rows, angles(rows), strict=True)
    ]
    assert np.mean(nearest) < 1


@pytest.mark.parametrize("frames", [1, 2])
def test_a_short_video_is_read_from_its_first_frame_to_its_last(page, estimator, short_video, frames):
    path = short_video(frames)
    show_sample(page)  # so that no earlier video is said to have ended
    page.click("#forget")
    page.set_input_files("#file", path)
    wait_for_text(page, "#status", "ended")
    assert page.is_enabled("#csv")
    rows, first = rows_of(page), next(iter(VideoReader(str(path))))
    times = [float(row["time"]) for row in rows]
    assert times == sorted(times)
    assert {f"{time:.1f}" for time in times} == {f"{number / CAMERA_FPS:.1f}" for number in range(frames)}
    assert_the_same([row for row in rows if float(row["time"]) == 0], estimator(first.image_bgr))


def test_frames_of_a_large_video_are_not_shrunk(page, tmp_path):
    page.set_input_files("#file", write_video(tmp_path / "large.webm", [np.full((2160, 3840, 3), 90, np.uint8)]))
    page.wait_for_function("() => document.getElementById('canvas').width === 3840")


BUSY = """
let busy = true; // with the first frame, until the video is over: it is paused too late
const { pause } = HTMLMediaElement.prototype, { copyTo } = VideoFrame.prototype;
HTMLMediaElement.prototype.pause = function () { if (!busy) pause.call(this); };
VideoFrame.prototype.copyTo = async function (...given) {
  const copied = await copyTo.apply(this, given), video = document.getElementById("video");
  if (busy) {
    if (video.paused) await video.play();
    while (!video.ended) await new Promise((done) => setTimeout(done, 10));
    busy = false;
  }
  return copied;
};
"""


def test_a_video_that_ends_while_a_frame_is_computed_is_not_gone_through_again(browser, site, short_video):
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.add_init_script(BUSY)
        page.goto(site.address)
        page.wait_for_selector("#sample:enabled")
        page.set_input_files("#file", short_video(4))
        wait_for_text(page, "#status", "ended")
        rows = rows_of(page)
    times = [float(row["time"]) for row in rows]
    assert times == sorted(times)
    assert times[0] == 0
    assert len({(row["time"], row["face"]) for row in rows}) == len(rows)


CAMERAS = """
window.asked = 0;
const { getUserMedia } = MediaDevices.prototype;
MediaDevices.prototype.getUserMedia = async function (...given) {
  asked++;
  return (window.stream = await getUserMedia.apply(this, given));
};
"""


def test_the_camera_starts_when_the_networks_are_there(page_with):
    held = []
    page = page_with(CAMERAS, {"**/*.onnx": lambda route: held.append(route)})
    page.click("#camera")
    wait_for_text(page, "#status", "Loading the networks")
    assert page.evaluate("asked") == 0
    for route in held:
        route.continue_()
    wait_for_text(page, "#rows", r"^\d+ rows?")
    assert page.evaluate("asked") == 1


def test_a_camera_can_be_stopped_before_its_first_frame(page_with):
    page = page_with(CAMERAS + "HTMLMediaElement.prototype.play = () => new Promise(() => {});")
    page.click("#camera")
    page.wait_for_selector("#stop")
    page.focus("#stop")
    page.keyboard.press("Enter")
    page.wait_for_function("() => stream.getTracks().every(({ readyState }) => readyState === 'ended')")
    assert page.is_hidden("#stop")
    assert page.evaluate("document.activeElement.id") == "camera"  # and the keyboard is not lost


def test_a_page_that_is_seen_again_says_so(page_with):
    page = page_with("Object.defineProperty(Document.prototype, 'hidden', { get: () => window.away ?? false });")
    page.click("#camera")
    wait_for_text(page, "#rows", r"^\d+ rows?")
    turn_away = """(away) => {
        window.away = away;
        document.dispatchEvent(new Event("visibilitychange"));
        return document.getElementById("status").textContent;
    }"""
    assert page.evaluate(turn_away, True) == "Paused while this tab is in the background."
    page.evaluate(turn_away, False)
    wait_for_text(page, "#status", "found")


def test_a_refused_camera_is_explained(browser, site):
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.goto(site.address)
        page.wait_for_selector("#sample:enabled")
        page.click("#camera")
        wait_for_text(page, "#problem", "The camera was not allowed")
        show_sample(page)  # and there is a way on
        assert page.is_hidden("#problem")


def test_a_camera_that_is_refused_late_does_not_disturb_what_is_shown_by_then(browser, site, sample_faces):
    asked = "navigator.mediaDevices.getUserMedia = () => (window.asked = new Promise((_, no) => (window.refuse = no)))"
    refused = """async () => {
        refuse(new DOMException("", "NotAllowedError"));
        await asked.catch(() => undefined);
        await new Promise((done) => setTimeout(done, 0)); // all that was to happen has happened by then
    }"""
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.add_init_script(asked)
        page.goto(site.address)
        page.click("#camera:enabled")
        wait_for_text(page, "#status", "Starting the camera")
        show_sample(page)
        page.evaluate(refused)
        assert page.is_hidden("#problem")
        assert page.inner_text("#status") == f"{sample_faces} faces found."


def test_what_should_not_go_wrong_is_told_all_the_same(browser, site):
    with browser.new_context(permissions=["camera"], service_workers="block") as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.add_init_script("HTMLMediaElement.prototype.play = () => Promise.reject(new Error('no power'))")
        page.goto(site.address)
        page.click("#camera:enabled")
        wait_for_text(page, "#problem", r"Something went wrong that should not \(Error: no power\)")


def test_it_can_be_asked_while_its_networks_load(browser, site, sample_faces):
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        held = []
        page.route("**/*.onnx", lambda route: held.append(route))  # Playwright marks what it calls: no built-in method
        page.goto(site.address, wait_until="commit")
        page.click("#sample:enabled")
        wait_for_text(page, "#status", "Loading the networks")
        for route in held:
            route.continue_()
        wait_for_text(page, "#status", f"{sample_faces} faces found")


def test_a_page_that_comes_in_part_says_so(browser, site):
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.route("**/faces.onnx", lambda route: route.fulfill(status=404))
        page.goto(site.address)
        wait_for_text(page, "#problem", r"could not be loaded whole \(models/faces.onnx: 404")
        assert page.is_disabled("#sample")
        assert page.is_disabled("#camera")


def test_a_page_whose_threads_do_not_start_says_so(page_with):
    failing = """
    window.broken = 0;
    window.Worker = class extends Worker {
      constructor(...given) { super(...given), this.addEventListener("error", () => broken++); }
    };"""
    held = []
    missing = {"**/worker.mjs": lambda route: route.fulfill(status=404), "**/*.onnx": lambda route: held.append(route)}
    page = page_with(failing, missing)
    page.wait_for_function("() => broken === 2")  # before anything is asked of them
    for route in held:
        route.continue_()
    wait_for_text(page, "#problem", "could not be loaded whole .a network's thread did not start")
    page.wait_for_selector("#camera:disabled")
    page.keyboard.press("c")  # nor does a key start what is disabled
    assert "could not be loaded" in page.inner_text("#problem")
    assert page.inner_text("#status") == ""


def test_without_a_graphics_card_the_processor_goes_on(browser, webgpu_site, sample_faces):
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.goto(webgpu_site.address)
        page.wait_for_selector("#sample:enabled")
        page.click("summary:has-text('Settings')")
        page.click("#card")
        wait_for_text(page, "#problem", "cannot compute on the graphics card")
        wait_for_text(page, "#status", "compute on the processor now")
        assert not page.is_checked("#card")
        show_sample(page)
        assert page.locator("#faces tr").count() == sample_faces


def test_the_usual_page_offers_no_graphics_card(page):
    set_option(page, "#smooth", True)  # the settings are open
    assert page.is_hidden("#card")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.jpg", b"\xff\xd8\xff\xe0 nothing more", "“broken.jpg” is no picture"),
        ("empty.png", b"", "“empty.png” is empty"),
        ("broken.mp4", b"no video", "“broken.mp4” cannot be played"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(page, name, content, words):
    page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": content})
    wait_for_text(page, "#problem", re.escape(words))
    assert page.is_enabled("#sample")


@pytest.mark.parametrize("name", ["picture.jpg", "video.webm", "finder.onnx"])
def test_a_file_that_is_deleted_before_it_is_opened_is_explained(page_with, tmp_path, name):
    page = page_with()
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'other' }))")
    (tmp_path / name).write_bytes(b"something")
    page.set_input_files("#other", tmp_path / name)
    (tmp_path / name).unlink()
    page.evaluate("""() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(document.getElementById("other").files[0]);
        document.dispatchEvent(new DragEvent("drop", { dataTransfer }));
    }""")
    wait_for_text(page, "#problem", f"“{re.escape(name)}” can no longer be read")


def test_yunet_finds_what_it_finds_in_python(page, site, assets, yunet_file):
    page.wait_for_load_state("networkidle")
    before = len(site.asked)
    page.set_input_files("#file", yunet_file)
    wait_for_text(page, "#status", "found by YuNet")
    python = HeadPoseEstimator(detector="yunet")
    for name in PICTURES:
        page.set_input_files("#file", assets / name)
        wait_for_text(page, "#status", r"\d faces? found")
        assert_the_same(rows_of(page), python(read_image(assets / name)))
        page.click("#forget")
    assert site.asked[before:] == []
    page.reload()  # and the page's own finder is back
    page.wait_for_selector("#sample:enabled")


SHOWN_WHILE_OPENED = """
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (question, ...given) {
  postMessage.call(this, question, ...given);
  if (question.network && !question.files) document.getElementById("sample").click(); // YuNet's came
};
"""


def test_what_is_shown_while_a_finder_is_opened_waits_for_it(page_with, yunet_file):
    page = page_with(SHOWN_WHILE_OPENED)
    page.set_input_files("#file", yunet_file)
    page.wait_for_selector("#faces tr:nth-child(2), #problem:visible")
    assert page.is_hidden("#problem"), page.inner_text("#problem")
    assert page.text_content("#finder") == "YuNet"


def test_another_finder_is_refused(page):
    page.set_input_files("#file", {"name": "mine.onnx", "mimeType": "", "buffer": b"nothing"})
    wait_for_text(page, "#problem", "“mine.onnx” is not the file face_detection_yunet_2023mar.onnx")
    show_sample(page)


def test_a_page_that_came_openly_cannot_check_a_finder_and_says_so(page_with, site):
    def relay(route):
        route.fulfill(response=route.fetch(url=route.request.url.replace("http://page.test/", site.address)))

    page = page_with(routes={"http://page.test/**": relay}, address="http://page.test/", permissions=[])
    assert not page.evaluate("isSecureContext")
    page.set_input_files("#file", {"name": "mine.onnx", "mimeType": "", "buffer": b"nothing"})
    wait_for_text(page, "#problem", "YuNet's file can be checked only where the page comes by https or from localhost")


def test_a_long_name_does_not_widen_the_page(page_with):
    page = page_with(viewport={"width": 360, "height": 740})
    page.set_input_files("#file", {"name": 50 * "long" + ".jpg", "mimeType": "", "buffer": b"nothing"})
    wait_for_text(page, "#problem", "is no picture")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_dropped_without_a_file_is_explained(page):
    page.evaluate("document.dispatchEvent(new DragEvent('drop', { dataTransfer: new DataTransfer() }))")
    wait_for_text(page, "#problem", "What was dropped is no file")
    show_sample(page)


def written(value):
    """What a table says where JSON says this."""
    if isinstance(value, float):
        return np.format_float_positional(value, trim="-")
    return "" if value is None else str(value)


def test_rows_are_the_same_in_both_formats(page, sample_faces):
    show_sample(page)
    rows, lines = rows_of(page), download(page, "#jsonl").splitlines()
    records = [json.loads(line) for line in lines]
    assert [list(record) for record in records] == [list(PoseRow._fields)] * sample_faces
    assert [{name: written(value) for name, value in record.items()} for record in records] == rows
    page.click("#forget")
    assert page.is_disabled("#csv")


def test_the_keyboard_is_enough(page, sample_faces):
    page.keyboard.press("c")
    wait_for_text(page, "#rows", r"\d rows")
    page.keyboard.press("n")
    wait_for_text(page, "#status", "be zero|are zero")
    page.keyboard.press("s")
    page.wait_for_selector("#stop", state="hidden")
    page.focus("#sample")
    page.keyboard.press("Enter")
    wait_for_text(page, "#status", f"{sample_faces} faces found")
    assert page.locator("#faces tr").count() == sample_faces
    before = page.locator("#canvas").screenshot()
    page.keyboard.press("d")
    assert page.locator("#canvas").screenshot() != before
    assert f"Face {sample_faces} looks" in page.get_attribute("#canvas", "aria-label")


def test_another_style_shows_on_what_stands_still(page):
    page.click("#camera")
    wait_for_text(page, "#rows", r"^\d+ rows?")
    page.click("#stop")
    before = page.locator("#canvas").screenshot()
    page.keyboard.press("d")
    assert page.locator("#canvas").screenshot() != before


def test_frames_a_second_are_those_of_the_clock(workshop):
    told = workshop.evaluate(
        """async () => {
            const { Panel } = await import("./js/panel.js");
            const { now } = performance, panel = new Panel();
            let clock = 0;
            performance.now = () => clock;
            for (let frame = 0; frame < 30; frame++, clock += 100) panel.frame([], frame / 30); // a file, played slowly
            performance.now = now;
            return document.getElementById("rate").textContent;
        }"""
    )
    assert told == "10 frames/s"


def test_worn_masks_are_shown_and_read_out(workshop):
    said = workshop.evaluate(
        """async () => {
            const { Panel } = await import("./js/panel.js");
            const face = { box: [0, 0, 9, 9], score: 0.9, turn: 0, origin: "detected", flags: [], error: null };
            const pose = { yaw: 0, pitch: 0, roll: 0 };
            const masks = ["none", "worn", "below nose", undefined]; // YuNet does not tell
            new Panel().faces(masks.map((mask, id) => ({ ...face, id, pose, mask })));
            const cells = document.querySelectorAll("#faces td:last-child");
            return [[...cells].map((cell) => cell.textContent), document.getElementById("canvas").ariaLabel];
        }"""
    )
    assert said == [
        ["ahead", "ahead, mask", "ahead, mask below the nose", "ahead"],
        "Face 1 looks ahead. Face 2 looks ahead and wears a mask. "
        "Face 3 looks ahead and wears a mask below the nose. Face 4 looks ahead.",
    ]


def test_nothing_is_asked_of_the_network_once_the_page_is_there(page, site):
    page.wait_for_load_state("networkidle")
    before = len(site.asked)
    others = []
    page.on("request", lambda request: others.append(request.url) if not request.url.startswith("blob:") else None)
    show_sample(page)
    page.click("#camera")
    wait_for_text(page, "#rows", r"^([2-9]\d) rows")
    page.click("#stop")
    rows_of(page)
    assert others == []
    assert site.asked[before:] == []


def test_it_opens_again_without_a_network_and_with_threads(workshop, plain_site):
    workshop.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    assert not workshop.evaluate("() => crossOriginIsolated")
    before = len(plain_site.asked)
    workshop.context.set_offline(True)
    workshop.reload()
    workshop.wait_for_selector("#sample:enabled")
    show_sample(workshop)
    workshop.context.set_offline(False)
    assert set(plain_site.asked[before:]) <= {"/sw.js"}  # browsers look for a newer one themselves
    assert workshop.evaluate("() => crossOriginIsolated")


UPDATED = """async (before) => {
    const registration = await navigator.serviceWorker.register("sw.js");
    for (let i = 0; i < 1000; i++) { // a search for a newer one that had begun before may not see it
        await registration.update();
        const kept = await caches.keys(), ours = kept.filter((name) => name !== "theirs");
        const replaced = ours.length && !ours.some((name) => before.includes(name));
        if (replaced && registration.active?.state === "activated") return kept;
        await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error("no newer worker was found");
}"""


def test_a_newer_page_takes_the_place_of_the_kept_one_and_of_nothing_else(browser, lasting_site, tmp_path):
    style = "() => fetch('style.css').then((response) => response.text())"
    with browser.new_context(bypass_csp=True) as context:
        page, kept = context.new_page(), [["theirs"]]
        page.set_default_timeout(READY_MS)
        for text in ("old", "new"):
            build.write_folder(tmp_path / "page", {"style.css": text.encode()})
            page.goto(f"{lasting_site.address}page/")
            page.evaluate("() => caches.open('theirs').then((cache) => cache.put('style.css', new Response('theirs')))")
            kept.append(page.evaluate(UPDATED, kept[-1]))
            page.reload()
            assert page.evaluate(style) == text
    (theirs, old), (still_theirs, new) = kept[1:]
    assert theirs == still_theirs == "theirs"
    assert old != new
    assert f"{lasting_site.address}page/" in new


def test_one_file_opens_from_a_disk(browser, page_files, tmp_path, sample_faces):
    build.write_single(tmp_path / "page.html", page_files)
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_selector("#sample:enabled")
        show_sample(page)
        assert page.locator("#faces tr").count() == sample_faces


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_accessibility(workshop, theme, size):
    try:
        axe = members(AXE, {"axe": "package/axe.min.js"}, fetched(AXE))["axe"].decode()
    except OSError as missing:
        pytest.skip(f"axe-core is not here: {missing}")
    workshop.emulate_media(color_scheme=theme)
    workshop.set_viewport_size({"width": size[0], "height": size[1]})
    show_sample(workshop)
    workshop.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    workshop.add_script_tag(content=axe)
    found = workshop.evaluate(
        "() => axe.run().then((result) => result.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
    )
    assert found == []
    assert workshop.evaluate("() => document.documentElement.scrollWidth") <= size[0]
