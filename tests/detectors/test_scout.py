from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.dense.decode import Found, joined
from fsanet.dense.layout import cells
from fsanet.detectors import scout
from fsanet.detectors.scout import BUNDLED, CONVENTION, ScoutDetector, ScoutNetwork, on_whole_cells
from fsanet.errors import InputError


class OneFaceNetwork:
    """Sees a face of 40 x 48 pixels around the brightest pixel of its input; remembers what it was given."""

    inputs = (SimpleNamespace(type="tensor(float)"),)

    def __call__(self, pictures):
        return [np.concatenate([self.answer(picture[None]) for picture in pictures])]

    def answer(self, pictures):
        self.given = pictures
        y, x = np.unravel_index(self.given[0].sum(axis=-1).argmax(), self.given.shape[1:3])
        grid = cells(*self.given.shape[1:3])
        rows = np.full((1, len(grid), layout.CELL_PREDICTION_SIZE), -9.0, np.float32)
        nearest = np.flatnonzero(grid[:, 2] == 16)[np.abs(grid[grid[:, 2] == 16, :2] - (x, y)).sum(axis=1).argmin()]
        at, stride = grid[nearest, :2], 16
        rows[0, nearest, layout.SCORE] = 2.0
        reach = np.array([at[0] - x + 20, at[1] - y + 24, x + 20 - at[0], y + 24 - at[1]])
        rows[0, nearest, layout.BOX] = np.log(reach / stride)
        side = np.sqrt(40 * 48)
        rows[0, nearest, layout.POINTS] = np.tile((np.array([x, y]) - at) / side, 5)
        rows[0, nearest, layout.ROTATION_6D] = [1, 0, 0, 0, 1, 0]
        return rows


@pytest.fixture
def session(monkeypatch):
    session = OneFaceNetwork()
    monkeypatch.setattr(scout, "_open", lambda path, threads: session)
    monkeypatch.setattr(scout, "LOOKED_AT", 0)  # its face is as large wherever it looks
    return session


def spotted(height, width, x, y, size=1):
    image = np.full((height, width, 3), 60, np.uint8)
    image[y : y + size, x : x + size] = 255
    return image


def test_boxes_come_back_in_the_pixels_of_the_image(session):
    found = ScoutNetwork().search(spotted(200, 300, 100, 90), long_side=400, threshold=0.5)
    np.testing.assert_allclose(found.box_xyxy, [[80, 66, 120, 114]], atol=0.01)
    np.testing.assert_allclose(found.points_xy, np.tile([100, 90], (1, 5, 1)), atol=0.01)
    np.testing.assert_allclose(found.rotation, np.eye(3)[None], atol=1e-6)


def test_a_large_image_is_shrunk(session):
    found = ScoutNetwork().search(spotted(400, 800, 400, 200, size=8), long_side=200, threshold=0.5)
    assert session.given.shape == (1, 96, 224, 3)
    middle = (found.box_xyxy[0, :2] + found.box_xyxy[0, 2:]) / 2
    np.testing.assert_allclose(middle, [402, 202], atol=4)
    assert found.box_xyxy[0, 2] - found.box_xyxy[0, 0] == pytest.approx(160, abs=0.1)


@pytest.mark.parametrize(("least", "last"), [(103, 128), (101, 64)])
def test_large_faces_are_taken_from_ever_smaller_copies(session, monkeypatch, least, last):
    monkeypatch.setattr(scout, "LARGE_FACE", 30)  # the session sees a larger one at every size
    monkeypatch.setattr(scout, "MAY_BE_LARGE", 40)
    monkeypatch.setattr(scout, "LEAST_SIDE", least)
    found = ScoutNetwork().search(spotted(128, 256, 100, 60, size=10), long_side=256, threshold=0.5)
    working = {128: 102, 64: 41}[last]
    assert session.given.shape == (1, 64 if last == 128 else 32, last, 3)  # 256 / 2.5, and that / 2.5
    assert found.sides() == pytest.approx([256 / working * np.sqrt(40 * 48)], rel=0.02)


def test_faces_that_are_not_large_are_taken_from_the_picture_itself(session, monkeypatch):
    monkeypatch.setattr(scout, "LARGE_FACE", 150)  # the session sees one of 44 pixels at every size
    monkeypatch.setattr(scout, "MAY_BE_LARGE", 40)
    monkeypatch.setattr(scout, "LEAST_SIDE", 200)
    found = ScoutNetwork().search(spotted(128, 256, 100, 60, size=4), long_side=256, threshold=0.5)
    assert session.given.shape == (1, 64, 128, 3)
    assert found.sides() == pytest.approx([np.sqrt(40 * 48)], rel=0.01)


@pytest.mark.parametrize(("known", "large", "looks"), [(0.88, 45, 1), (0.89, 45, 2), (0.88, 43, 2)])
def test_a_sure_face_that_is_not_too_large_hints_at_none_but_itself(session, monkeypatch, known, large, looks):
    given, answer = [], session.answer
    session.answer = lambda pictures: (given.append(pictures.shape[1:3]), answer(pictures))[1]
    monkeypatch.setattr(scout, "KNOWN", known)  # its face has a score of 0.881 and 44 pixels
    monkeypatch.setattr(scout, "LARGE_FACE", large)
    monkeypatch.setattr(scout, "MAY_BE_LARGE", 40)
    monkeypatch.setattr(scout, "LEAST_SIDE", 200)
    ScoutNetwork().search(spotted(128, 256, 100, 60, size=4), long_side=256, threshold=0.5)
    assert given == [(128, 256), (64, 128)][:looks]


@pytest.mark.parametrize(("score", "pixels", "looks"), [(0.21, 181, 2), (0.19, 181, 1), (0.21, 179, 1)])
def test_smaller_copies_are_searched_where_something_looks_like_a_large_face(
    session, monkeypatch, score, pixels, looks
):
    given, answer = [], session.answer

    def with_a_hint(pictures):
        rows = answer(pictures)
        if not given:
            cell = np.flatnonzero(cells(*pictures.shape[1:3])[:, 2] == 32)[40]
            rows[0, cell, layout.SCORE] = np.log(score / (1 - score))
            rows[0, cell, layout.BOX] = np.log(pixels / 2 / 32)
        given.append(pictures.shape[1:3])
        return rows

    monkeypatch.setattr(session, "answer", with_a_hint)
    monkeypatch.setattr(scout, "LEAST_SIDE", 300)
    found = ScoutNetwork().search(spotted(400, 400, 350, 340), long_side=400, threshold=0.5)
    assert given == [(416, 416), (160, 160)][:looks]
    assert found.sides() == pytest.approx([np.sqrt(40 * 48)], rel=0.01)


def test_a_small_picture_is_searched_once(session):
    sizes = []
    answer = session.answer
    session.answer = lambda pictures: (sizes.append(pictures.shape), answer(pictures))[1]
    ScoutNetwork().search(spotted(240, 200, 100, 60), long_side=640, threshold=0.5)
    assert sizes == [(1, 256, 224, 3)]


def test_a_face_found_only_in_the_smaller_copy_counts_whatever_its_size(monkeypatch):
    network, sizes = ScoutNetwork(), []
    small = Found(
        np.array([0.9]), np.array([[10.0, 10, 50, 58]]), np.zeros((1, 5, 2)), np.eye(3)[None], np.zeros(1, int)
    )

    def search_at(_image_bgr, long_side, _threshold, _small=None):
        sizes.append(long_side)
        return (small if long_side < 400 else small.only([])), False  # nothing hints at it

    monkeypatch.setattr(network, "_search_at", search_at)
    assert len(network.search(np.zeros((400, 400, 3), np.uint8), 400, 0.7).score) == 1
    assert sizes == [400, 160]


def test_each_size_of_face_is_taken_from_the_copy_that_shows_it_best(monkeypatch):
    """Of a picture that is searched at half its size the finer search has no word of faces beyond 2 x 240 pixels, and
    the coarser one none of those below three quarters of that.
    """
    network = ScoutNetwork()
    finer = joined([one_face(100, 0.9, at=0), one_face(450, 0.9, at=500), one_face(600, 0.85, at=1200)], 0.4)
    coarser = joined([one_face(330, 0.9, at=2000), one_face(370, 0.9, at=2600), one_face(640, 0.95, at=1190)], 0.4)
    monkeypatch.setattr(
        network, "_search_at", lambda _image, long_side, *_: (finer, True) if long_side == 2000 else (coarser, False)
    )
    found = network.search(np.zeros((4000, 4000, 3), np.uint8), 2000, 0.7)
    assert sorted(found.sides().round()) == [100, 370, 450, 640]
    coarser = coarser.only(coarser.sides() < 400)
    found = network.search(np.zeros((4000, 4000, 3), np.uint8), 2000, 0.7)
    assert sorted(found.sides().round()) == [100, 370, 450, 600]  # nobody else saw the large one


def test_several_views_are_searched_in_one_pass(session):
    views = spotted(64, 90, 30, 28), spotted(90, 64, 32, 60)
    first, second = ScoutNetwork().search_each(views, 0.5)
    np.testing.assert_allclose(first.box_xyxy, [[10, 4, 50, 52]], atol=0.01)
    np.testing.assert_allclose(second.box_xyxy, [[12, 36, 52, 84]], atol=0.01)
    assert ScoutNetwork().search_each([], 0.5) == []


def one_face(side, score, at=100.0):
    box, points = np.array([[at, at, at + side, at + side]]), np.full((1, 5, 2), at)
    return Found(np.array([score]), box, points, np.eye(3)[None], np.zeros(1, int))


@pytest.fixture
def closer(monkeypatch):
    """What closer looks say: a score for each face that is looked at; remembers how many there were."""
    looks = []

    def look(search_each, image_bgr, found, closeup):
        looks.append(len(found.score))
        return found._replace(score=np.full(len(found.score), look.score))

    monkeypatch.setattr(scout, "look_closer", look)
    monkeypatch.setattr(
        scout, "surest_of_looks", lambda search_each, image_bgr, found, closeups: np.ones(len(found.score))
    )
    look.looks = looks
    return look


@pytest.mark.parametrize(("side", "looks"), [(95, [1]), (97, [])])
def test_small_faces_are_looked_at_closer(monkeypatch, closer, side, looks):
    network, closer.score = ScoutNetwork(), 0.71
    monkeypatch.setattr(network, "_search_at", lambda *_: (one_face(side, 0.9), False))
    found = network.search(np.zeros((800, 800, 3), np.uint8), 400, 0.7)  # half the image's size: 48 pixels are 96
    assert [looks for looks in closer.looks if looks] == looks
    assert found.score == pytest.approx([0.71 if looks else 0.9])


@pytest.mark.parametrize(("score", "kept"), [(0.69, 0), (0.71, 1)])
def test_small_faces_count_where_both_looks_are_sure(monkeypatch, closer, score, kept):
    network, closer.score = ScoutNetwork(), score
    monkeypatch.setattr(network, "_search_at", lambda *_: (one_face(20, 0.45), False))
    monkeypatch.setattr(scout, "LEAST_SIDE", 1000)
    assert len(network.search(np.zeros((400, 400, 3), np.uint8), 400, 0.7).score) == kept


def test_an_unsure_face_that_is_not_small_after_all_does_not_count(monkeypatch, closer):
    """Its surest cell says less than 48 pixels, the mean of the cells more."""
    network, closer.score = ScoutNetwork(), 0.99
    monkeypatch.setattr(network, "_search_at", lambda *_: (one_face(49, 0.45), False))
    monkeypatch.setattr(scout, "LEAST_SIDE", 1000)
    assert len(network.search(np.zeros((400, 400, 3), np.uint8), 400, 0.7).score) == 0


def test_what_may_be_a_badge_and_is_not_sure_is_not_looked_at(monkeypatch, closer):
    network, closer.score = ScoutNetwork(), 0.99
    before_a_body = Found.together([one_face(100, 0.95, at=50.0), one_face(12, 0.6, at=170.0)])
    monkeypatch.setattr(network, "_search_at", lambda *_: (before_a_body, False))
    found = network.search(np.zeros((400, 400, 3), np.uint8), 400, 0.7)
    assert closer.looks == []
    assert found.score == pytest.approx([0.95])


@pytest.mark.parametrize(
    ("side", "first", "surest", "kept"),
    [(97, 0.79, 0.59, False), (97, 0.79, 0.61, True), (97, 0.81, 0.0, True), (95, 0.79, 0.59, False)],
    ids=["doubtful", "confirmed", "sure", "small"],
)
def test_doubtful_faces_count_where_a_closer_look_confirms_them(monkeypatch, closer, side, first, surest, kept):
    network, closer.score, asked = ScoutNetwork(), first, []
    monkeypatch.setattr(network, "_search_at", lambda *_: (one_face(side, first), False))

    def surest_of_looks(search_each, image_bgr, found, closeups):
        asked.append((len(found.score), closeups))
        return np.full(len(found.score), surest)

    monkeypatch.setattr(scout, "surest_of_looks", surest_of_looks)
    found = network.search(np.zeros((800, 800, 3), np.uint8), 400, 0.7)  # half the image's size: 48 pixels are 96
    assert asked == [(1, scout.DOUBTED_CLOSEUPS)] * (first < 0.8)
    assert found.score == pytest.approx([first] * kept)  # a face that is confirmed stays what it was


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9, 0.95])
def test_what_is_doubtful_goes_with_the_threshold(portrait, threshold):
    [face] = ScoutDetector().detect(portrait)
    assert (face in ScoutDetector(threshold).detect(portrait)) == (face.score >= threshold)


@pytest.mark.parametrize("height", [14, 20, 40])
def test_a_small_face_is_found(portrait, height):
    [face] = ScoutDetector().detect(portrait)
    scale = height / (face.box_xyxy[3] - face.box_xyxy[1])
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.full((400, 500, 3), 110, np.uint8)
    image[150 : 150 + len(small), 250 : 250 + small.shape[1]] = small
    [found] = ScoutDetector().detect(image)
    expected = scale * np.array(face.box_xyxy) + [250, 150, 250, 150]
    np.testing.assert_allclose(found.box_xyxy, expected, atol=0.25 * height)
    np.testing.assert_allclose(found.pose, face.pose, atol=12)


@pytest.mark.parametrize(("score", "kept"), [(0.89, 1), (0.91, 2)])
def test_what_may_be_a_badge_must_be_surer(monkeypatch, closer, score, kept):
    closer.score = score
    network, boxes = ScoutNetwork(), np.array([[50.0, 50, 150, 150], [90, 10, 110, 30]])
    both = Found(np.array([0.95, score]), boxes, np.zeros((2, 5, 2)), np.stack([np.eye(3)] * 2), np.zeros(2, int))
    monkeypatch.setattr(network, "_search_at", lambda *_: (both, False))
    assert len(network.search(np.zeros((200, 200, 3), np.uint8), 200, 0.7).score) == kept


def test_the_threshold_is_of_the_score(session):
    score = 1 / (1 + np.exp(-2.0))
    assert len(ScoutNetwork().search(spotted(64, 64, 30, 30), 64, score - 0.01).score) == 1
    assert len(ScoutNetwork().search(spotted(64, 64, 30, 30), 64, score + 0.01).score) == 0


def test_grey_fills_up_to_whole_cells():
    canvas = on_whole_cells(np.full((37, 64, 3), 7, np.uint8))
    assert canvas.shape == (64, 64, 3)
    assert (canvas[:37] == 7).all()
    assert (canvas[37:] == 128).all()
    assert on_whole_cells(np.zeros((37, 64, 3), np.uint8), np.uint8, 10, 70).shape == (64, 96, 3)


def test_a_few_pixels_more_than_whole_cells_are_left_out():
    image = np.arange(36 * 65 * 3, dtype=np.uint8).reshape(36, 65, 3)
    np.testing.assert_array_equal(on_whole_cells(image, np.uint8), image[:32, :64])
    assert on_whole_cells(image, np.uint8, 36, 65).shape == (64, 96, 3)
    assert on_whole_cells(image[:1, :2]).shape == (32, 32, 3)


def test_the_detector_returns_boxes_of_the_common_convention(session):
    [face] = ScoutDetector().detect(spotted(200, 300, 100, 90))
    np.testing.assert_allclose(face.box_xyxy, CONVENTION.to_common((80, 66, 120, 114)), atol=0.01)
    assert len(face.landmarks_xy) == 5
    assert len(face.pose) == 3


def test_a_file_that_is_not_there_or_no_network_is_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="no network file"):
        ScoutNetwork(tmp_path / "none.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(InputError, match="cannot read"):
        ScoutNetwork(broken)


def test_a_network_for_crops_is_refused():
    crops = BUNDLED.parents[1] / "synthetic" / "ssrnet_mt.onnx"
    with pytest.raises(InputError, match="no network that finds faces"):
        ScoutNetwork(crops)


def test_weights_of_another_version_are_refused(monkeypatch, tmp_path):
    older = SimpleNamespace(
        inputs=[SimpleNamespace(shape=["batch", "height", "width", 3])],
        outputs=[SimpleNamespace(shape=["batch", "rows", layout.CELL_PREDICTION_SIZE - 3])],
    )
    monkeypatch.setattr(scout, "Network", lambda path, threads: older)
    with pytest.raises(InputError, match="predicts 21 numbers a cell; a scout of this version predicts 24"):
        ScoutNetwork(tmp_path / "older.onnx")
