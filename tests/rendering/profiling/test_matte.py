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


def test_colours_tell_head_from_background(frame, head):
    xy = head.vertices[:, :2] * [1.0, -1.0]
    hull = face_hull(frame.landmarks_xy, frame.image_bgr.shape[:2])
    person = person_from_colours(frame.image_bgr, xy, hull)
    assert person[hull].all()
    assert not person[:5, :5].any()
    assert 0.15 < person.mean() < 0.8
