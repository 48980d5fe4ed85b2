"""The 68 spots in the order of 300W-LP: where they lie on a face, and that both halves of it agree."""

import numpy as np
import pytest

from fsanet.rendering.landmarks import (
    GLABELLA_SPOT,
    INNER_EYE_LEFT,
    INNER_EYE_RIGHT,
    LANDMARK_SPOTS,
    MIRRORED_LANDMARKS,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    NOSE_TIP,
    OUTER_EYE_LEFT,
    OUTER_EYE_RIGHT,
    POGONION_SPOT,
    five_points,
    spanned_box,
)

X, Y, Z = LANDMARK_SPOTS.T


def test_both_halves_mirror_each_other_exactly():
    np.testing.assert_array_equal(LANDMARK_SPOTS[MIRRORED_LANDMARKS] * [-1, 1, 1], LANDMARK_SPOTS)
    on_the_middle = np.flatnonzero(X == 0)
    assert on_the_middle.tolist() == [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]


def test_the_jaw_runs_from_ear_to_chin_to_ear():
    assert (np.diff(X[:17]) > 0).all()
    assert (np.diff(Y[:9]) < 0).all()
    assert (np.diff(Z[:9]) > 0).all()
    assert np.abs(np.diff(LANDMARK_SPOTS[:17], axis=0)).max() < 0.22  # no spot strays from its neighbours
    assert Y.argmin() == 8


def test_brows_lie_over_eyes_over_nose_over_mouth_over_chin():
    brows, eyes, tip, mouth = Y[17:27], Y[36:48], Y[NOSE_TIP], Y[48:68]
    assert brows.min() > eyes.max() > eyes.min() > tip > Y[33] > mouth.max()
    assert mouth.min() > Y[8]
    assert (np.diff(X[17:22]) > 0).all()
    assert Y[17:22].argmax() in (1, 2, 3)
    assert (np.diff(Y[27:31]) < 0).all()
    assert (np.diff(Z[27:31]) > 0).all()  # down the bridge to the tip, which is foremost
    assert Z.argmax() == NOSE_TIP


@pytest.mark.parametrize("first", [36, 42])
def test_eyes_and_lips_are_rings_of_one_direction(first):
    for ring in (LANDMARK_SPOTS[first : first + 6], LANDMARK_SPOTS[48:60], LANDMARK_SPOTS[60:68]):
        x, y, _ = ring.T
        area = np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) / 2
        assert area < 0  # over the upper edge first
        assert np.ptp(ring[:, 2]) < 0.2
        assert 0.01 < np.ptp(y) < 0.3 * np.ptp(x) + 0.1
    inner, outer = (np.ptp(LANDMARK_SPOTS[part], axis=0) for part in (slice(60, 68), slice(48, 60)))
    assert (inner[:2] < outer[:2]).all()


def test_names_of_landmarks_are_those_points():
    assert X[OUTER_EYE_RIGHT] < X[INNER_EYE_RIGHT] < 0 < X[INNER_EYE_LEFT] < X[OUTER_EYE_LEFT]
    assert X[MOUTH_RIGHT] == X[48:68].min() == -X[MOUTH_LEFT]
    eyes_and_mouth = five_points(LANDMARK_SPOTS[None])[0]
    np.testing.assert_array_equal(eyes_and_mouth[[0, 3]] * [-1, 1, 1], eyes_and_mouth[[1, 4]])
    np.testing.assert_array_equal(eyes_and_mouth[2], LANDMARK_SPOTS[30])
    assert GLABELLA_SPOT[1] > Y[27]
    assert Y[8] < POGONION_SPOT[1] < Y[57]
    np.testing.assert_allclose(
        spanned_box(LANDMARK_SPOTS[:, :2] - 9), [X.min() - 9, Y.min() - 9, X.max() - 9, Y.max() - 9]
    )
