import numpy as np
import pytest

from fsanet.dense.decode import Found
from fsanet.detectors import closer_look
from fsanet.detectors.closer_look import both, look_closer, surer, surest_of_looks
from fsanet.detectors.nearby import Closeup
from fsanet.pose.angles import angles_from_rotation, rotation_from_angles

CLOSEUP = Closeup(64, 0.5, enlarged=True)


def faces(boxes, scores, yaw_deg=0.0, mask=0):
    count = len(boxes)
    rotation = np.tile(rotation_from_angles([yaw_deg, 0, 0]), (count, 1, 1))
    box = np.array(boxes, float).reshape(-1, 4)
    points = np.repeat(box[:, None, :2], 5, axis=1)
    return Found(np.array(scores, float), box, points, rotation, np.full(count, mask))


class Bright:
    """Finds the box around all bright pixels of each view."""

    def __init__(self, score=0.6):
        self.score, self.shown = score, []

    def __call__(self, views):
        self.shown.append([view.shape[:2] for view in views])
        return [self._found(view) for view in views]

    def _found(self, view):
        rows, columns = np.nonzero(view[..., 0] > 128)
        boxes = [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]] if len(rows) else []
        return faces(boxes, [self.score] * len(boxes), yaw_deg=40.0, mask=1)


def test_a_small_face_is_shown_enlarged_and_is_what_both_looks_say():
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:116, 200:216] = 255
    bright = Bright()
    seen = look_closer(bright, image, faces([[198, 98, 214, 114]], [0.6]), CLOSEUP)
    assert bright.shown == [[(128, 128)]]
    np.testing.assert_allclose(seen.box_xyxy, [[199, 99, 215, 115]], atol=0.3)
    np.testing.assert_allclose(seen.points_xy[0, 0], [199, 99], atol=0.3)
    assert angles_from_rotation(seen.rotation)[0] == pytest.approx([30, 0, 0], abs=1)  # three quarters of the way to 40
    assert seen.mask.tolist() == [1]
    assert seen.score == pytest.approx([0.36 / (0.36 + 0.16)])


def test_what_a_closer_look_does_not_show_is_left_out():
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:116, 200:216] = 255
    found = faces([[20, 20, 30, 30], [198, 98, 214, 114], [-90, 0, -80, 10]], [0.9, 0.5, 0.5])
    assert look_closer(Bright(), image, found, CLOSEUP).box_xyxy[:, 0] == pytest.approx([199], abs=0.3)
    assert len(look_closer(Bright(), image, found.only([0]), CLOSEUP).score) == 0


def test_of_several_looks_the_surest_counts_and_what_none_shows_is_nothing():
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:116, 200:216] = 255
    found = faces([[20, 20, 30, 30], [198, 98, 214, 114], [-90, 0, -80, 10]], [0.9, 0.5, 0.5])

    class Brighter(Bright):
        """Surer in small views."""

        def __call__(self, views):
            self.score = 0.8 if len(views[0]) < 100 else 0.3
            return super().__call__(views)

    bright = Brighter()
    scores = surest_of_looks(bright, image, found, (Closeup(32, 0.5, enlarged=True), CLOSEUP))
    assert scores == pytest.approx([0, 0.8, 0])
    assert [shown[-1] for shown in bright.shown] == [(64, 64), (128, 128)]
    assert len(surest_of_looks(bright, image, found.only([]), (CLOSEUP,))) == 0


def test_many_are_looked_at_some_at_a_time(monkeypatch):
    monkeypatch.setattr(closer_look, "AT_ONCE", 2)
    image = np.full((60, 200, 3), 255, np.uint8)
    found = faces([[x, 20, x + 20, 40] for x in (20, 60, 100, 140, 160)], [0.5] * 5)
    bright = Bright()
    assert len(look_closer(bright, image, found, CLOSEUP).score) == 5
    assert [len(shown) for shown in bright.shown] == [2, 2, 1]


@pytest.mark.parametrize(("first", "second", "together"), [(0.5, 0.7, 0.7), (0.6, 0.6, 0.692), (0.9, 0.1, 0.5)])
def test_scores_are_taken_for_independent(first, second, together):
    one, other = faces([[0, 0, 9, 9]], [first]), faces([[0, 0, 9, 9]], [second])
    assert both(one, other).score == pytest.approx([together], abs=1e-3)


@pytest.mark.parametrize(("score", "times", "expected"), [(0.7, 2.43, 0.85), (0.5, 1, 0.5), (0.9, 3, 27 / 28)])
def test_a_surer_score_has_odds_that_are_so_many_times_as_high(score, times, expected):
    assert surer(score, times) == pytest.approx(expected, abs=1e-4)
    assert 0 <= surer(0.0, times) < 1e-4
    assert 0.999 < surer(1.0, times) < 1


def test_scores_of_one_and_of_nothing_are_numbers():
    sure, never = faces([[0, 0, 9, 9]], [1.0]), faces([[0, 0, 9, 9]], [0.0])
    assert both(sure, sure).score[0] > 0.999
    assert both(never, never).score[0] < 0.001
    assert both(sure, never).score == pytest.approx([0.5])
