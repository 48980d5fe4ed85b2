import numpy as np

from fsanet.profiling.matte import face_hull, person_from_colours, person_from_matte
from tests.profiling.mannequin import SHAPE, outline, standing


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


def test_shoulders_of_another_colour_than_the_chest_are_person_too():
    head = standing()
    face = head.landmarks[:, :2] * [1.0, -1.0]
    hull, (x1, x2) = face_hull(face, SHAPE), (face[:, 0].min(), face[:, 0].max())
    image = np.random.default_rng(0).normal(90, 5, (*SHAPE, 3))
    image[outline(head)] += [20, 60, 110]
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    aside, below = np.abs(columns - (x1 + x2) / 2) / (x2 - x1), rows > face[:, 1].max() + 4
    image[below & (aside < 1.4)] += [0, 120, -60]
    image[below & (aside < 0.5)] += [60, -160, 100]
    person = person_from_colours(np.clip(image, 0, 255).astype(np.uint8), head.vertices[:, :2] * [1.0, -1.0], hull)
    assert person[below & (aside < 1.3)].mean() > 0.95
    assert person[aside > 1.6].mean() < 0.05
