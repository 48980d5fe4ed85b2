import numpy as np

from fsanet.rendering.profiling.matte import face_hull, person_from_colours, person_from_matte


def test_what_does_not_hang_together_with_the_face_is_no_person():
    matte = np.zeros((100, 100), np.uint8)
    matte[30:100, 30:60] = 255
    matte[10:20, 80:95] = 255  # somebody else
    hull = np.zeros((50, 50), bool)
    hull[20:30, 18:26] = True
    person = person_from_matte(matte, hull)
    assert person[40, 22]
    assert not person[7, 43]


def test_the_face_is_person_even_where_the_matte_misses_it():
    hull = np.zeros((50, 50), bool)
    hull[20:30, 18:26] = True
    assert (person_from_matte(np.zeros((20, 20), np.uint8), hull) == hull).all()


def test_half_a_matte_decides_and_holes_and_cracks_in_a_person_are_closed():
    matte = np.full((50, 50), 100, np.uint8)  # less than half
    matte[10:, 10:40] = 200
    matte[30:34, 20:24] = 0
    matte[35, 10:40] = 0  # a crack through the whole person
    hull = np.zeros((50, 50), bool)
    hull[15:25, 18:26] = True
    expected = np.zeros((50, 50), bool)
    expected[10:, 10:40] = True
    found = person_from_matte(matte, hull)
    np.testing.assert_array_equal(found[:, 12:38], expected[:, 12:38])
    assert not found[:, :8].any()


def test_colours_tell_head_from_background(frame, head):
    xy = head.vertices[:, :2] * [1.0, -1.0]
    hull = face_hull(frame.landmarks_xy, frame.image_bgr.shape[:2])
    person = person_from_colours(frame.image_bgr, xy, hull)
    assert person[hull].all()
    assert not person[:5, :5].any()
    assert 0.15 < person.mean() < 0.8
    below = person[-1, :]
    (left, right), (x1, x2) = np.flatnonzero(below)[[0, -1]], np.flatnonzero(hull.any(axis=0))[[0, -1]]
    assert right - left > 1.5 * (x2 - x1)  # shoulders are wider than a face
