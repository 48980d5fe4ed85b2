"""The page's modules give what the Python side gives."""

import csv
import io
import json

import cv2
import numpy as np
import pytest

from demo.web.contract import contract
from demo.web.vendor import PLAIN
from fsanet.dense.layout import MASKS
from fsanet.detectors.any_angle import turned, turned_back
from fsanet.detectors.detection import Detection
from fsanet.detectors.working_image import fit, shrunk
from fsanet.image.boxes import iou, remap
from fsanet.image.face_crop import crop_turned, widened_pixels
from fsanet.image.turning import turn_image
from fsanet.inference import face_estimator
from fsanet.inference.face_estimator import Face
from fsanet.inference.rows.row import DIGITS, FORMATS, PoseRow, make_row
from fsanet.inference.video import cuts
from fsanet.inference.video.cuts import CutDetector
from fsanet.inference.video.frames import VideoFrame
from fsanet.inference.video.poses import VideoPoses, VideoSettings
from fsanet.inference.video.tracking import SAME_HEAD_IOU, FaceTracker
from fsanet.pose.angles import Pose


@pytest.mark.parametrize("clockwise", [-70.0, 12.0, 33.0])
def test_crops_that_lean(in_node, clockwise):
    crop = np.random.default_rng(4).integers(0, 256, (64, 64, 3)).astype(np.float32)
    body = "const crop = Float32Array.from(given[0]); leanCrop(crop, 0, 64, given[1]); return [...crop];"
    found = np.reshape(in_node(body, ["pixels.js"], [crop.ravel().tolist(), clockwise]), (64, 64, 3))
    assert np.abs(found - turn_image(crop, clockwise)).max() < 0.001


def test_boxes(in_node):
    random = np.random.default_rng(3)
    corners = random.uniform(-40, 200, (40, 2))
    boxes = np.hstack([corners, corners + random.uniform(1, 150, (40, 2))])
    body = """return given.map((box) =>
        [iou(box, given[0]), remap(box, [0.9, 1.1], [-0.1, 0.2]), widenedPixels(box, 0.4, 180, 160)]);"""
    for box, (overlap, mapped, pixels) in zip(boxes, in_node(body, ["boxes.js"], boxes.tolist()), strict=True):
        assert overlap == pytest.approx(iou(box[None], boxes[:1])[0, 0])
        assert mapped == pytest.approx(remap(box, (0.9, 1.1), (-0.1, 0.2)))
        assert pixels == list(widened_pixels(box, 0.4, 180, 160))


@pytest.mark.parametrize(
    "box", [(20, 15, 60, 70), (-30, 2, 20, 40), (0, 0, 119, 89), (95, 60, 150, 95), (-300, 5, 400, 80)]
)
def test_crops(in_node, box):
    image = np.random.default_rng(4).integers(0, 256, (90, 120, 3), np.uint8)
    given = {"data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(), "box": box}
    body = """const into = new Float32Array(64 * 64 * 3), pixels = croppedPixels(given.box, 0.4, 120, 90);
        cropTo({ width: 120, height: 90, data: Uint8ClampedArray.from(given.data) }, pixels, 64, into, 0);
        return [...into];"""
    found = np.reshape(in_node(body, ["boxes.js", "pixels.js"], given), (64, 64, 3))
    assert np.array_equal(found, crop_turned(image, box, 0.0, 0.4))


def test_a_box_beyond_the_picture_has_no_crop(in_node):
    body = "return given.map((box) => croppedPixels(box, 0.4, 180, 160).length);"
    assert in_node(body, ["boxes.js"], [(-90, 10, -50, 40), (20, 300, 60, 340), (10, 10, 40, 40)]) == [0, 0, 4]


@pytest.mark.parametrize("box", [(20, 15, 60, 70), (-60, 2, -5, 40), (0, 0, 119.5, 89.25)])
@pytest.mark.parametrize("clockwise", [-35.0, 7.5, 90, 171.0])
def test_crops_of_turned_pictures(in_node, box, clockwise):
    image = np.random.default_rng(4).integers(0, 256, (90, 120, 3), np.uint8)
    given = {"data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(), "box": box, "clockwise": clockwise}
    body = """const into = new Float32Array(64 * 64 * 3), data = Uint8ClampedArray.from(given.data);
        cropTurned({ width: 120, height: 90, data }, given.box, given.clockwise, 0.4, 64, into, 0);
        return [...into];"""
    found = np.reshape(in_node(body, ["pixels.js"], given), (64, 64, 3))
    assert np.abs(found - crop_turned(image, box, clockwise, 0.4)).max() <= 1


@pytest.mark.parametrize("kind", ["Float32Array", "Uint8Array"])
@pytest.mark.parametrize("size", [(60, 45), (77, 53), (77, 40), (120, 90), (25, 19), (40, 80)])
def test_pictures_are_shrunk(in_node, size, kind):
    image = np.random.default_rng(4).integers(0, 256, (90, 120, 3), np.uint8)
    given = {"data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(), "size": size}
    body = """const small = shrunk({ width: 120, height: 90, data: Uint8ClampedArray.from(given.data) }, ...given.size);
        const [width, height] = [given.size[0] + 3, given.size[1] + 2];
        return [...padded(small, width, height, 128, new KIND(3 * width * height))];"""
    found = np.reshape(in_node(body.replace("KIND", kind), ["pixels.js"], given), (size[1] + 2, size[0] + 3, 3))
    expected = shrunk(image, size)
    difference = np.abs(found[: size[1], : size[0]] - expected)
    assert difference.max() <= 1
    assert difference.mean() < 1e-4  # the last bit counts: the finder in int8 answers other boxes to other pixels
    assert (found[size[1] :] == 128).all()
    assert (found[:, size[0] :] == 128).all()


@pytest.mark.parametrize(
    ("part", "size"),
    [
        ((0, 0, 121, 91), (77, 53)),
        ((0, 0, 121, 91), (121, 60)),
        ((11, 7, 104, 90), (64, 57)),
        ((1, 2, 21, 32), (20, 30)),
        ((0, 0, 121, 64), (64, 64)),
        ((8, 8, 120, 88), (40, 30)),  # halved before
        ((8, 8, 40, 40), (121, 91)),  # a part, enlarged to what the whole has
        ((8, 8, 40, 40), (32, 32)),
        ((0, 0, 110, 64), (67, 64)),  # places in float32 have other last digits
    ],
)
def test_by_less_than_half_pictures_are_shrunk_to_the_bit_as_by_opencv(in_node, part, size):
    image = np.random.default_rng(5).integers(0, 256, (91, 121, 3), np.uint8)
    given = {"data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(), "part": part, "size": size}
    body = """const picture = { width: 121, height: 91, data: Uint8ClampedArray.from(given.data) };
        return [...shrunk(picture, ...given.size, given.part).data];"""
    found = np.reshape(in_node(body, ["pixels.js"], given), (size[1], size[0], 4)).astype(np.uint8)
    x1, y1, x2, y2 = part
    assert np.array_equal(cv2.cvtColor(found, cv2.COLOR_RGBA2BGR), shrunk(image[y1:y2, x1:x2], size))
    assert (found[..., 3] == 255).all()


@pytest.mark.parametrize(("size", "long_side"), [((1280, 721), 640), ((1280, 723), 640), ((300, 211), 252)])
def test_sizes_are_rounded_as_in_python(in_node, size, long_side):
    expected = fit(np.zeros((size[1], size[0], 3), np.uint8), long_side)
    body = """const [width, height] = given.size;
        const { picture, scale } = fit({ width, height, data: new Uint8ClampedArray(4 * width * height) }, given.side);
        return [picture.width, picture.height, scale];"""
    found = in_node(body, ["pixels.js"], {"size": size, "side": long_side})
    assert found == [*expected.image_bgr.shape[1::-1], list(expected.to_original_xy)]


def test_faces_keep_their_numbers(in_node):
    frames = [
        [(0, 0, 40, 40), (100, 0, 140, 40)],
        [(104, 2, 144, 42), (4, 0, 44, 40)],
        None,  # not searched
        [(8, 0, 48, 40)],  # one is missed, and seen near its last box
        [(12, 0, 52, 40)],  # and is not seen any more
        [(14, 0, 54, 40), (103, 2, 143, 42)],  # and comes back
        [(300, 0, 340, 40)],
    ]
    times = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.5]
    unseen = {4, 6}  # frames in which a second look finds nothing

    def look_again(number):
        return lambda faces: [None if number in unseen else face for face in faces]

    tracker, expected = FaceTracker(), []
    for number, (boxes, time) in enumerate(zip(frames, times, strict=True)):
        look = look_again(number)
        found = None if boxes is None else [Face(box, 0.9, Pose(0, 0, 0)) for box in boxes]
        faces = tracker.keep(time, look) if found is None else tracker.update(found, time, look)
        expected.append([[known.face_id, known.origin, list(known.face.box_xyxy)] for known in faces])
    settings = {"hold_s": tracker.hold_s, "min_iou": tracker.min_iou, "same_head_iou": SAME_HEAD_IOU}
    given = {"settings": settings, "frames": frames, "times": times, "unseen": sorted(unseen)}
    body = """const tracker = new FaceTracker(given.settings), answers = [];
        for (const [i, boxes] of given.frames.entries()) {
            const look = async (faces) => faces.map((face) => (given.unseen.includes(i) ? null : face));
            const found = boxes?.map((box) => ({ box, score: 0.9, turn: 0 }));
            const time = given.times[i];
            const faces = await (found ? tracker.update(found, time, look) : tracker.keep(time, look));
            answers.push(faces.map(({ id, origin, face }) => [id, origin, face.box]));
        }
        return answers;"""
    assert in_node(body, ["tracking.js"], given) == expected
    assert {origin for frame in expected for _, origin, _ in frame} == {"detected", "kept", "held"}


PASSERS_BY = """
const pose = { yaw: 0, pitch: 0, roll: 0 };
const picture = { width: 64, height: 64, data: new Uint8ClampedArray(4 * 64 * 64) };
const estimator = new PictureEstimator(null, null, given.contract.quality);
estimator.read = async (_, found) => found.map(({ id }) => ({ id, pose }));
estimator.detector = { findNear: async (_, faces) => faces.map(() => null), standsUpright: async () => true };
const live = new LiveEstimator(estimator, given.contract, true), kept = [];
for (const [i, place] of given.places.entries()) {
    const faces = place === null ? [] : [{ box: [place, 0, place + 40, 40], score: 0.9, turn: 0 }];
    estimator.detector.find = async () => faces;
    const options = { detectEvery: 1, smooth: true, anyAngle: false };
    await live.read(picture, await live.follow(picture, given.times[i], options), given.times[i], options);
    kept.push([[...live.filters.keys()], [...live.turned.keys()]]);
}
return kept;
"""


def test_of_a_face_that_is_followed_no_longer_nothing_is_kept(in_node):
    settings = json.loads(json.dumps(contract("a", "b", PLAIN)))
    # One face that is missed for a moment, and then others, each of which comes when the one before has long gone.
    given = {"contract": settings, "places": [0, None, 0, 100, None, 200], "times": [0, 0.1, 0.2, 5, 9, 20]}
    kept = in_node(PASSERS_BY, ["estimator.js"], given)
    assert kept == [[ids, ids] for ids in ([0], [0], [0], [1], [], [2])]


SEARCHES = """
const searched = [];
const estimator = new PictureEstimator(null, null, given.contract.quality);
const live = new LiveEstimator(estimator, given.contract, true);
for (const [i, grey] of given.greys.entries()) {
    estimator.detector = { find: async () => (searched.push(i), []) };
    const picture = { width: 128, height: 128, data: new Uint8ClampedArray(4 * 128 * 128).fill(grey) };
    await live.follow(picture, i / 30, { detectEvery: given.every, anyAngle: false });
}
return searched;
"""


class Searcher:
    """Finds nothing, and notes which frames are searched: their second pixel is their number."""

    def __init__(self):
        self.searched = []

    def prepare(self, image_bgr):
        self.searched.append(int(image_bgr[0, 1, 0]))

    def estimate(self, prepared):
        return [[] for _ in prepared]

    def look_again(self, image_bgr, faces):
        return [None for _ in faces]


@pytest.mark.parametrize("every", [1, 3, 5])
def test_frames_are_searched_by_their_number_and_where_a_scene_begins_as_in_python(in_node, every):
    greys = [20] * 4 + [220] * 9
    images = np.stack([np.full((128, 128, 3), grey, np.uint8) for grey in greys])
    images[:, 0, 1] = np.arange(len(greys))[:, None]
    searcher = Searcher()
    list(VideoPoses(searcher, [VideoFrame(i, i / 30, image) for i, image in enumerate(images)], VideoSettings(every)))
    assert 4 in searcher.searched
    given = {"contract": json.loads(json.dumps(contract("a", "b", PLAIN))), "greys": greys, "every": every}
    assert in_node(SEARCHES, ["estimator.js"], given) == sorted(searcher.searched)


def test_cuts(in_node):
    random = np.random.default_rng(6)
    scenes = [cv2.resize(random.integers(0, 256, (9, 12, 3), np.uint8), (160, 120)) for _ in range(2)]
    frames = [np.roll(scenes[i >= 5], 2 * i, axis=1) for i in range(10)]
    detector = CutDetector()
    expected = [detector.is_cut(frame) for frame in frames]
    pixels = [cv2.cvtColor(frame, cv2.COLOR_BGR2RGBA).ravel().tolist() for frame in frames]
    names = {"side": cuts.SIDE, "least_change": cuts.LEAST_CHANGE, "times_usual": cuts.TIMES_USUAL}
    given = {"settings": {**names, "usual_frames": cuts.USUAL_FRAMES}, "frames": pixels}
    body = """const detector = new CutDetector(given.settings);
        const picture = (data) => ({ width: 160, height: 120, data: Uint8ClampedArray.from(data) });
        return given.frames.map((data) => detector.isCut(picture(data)));"""
    assert in_node(body, ["cuts.js"], given) == expected
    assert sum(expected) == 1


def test_flags(in_node):
    boxes = [(10, 10, 80, 90), (-10, 10, 60, 90), (-60, 10, 20, 90), (10, 10, 25, 30), (190, 140, 260, 200)]
    names = {"useful_height": face_estimator.USEFUL_HEIGHT, "cut_inside": face_estimator.CUT_INSIDE}
    settings = {"words": list(face_estimator.FLAGS), **names, "outside_inside": face_estimator.OUTSIDE_INSIDE}
    body = """return [false, true].map((turned) =>
        given.boxes.map((box) => flagsOf(box, 200, 150, given.settings, turned)));"""
    found = in_node(body, ["quality.js"], {"boxes": boxes, "settings": settings})
    expected = [[list(face_estimator.flags_of(box, (200, 150), turned)) for box in boxes] for turned in (False, True)]
    assert found == expected


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pictures(in_node, turn):
    image = np.random.default_rng(4).integers(0, 256, (30, 40, 3), np.uint8)
    given = {
        "data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(),
        "turn": turn,
    }
    body = """const picture = turned({ width: 40, height: 30, data: Uint8ClampedArray.from(given.data) }, given.turn);
        const numbers = padded(picture, picture.width, picture.height, 0, new Float32Array(3 * 40 * 30));
        return [picture.width, [...numbers]];"""
    width, numbers = in_node(body, ["pixels.js"], given)
    assert np.array_equal(np.reshape(numbers, (-1, width, 3)), turned(image, turn))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("size", [(40, 28), (20, 14), (31, 23), (17, 13), (10, 14)])
@pytest.mark.parametrize("part", [None, [4, 2, 24, 26]])
def test_pictures_seen_turned_are_shrunk_as_turned_copies_are(in_node, turn, size, part):
    image = np.random.default_rng(4).integers(0, 256, (28, 40, 3), np.uint8)
    size = size[::-1] if turn % 180 else size
    given = {
        "data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(),
        "how": [*size, *([part] if part else [])],
        "turn": turn,
    }
    body = """const picture = { width: 40, height: 28, data: Uint8ClampedArray.from(given.data) };
        const { data, ...sides } = shrunk(seenTurned(picture, given.turn), ...given.how);
        return [sides, [...data]];"""
    copied = body.replace("seenTurned", "turned")
    assert in_node(body, ["pixels.js"], given) == in_node(copied, ["pixels.js"], given)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_of_turned_pictures(in_node, turn):
    body = "return turnedBack([3, 5, 20, 25], given, 200, 150)"
    expected = turned_back(Detection((3, 5, 20, 25), 0.5), turn, (200, 150))
    assert in_node(body, ["boxes.js"], turn) == list(expected.box_xyxy)


def test_rows_have_the_columns_of_estimate(in_node):
    pose = Pose(41.005, -22.5, 13)
    face = Face((1.234, 2, 3.456, 4), 0.98765, pose, upright_turn=90, flags=("cut", "small"), mask="below nose")
    row = make_row('a "quoted", name.jpg', 2, face, None, 7, 0.12345)
    given = {
        "pose": pose._asdict(),
        "values": {**row._asdict(), **dict.fromkeys(("azimuth", "elevation", "qw", "qx", "qy", "qz"))},
        "format": {"columns": list(PoseRow._fields), "digits": DIGITS},
    }
    body = """const row = makeRow({ ...given.values, ...facing(given.pose), ...quaternion(given.pose) }, given.format);
        return [asCsv([row], given.format), asJsonLines([row])];"""
    as_csv, as_json = in_node(body, ["rows.js", "rotation.js"], given)
    of_python = FORMATS["csv"].header + FORMATS["csv"].line(row)
    (header, values), (_, expected) = (csv.reader(io.StringIO(text)) for text in (as_csv, of_python))
    assert header == list(PoseRow._fields)
    assert list(map(as_number, values)) == list(map(as_number, expected))
    assert json.loads(as_json) == json.loads(FORMATS["jsonl"].line(row))


def test_a_face_that_wears_a_mask_is_said_to(in_node):
    body = """return [undefined, ...given].map((mask) => {
            const pose = { yaw: 30, pitch: 0, roll: 0 };
            return [texts.looks(pose, mask), texts.summary("2", pose, mask)];
        });"""
    untold, *told = in_node(body, ["texts.js"], MASKS)
    said = dict(zip(MASKS, told, strict=True))
    assert said.pop("none") == untold == ["30° left", "Face 2 looks 30° left."]
    assert said == {
        "worn": ["30° left, mask", "Face 2 looks 30° left and wears a mask."],
        "below nose": ["30° left, mask below the nose", "Face 2 looks 30° left and wears a mask below the nose."],
    }


def as_number(text: str) -> float | str:
    """JavaScript writes 1 where Python writes 1.0."""
    try:
        return float(text)
    except ValueError:
        return text


FAKE_CARD = """
globalThis.crossOriginIsolated = false;
const asked = [];
class FakeWorker { // whose graphics card is lost at the first question
  addEventListener(kind, listener) { if (kind === "message") this.listener = listener; }
  postMessage(question) {
    asked.push(question.provider ?? Array.from(question.numbers));
    if (question.provider) this.provider = question.provider;
    const lost = question.numbers && this.provider === "webgpu";
    const spare = question.numbers && question.numbers.buffer;
    const data = lost ? { error: "device lost", spare } : { answer: [new Float32Array([7])], spare };
    setTimeout(() => this.listener({ data }), 0);
  }
}
const network = new Network(new FakeWorker());
let told = 0;
network.lost = () => told++;
await network.open(new Uint8Array(1), { arranged: true });
await network.move(given);
"""


@pytest.mark.parametrize("kind", ["Float32Array", "Uint8Array"])
def test_where_the_graphics_card_is_lost_the_processor_answers_the_same_question(in_node, kind):
    body = FAKE_CARD + f"const answers = await network.run(new {kind}([1, 2, 3]), [3]);"
    body += "return { asked, told, answer: Array.from(answers[0]), provider: network.provider };"
    found = in_node(body, ["runtime.js"], "webgpu")
    assert found["asked"] == ["wasm", "webgpu", [1, 2, 3], "wasm", [1, 2, 3]]
    assert (found["told"], found["answer"], found["provider"]) == (1, [7], "wasm")


def test_room_is_used_again_for_numbers_of_either_kind(in_node):
    body = """const answers = [];
        const questions = [[8, Float32Array], [32, Uint8Array], [33, Uint8Array], [8, Float32Array], [9, Float32Array]];
        for (const [count, kind] of questions) {
            const before = network.spare, room = network.room(count, kind);
            answers.push([room.constructor.name, room.length, room.buffer === before]);
            await network.run(room, [count]);
        }
        return answers;"""
    assert in_node(FAKE_CARD + body, ["runtime.js"], "wasm") == [
        ["Float32Array", 8, False],
        ["Uint8Array", 32, True],
        ["Uint8Array", 33, False],
        ["Float32Array", 8, True],
        ["Float32Array", 9, False],
    ]


def test_an_error_of_the_processor_stays_an_error(in_node):
    body = FAKE_CARD.replace('"webgpu";', '"wasm";')
    body += "return network.run(new Float32Array([1]), [1]).then(() => 'answered', (error) => error.message);"
    assert in_node(body, ["runtime.js"], "wasm") == "device lost"


def test_what_comes_late_is_dropped_whether_it_is_an_answer_or_an_error(in_node):
    body = """const turn = new Turn(), told = [];
        const note = (kind) => (what) => told.push([kind, what]);
        let answer, fail;
        const late = new Promise((resolve) => (answer = resolve));
        const failing = new Promise((_, reject) => (fail = reject));
        await turn.wanted(Promise.resolve(1), note("dropped")).then(note("came"));
        await turn.wanted(Promise.reject(2), note("dropped")).catch(note("failed"));
        turn.wanted(late, note("dropped")).then(note("came"), note("failed"));
        turn.wanted(failing, note("dropped")).then(note("came"), note("failed"));
        turn.end();
        answer(3);
        fail(4);
        await new Promise((done) => setTimeout(done, 0)); // all that was to happen has happened by then
        return told;"""
    assert in_node(body, ["turn.js"]) == [["came", 1], ["failed", 2], ["dropped", 3]]


BROKEN_WORKER = """
class BrokenWorker {
  listeners = {};
  addEventListener(kind, listener) { this.listeners[kind] = listener; }
  postMessage() {}
}
const worker = new BrokenWorker(), network = new Network(worker);
const told = (promise) => promise.then(() => "answered", (error) => error.message);
"""


def test_a_thread_that_broke_before_the_first_question_refuses_it(in_node):
    body = BROKEN_WORKER + "worker.listeners.error({}); return told(network.ask({}));"
    assert in_node(body, ["runtime.js"]) == "a network's thread did not start"


def test_a_thread_that_breaks_refuses_what_was_asked_and_what_is_asked_then(in_node):
    body = (
        BROKEN_WORKER
        + """const first = told(network.ask({})), second = told(network.ask({}));
        worker.listeners.error({ message: "out of memory" });
        return Promise.all([first, second, told(network.ask({}))]);"""
    )
    assert in_node(body, ["runtime.js"]) == ["out of memory"] * 3
