import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.dense.assign import targets
from fsanet.dense.decode import Found, decode, hints_at, joined, may_be_badges, rotation_from_6d, suppress
from fsanet.dense.layout import cells
from fsanet.pose.angles import rotation_from_angles


def perfect_prediction(size, boxes, points, rotation):
    """What a network would say that has learnt its targets by heart."""
    target = targets(size, boxes, points, rotation, np.ones(len(boxes)), np.arange(len(boxes)))
    prediction = np.zeros((len(target), layout.CELL_PREDICTION_SIZE), np.float32)
    positive = target[:, layout.POSITIVE] == 1
    prediction[:, layout.SCORE] = np.where(positive, 3.0, -9.0)
    prediction[positive, layout.BOX] = np.log(target[positive, layout.TARGET_BOX])
    prediction[:, layout.POINTS] = target[:, layout.TARGET_POINTS]
    prediction[:, layout.MASK] = np.eye(3)[target[:, layout.TARGET_MASK].astype(int)]
    whole = target[:, layout.TARGET_ROTATION].reshape(-1, 3, 3)
    prediction[:, layout.ROTATION_6D] = np.hstack([whole[:, :, 0], whole[:, :, 1]])
    return prediction


def test_decoding_undoes_the_targets():
    size = (128, 160)
    boxes = np.array([[10, 12, 40, 50], [60, 20, 150, 124], [5, 80, 22, 98]], float)
    points = np.random.default_rng(0).uniform(0, 100, (3, 5, 2))
    rotation = rotation_from_angles([[30, 10, -5], [-70, 20, 40], [0, 0, 170]])
    found = decode(perfect_prediction(size, boxes, points, rotation), cells(*size), threshold=0.5)
    order = np.argsort(found.box_xyxy[:, 0])[[1, 2, 0]]
    np.testing.assert_allclose(found.box_xyxy[order], boxes, atol=1e-3)
    np.testing.assert_allclose(found.points_xy[order], points, atol=1e-2)
    np.testing.assert_allclose(found.rotation[order], rotation, atol=1e-5)
    assert found.mask[order].tolist() == [0, 1, 2]
    np.testing.assert_allclose(found.score, 1 / (1 + np.exp(-3)))


def test_the_threshold_is_of_the_score_and_the_surest_comes_first():
    grid = cells(64, 64)
    prediction = np.full((len(grid), layout.CELL_PREDICTION_SIZE), -9.0)
    prediction[[0, 7, 40], layout.SCORE] = np.log([0.6 / 0.4, 0.9 / 0.1, 0.3 / 0.7])
    prediction[:, layout.BOX] = 0.0
    np.testing.assert_allclose(decode(prediction, grid, 0.5).score, [0.9, 0.6])
    assert len(decode(prediction, grid, 0.2).score) == 3
    assert decode(prediction, grid, 0.95).rotation.shape == (0, 3, 3)


def near_cells(side, scores, says):
    """Predictions of a few neighbouring cells on boxes of `side` pixels around one place, each with its rotation."""
    grid = cells(128, 128)
    prediction = np.full((len(grid), layout.CELL_PREDICTION_SIZE), -9.0)
    at = np.flatnonzero((grid[:, 2] == 8) & (grid[:, 1] == 60))[6 : 6 + len(scores)]
    for place, score, (yaw, wide) in zip(at, scores, says, strict=True):
        left = grid[place, 0] - (60 - side / 2)
        prediction[place, layout.SCORE] = np.log(score / (1 - score))
        prediction[place, layout.BOX] = np.log(np.array([left, side / 2, side + wide - left, side / 2]) / 8)
        prediction[place, layout.POINTS] = 0.0
        prediction[place, layout.ROTATION_6D] = rotation_from_angles([[yaw, 0, 0]])[0][:, :2].T.ravel()
        prediction[place, layout.MASK] = [0.0, 1.0, 0.0]
    return prediction, grid


def test_a_face_is_the_mean_of_what_cells_near_it_say():
    prediction, grid = near_cells(40, [0.9, 0.6, 0.3, 0.2], [(10, 0), (25, 10), (40, 0), (85, 0)])
    found = decode(prediction, grid, 0.7)  # the last has less than a third of the surest one's score
    np.testing.assert_allclose(found.score, [0.9])
    np.testing.assert_allclose(found.box_xyxy, [[40, 40, 80 + 10 * 0.6 / 1.8, 80]])
    assert np.rad2deg(np.arccos(found.rotation[0, 0, 0])) == pytest.approx(20, abs=0.5)
    assert found.mask.tolist() == [1]
    again = decode(prediction, grid, 0.1)  # from which score on faces count changes nothing of this one
    np.testing.assert_allclose(again.box_xyxy[0], found.box_xyxy[0])


def test_what_hardly_overlaps_a_face_does_not_count():
    prediction, grid = near_cells(40, [0.9, 0.6], [(10, 0), (40, 18)])
    found = decode(prediction, grid, 0.7)
    np.testing.assert_allclose(found.box_xyxy, [[40, 40, 80, 80]])
    assert np.rad2deg(np.arccos(found.rotation[0, 0, 0])) == pytest.approx(10)


def test_tiny_faces_are_what_the_surest_cell_says():
    prediction, grid = near_cells(31, [0.9, 0.6], [(10, 0), (40, 2)])
    found = decode(prediction, grid, 0.7)
    np.testing.assert_allclose(found.box_xyxy, [[44.5, 44.5, 75.5, 75.5]])


def test_of_overlapping_boxes_the_first_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 0, 30, 10], [0, 0, 10, 4]], float)
    assert suppress(boxes, 0.4, within=1.0) == [0, 2, 3]  # 81 / 119 and 40 / 100 of the first
    assert suppress(boxes, 0.39, within=1.0) == [0, 2]
    assert suppress(np.zeros((0, 4)), 0.4) == []


def test_a_box_within_another_shows_no_face_of_its_own():
    boxes = np.array([[0, 0, 10, 10], [2, 2, 5, 5], [8, 8, 12, 12], [-30, -30, 30, 30]], float)
    assert suppress(boxes, 0.4, within=0.7) == [0, 2]  # a quarter of the third lies in the first
    assert suppress(boxes, 0.4, within=1.0) == [0, 1, 2, 3]


def found(scores, boxes):
    count = len(scores)
    boxes = np.array(boxes, float).reshape(-1, 4)
    return Found(np.array(scores, float), boxes, np.zeros((count, 5, 2)), np.zeros((count, 3, 3)), np.zeros(count, int))


def test_two_searches_of_one_picture_are_joined():
    one = found([0.9, 0.5], [[0, 0, 10, 10], [50, 0, 60, 10]])
    other = found([0.7, 0.6], [[1, 0, 10, 10], [90, 0, 99, 9]])
    both = joined([one, other], 0.4)
    np.testing.assert_allclose(both.score, [0.9, 0.6, 0.5])
    np.testing.assert_allclose(both.sides(), [10, 9, 10])


def test_faces_move_with_the_picture():
    moved = found([0.9], [[0, 0, 10, 20]]).moved((2.0, 3.0), (5, 7))
    np.testing.assert_allclose(moved.box_xyxy, [[5, 7, 25, 67]])
    np.testing.assert_allclose(moved.points_xy, np.tile([5, 7], (1, 5, 1)))


def test_others_are_kept_where_nothing_that_is_preferred_shows_the_same_face():
    preferred = found([0.6, 0.8], [[0, 0, 10, 10], [50, 0, 60, 10]])
    others = found([0.9, 0.7], [[0, 0, 11, 10], [90, 0, 99, 9]])
    both = joined([preferred], 0.4, others)
    np.testing.assert_allclose(both.score, [0.8, 0.7, 0.6])
    np.testing.assert_allclose(both.box_xyxy[2], [0, 0, 10, 10])


def test_six_numbers_become_the_nearest_rotation():
    rotation = rotation_from_angles([[50, -20, 10]])
    columns = np.hstack([3 * rotation[:, :, 0], rotation[:, :, 1] + 0.4 * rotation[:, :, 0]])
    np.testing.assert_allclose(rotation_from_6d(columns), rotation, atol=1e-12)
    assert np.isfinite(rotation_from_6d(np.zeros((1, 6)))).all()


@pytest.mark.parametrize("logit", [-50.0, 50.0])
def test_wild_boxes_stay_finite(logit):
    grid = cells(32, 32)
    prediction = np.full((len(grid), layout.CELL_PREDICTION_SIZE), logit)
    prediction[:, layout.SCORE] = 2.0
    assert np.isfinite(decode(prediction, grid, 0.5).box_xyxy).all()


@pytest.mark.parametrize(
    ("middle", "side", "is_badge"),
    [
        ((100, 20), 20, True),
        ((100, 20), 30, False),
        ((100, 0), 20, False),
        ((165, 100), 20, False),
        ((45, 40), 20, True),
        ((100, 200), 20, True),
        ((100, 200), 30, False),
        ((-40, 540), 20, True),
        ((-60, 540), 20, False),
        ((100, 560), 20, False),
    ],
)
def test_what_is_tiny_on_the_head_or_body_of_another_face_may_be_a_badge(middle, side, is_badge):
    face = np.array([50.0, 50, 150, 150])
    badge = np.array([*np.subtract(middle, side / 2), *np.add(middle, side / 2)])
    assert may_be_badges(found([0.9, 0.8], [face, badge])).tolist() == [False, is_badge]


def test_of_no_face_none_may_be_a_badge():
    assert may_be_badges(found([], [])).shape == (0,)


@pytest.mark.parametrize(
    ("known", "hints"),
    [
        ([], True),
        ([(60, 60, 160, 160)], False),  # it touches, and has half the side
        ([(60, 60, 158, 158)], True),  # who is so much smaller may stand before a larger face
        ([(201, 0, 301, 200)], True),  # another one, beside it
        ([(0, 0, 20, 20), (199, 0, 319, 200)], False),
    ],
)
def test_a_cell_hints_at_a_large_face_where_no_known_one_is_meant(known, hints):
    grid = cells(64, 64)
    prediction = np.full((len(grid), layout.CELL_PREDICTION_SIZE), -9.0, np.float32)
    place = np.flatnonzero((grid == [32 * 1.5, 32 * 1.5, 32]).all(axis=1))
    prediction[place, layout.SCORE] = np.log(0.2 / 0.8)
    prediction[place, layout.BOX] = np.log(np.array([48, 48, 152, 152]) / 32)  # (0, 0, 200, 200)
    assert hints_at(prediction, grid, 0.1, 199.9, found([0.95] * len(known), known)) == hints
    assert not hints_at(prediction, grid, 0.1, 200.1, found([], []))
    assert not hints_at(prediction, grid, 0.21, 199.9, found([], []))
