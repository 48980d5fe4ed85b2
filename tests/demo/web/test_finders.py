"""The page searches pictures as the Python side does, whatever the network answers."""

import cv2
import numpy as np
import pytest

from demo.web import contract, vendor
from fsanet import HeadPoseEstimator
from fsanet.dense import layout
from fsanet.dense.decode import BADGE, BODY, HEAD, Found, Small, decode, may_be_badges
from fsanet.dense.layout import cells
from fsanet.detectors import nearby, scout
from fsanet.detectors.detection import TURNS, Detection
from fsanet.detectors.nearby import Place, detect_near
from fsanet.detectors.scout import ScoutDetector, ScoutNetwork
from fsanet.pose.angles import Pose
from fsanet.pose.errors import geodesic_errors

LONG_SIDE = 252


class Answers:
    """A network that answers what was drawn by lot; it remembers what it was asked."""

    def __init__(self):
        self.asked, self.answered, self.random = [], [], np.random.default_rng(9)

    def __call__(self, pictures):
        grid = cells(*pictures.shape[1:3])
        answer = self.random.normal(0, 1, (len(pictures), len(grid), layout.CELL_PREDICTION_SIZE)).astype(np.float32)
        self.asked.append(pictures)
        self.answered.append(answer)
        return [answer]


@pytest.fixture
def answers(monkeypatch):
    """In place of scout's network, in Python; faces drawn by lot are small, large and like badges."""
    answers = Answers()
    monkeypatch.setattr(ScoutNetwork, "__init__", lambda self, *_: vars(self).update(_network=answers, _pixel=np.uint8))
    sizes = {"LARGE_FACE": 60, "MAY_BE_LARGE": 40, "LEAST_SIDE": 60, "SMALL": Small(25, 0.65), "LOOKED_AT": 40}
    for name, value in sizes.items():
        monkeypatch.setattr(scout, name, value)
    return answers


SCOUT = """const answers = given.answers, asked = [];
const network = {
    room: (count, kind) => new kind(new ArrayBuffer(count * kind.BYTES_PER_ELEMENT)).fill(77),
    run: async (numbers, shape) => {
        asked.push([shape, [...numbers], numbers.constructor.name]);
        return [Float32Array.from(answers[asked.length - 1])];
    },
};
const finder = new Scout(network, given.settings);
const pictures = given.pictures.map((picture) => ({ ...picture, data: Uint8ClampedArray.from(picture.data) }));
"""


def in_page(in_node, answers, images_bgr, body):
    """What the page's finder makes of pictures, given the answers of Python's; and what it asked."""
    settings = contract.contract("model", "weights", vendor.PLAIN)
    given = {
        "pictures": [as_picture(image) for image in images_bgr],
        "answers": [answer.ravel().tolist() for answer in answers.answered],
        "settings": {**settings["detector"], "long_side": LONG_SIDE},
        "search": settings["search"],
    }
    found, asked = in_node(f"{SCOUT} return [await {body}, asked];", ["scout.js", "detector.js", "turn.js"], given)
    assert {kind for *_, kind in asked} == {"Uint8Array"}
    return found, [np.reshape(numbers, shape) for shape, numbers, _ in asked]


def as_picture(image_bgr):
    data = cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGBA).ravel().tolist()
    return {"width": image_bgr.shape[1], "height": image_bgr.shape[0], "data": data}


def noise(*height_width):
    return np.random.default_rng(4).integers(0, 256, (*height_width, 3), np.uint8)


def assert_equal(of_page, of_python, atol=0.05):
    assert [face["score"] for face in of_page] == pytest.approx([face.score for face in of_python])
    boxes = [face["box"] for face in of_page]
    np.testing.assert_allclose(boxes, [face.box_xyxy for face in of_python], atol=atol)
    assert [face.get("mask") for face in of_page] == [face.mask for face in of_python]
    poses = [[face["pose"][name] for name in Pose._fields] for face in of_page]
    assert geodesic_errors(np.array(poses), np.array([face.pose for face in of_python])).max() < 0.01


def assert_asked(of_page, of_python):
    assert [numbers.shape for numbers in of_page] == [pictures.shape for pictures in of_python]
    for ours, theirs in zip(of_page, of_python, strict=True):
        assert np.abs(ours - theirs).max() <= 1


@pytest.mark.parametrize(
    ("height_width", "searched", "closer"),
    [
        ((210, 300), [(192, 256), (96, 128), (32, 64)], (128, 256)),
        ((180, 227), [(192, 224), (96, 96), (32, 32)], (128,)),  # three pixels more than whole cells
        ((40, 60), [(64, 64)], (128,)),
    ],
)
def test_a_picture_is_searched_in_ever_smaller_copies(in_node, answers, height_width, searched, closer):
    image = noise(*height_width)
    expected = HeadPoseEstimator(detector=ScoutDetector(long_side=LONG_SIDE)).detect(image)
    found, asked = in_page(in_node, answers, [image], "finder.find(pictures[0])")
    looks = [pictures.shape[:3] for pictures in answers.asked]
    in_turn = iter(looks)
    assert all((1, *sides) in in_turn for sides in searched)
    assert set(closer) <= {max(sides) for _, *sides in looks if (*sides,) not in searched}  # small and doubtful faces
    assert_asked(asked, answers.asked)
    assert len(expected) >= 3
    assert_equal(found, expected)


def test_several_pictures_are_searched_in_one_pass(in_node, answers):
    images = [noise(60, 100), noise(90, 33), noise(64, 64)]
    expected = ScoutDetector().detect_each(images)
    found, asked = in_page(in_node, answers, images, "finder.findEach(pictures)")
    assert [numbers.shape for numbers in asked] == [(3, 96, 128, 3)]
    assert_asked(asked, answers.asked)
    assert min(map(len, expected)) > 2
    for of_page, of_python in zip(found, expected, strict=True):
        assert_equal(of_page, of_python)


BRIGHT = """const searchEach = async (views) => views.map(({ width, height, data }) => {
    views_seen.push([width, height]);
    const bright = [...Array(width * height).keys()].filter((i) => data[4 * i] > 127);
    if (!bright.length) return [];
    const [xs, ys] = [bright.map((i) => i % width), bright.map((i) => Math.floor(i / width))];
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
    const pose = { yaw: 20, pitch: -10, roll: 5 };
    return [{ score: 0.9, turn: 0, box: [0, 0, 3, 3] }, { score: 0.8, turn: 0, box, pose, mask: "worn" }];
});
"""


def bright_in(views, shown):
    """What `BRIGHT` finds: a corner, and the bright pixels."""
    for view in views:
        shown.append(list(view.shape[1::-1]))
        ys, xs = np.nonzero(view[..., 2] > 127)
        box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) if len(xs) else None
        yield [Detection((0, 0, 3, 3), 0.9), Detection(box, 0.8, pose=Pose(20, -10, 5), mask="worn")] if box else []


@pytest.mark.parametrize("closeup", [scout.CLOSEUP, nearby.USUAL_CLOSEUP])
def test_faces_are_looked_for_near_where_they_were(in_node, closeup):
    image = np.full((200, 300, 3), 30, np.uint8)
    image[50:90, 100:130] = 255
    image[10:150, 180:300] = 220
    known = [(98, 52, 128, 92), (185, 5, 299, 150), (-300, 0, -220, 60), (10, 100, 60, 150), (130, 50, 160, 90)]
    places = [Place(box, turn) for box, turn in zip(known, (*TURNS, 0), strict=True)] + [Place(known[0], 270)]
    places += [Place((174, 30, 302, 158))]  # whose view has half a pixel too much in `USUAL_CLOSEUP`
    places += [Place((135, 30, 263, 158))]  # whose view has a pixel too much to be halved
    shown = []
    expected = detect_near(lambda views: list(bright_in(views, shown)), image, places, closeup)
    given = {
        "picture": as_picture(image),
        "places": [{"box": place.box_xyxy, "turn": place.clockwise_deg} for place in places],
        "settings": {**closeup._asdict(), "least_iou": nearby.LEAST_IOU},
    }
    body = f"""const views_seen = []; {BRIGHT}
        const picture = {{ ...given.picture, data: Uint8ClampedArray.from(given.picture.data) }};
        return [await lookNear(searchEach, picture, given.places, given.settings), views_seen];"""
    found, seen = in_node(body, ["near.js"], given)
    assert seen == shown
    assert [face is None for face in found] == [face is None for face in expected]
    present = [(ours, theirs) for ours, theirs in zip(found, expected, strict=True) if theirs]
    assert len(present) == 5
    assert [ours["turn"] for ours, _ in present] == [theirs.upright_turn for _, theirs in present]
    assert_equal(*zip(*present, strict=True))


def test_at_any_angle_poses_are_turned_back(in_node, answers):
    image = noise(96, 64)
    expected = HeadPoseEstimator(detector=ScoutDetector(long_side=LONG_SIDE), any_angle=True).detect(image)
    found, _ = in_page(in_node, answers, [image], "new FaceDetector(finder, given.search).find(pictures[0], true)")
    assert {face.upright_turn for face in expected} == set(TURNS)
    assert [face["turn"] for face in found] == [face.upright_turn for face in expected]
    assert_equal(found, expected)


@pytest.mark.parametrize("whole_turn", [False, True])
def test_of_a_source_that_is_over_the_search_ends_between_copies_and_turns(in_node, answers, whole_turn):
    image = noise(96, 64)
    ScoutDetector(long_side=LONG_SIDE).detect(image)
    last = len(answers.asked) if whole_turn else 1
    body = f"""(() => {{
        const turn = new Turn(), answer = network.run;
        network.run = (...question) => (asked.length === {last - 1} && turn.end(), answer(...question));
        const none = new Promise((done) => setTimeout(done, 0, "none")); // all that was to happen has happened by then
        return Promise.race([new FaceDetector(finder, given.search).find(pictures[0], true, turn), none]);
    }})()"""
    found, asked = in_page(in_node, answers, [image], body)
    assert (found, len(asked)) == ("none", last)


@pytest.mark.parametrize(("score", "upright", "calls"), [(0.7, False, 1), (0.85, True, 1), (0.95, True, 0)])
def test_whether_a_doubtful_face_lies_is_asked_once_for_all_turns(in_node, score, upright, calls):
    given = {"picture": as_picture(noise(100, 100)), "face": {"box": [40, 40, 60, 60], "score": score, "turn": 0}}
    body = """let calls = 0;
        const scores = [0.5, 0.8, 0.6], box = [10, 10, 30, 30];
        const findEach = async (views) => (calls++, views.map((_, i) => [{ box, score: scores[i], turn: 0 }]));
        const near = { margin: 0.5, face_pixels: 64, least_iou: 0.25 };
        const detector = new FaceDetector({ findEach, near, sureScore: 0.93 }, { same_face: 0.5 });
        const picture = { ...given.picture, data: Uint8ClampedArray.from(given.picture.data) };
        return [await detector.standsUpright(picture, given.face), calls];"""
    assert in_node(body, ["detector.js"], given) == [upright, calls]


def decoded(in_node, prediction):
    """What the page makes of a prediction for a picture of 128x96."""
    settings = contract.contract("model", "weights", vendor.PLAIN)["detector"]
    given = {"data": prediction.ravel().tolist(), "settings": {**settings, "threshold": 0.6, "overlap": 0.4}}
    body = "return decode(Float32Array.from(given.data), 128, 96, given.settings)"
    return in_node(body, ["decode.js"], given)


def test_answers_of_the_finder_become_boxes_rotations_and_masks(in_node):
    random = np.random.default_rng(7)
    grid = cells(96, 128)
    prediction = random.normal(0, 1, (len(grid), layout.CELL_PREDICTION_SIZE)).astype(np.float32)
    expected = decode(prediction, grid, 0.6, 0.4)
    found = decoded(in_node, prediction)
    assert 5 < len(expected.score) < len(grid) / 4
    assert [face["score"] for face in found] == pytest.approx(expected.score)
    assert np.allclose([face["box"] for face in found], expected.box_xyxy, atol=1e-3)
    assert np.allclose([face["rotation"] for face in found], expected.rotation.reshape(-1, 9), atol=1e-6)
    assert [face["mask"] for face in found] == [layout.MASKS[mask] for mask in expected.mask]
    assert {face["mask"] for face in found} == set(layout.MASKS)


def test_what_may_be_a_badge_on_a_head_or_body_is_left_away(in_node):
    random = np.random.default_rng(3)
    middle, side = random.uniform(0, 100, (60, 2)), np.exp(random.uniform(1, 4.5, (60, 1)))
    box = np.hstack([middle - side / 2, middle + side / 2])
    score = np.where(np.arange(60) % 2, 0.9, 0.7)
    found = Found(score, box, np.zeros((60, 5, 2)), np.stack([np.eye(3)] * 60), np.zeros(60, int))
    faces = [{"score": s, "box": row} for s, row in zip(score.tolist(), box.tolist(), strict=True)]
    given = {"found": faces, "settings": {"badge": BADGE, "head": HEAD, "body": BODY}}
    kept = in_node("return withoutBadges(given.found, 0.8, given.settings)", ["decode.js"], given)
    assert 5 < may_be_badges(found).sum() < 55
    assert [face["box"] for face in kept] == box[~may_be_badges(found) | (score >= 0.8)].tolist()
