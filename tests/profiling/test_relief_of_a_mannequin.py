"""The surface where it is known exactly: a mean head in known poses, outlines drawn by hand."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy import ndimage

from fsanet.profiling.relief import make_relief
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.shape import mean_head
from tests.profiling.mannequin import SCALE, SHAPE, everywhere, outline, standing, surface

BLACK = np.zeros((*SHAPE, 3), np.uint8)
RED, GREEN, BLUE, YELLOW, WHITE = ((0, 0, 200), (0, 200, 0), (200, 0, 0), (0, 200, 200), (200, 200, 200))


def sheets(person, head):
    """Vertices (V, 3) of the front and of the back, pair by pair at the same pixel."""
    return np.split(make_relief(BLACK, person, head).vertices.astype(float), 2)


def on(vertices, picture):
    """The value of a picture (H, W) at each vertex."""
    return picture[np.int32(-vertices[:, 1]), np.int32(vertices[:, 0])]


def within(person):
    """Pixels from the rim of a person."""
    return ndimage.distance_transform_edt(np.pad(person, 1, mode="edge"))[1:-1, 1:-1]


def test_vertices_stand_on_every_second_pixel():
    front, back = sheets(outline(standing()), standing())
    np.testing.assert_array_equal(front[:, :2], back[:, :2])
    assert [set(np.diff(np.unique(front[:, axis]))) for axis in (0, 1)] == [{2.0}, {2.0}]


def test_sheets_follow_the_head_and_meet_in_the_rim():
    head = standing((15.0, -10.0, 5.0))
    person = outline(head)
    pair = sheets(person, head)
    rim = on(pair[0], within(person))
    for sheet, side in zip(pair, (1.0, -1.0), strict=True):
        off = np.abs(sheet[:, 2] - on(sheet, surface(head, side)))[rim > 0.4 * SCALE]
        assert np.percentile(off, 90) < 0.05 * SCALE
    front, back = pair
    np.testing.assert_array_equal(front[rim <= 3, 2], back[rim <= 3, 2])


def test_sheets_stay_apart_where_the_picture_cuts_the_person_off():
    front, back = sheets(everywhere(), standing())
    at_edge = front[:, 1] == front[:, 1].min()
    assert (front - back)[at_edge, 2].min() > SCALE


@pytest.mark.parametrize("pose", [(0, 0, 0), (20, 0, 0), (0, 15, 0), (0, 0, 20), (0, 0, -20)])
def test_hair_and_shoulders_are_centred_on_the_heads_own_plane(pose):
    head = standing(pose)
    front, back = sheets(everywhere(), head)
    x, y, z = head.placement.to_head((front + back) / 2).T
    half = (front - back)[:, 2] / (2 * SCALE)
    for side in (-1, 1):
        hair = (np.abs(x - 2.2 * side) < 0.2) & (np.abs(y - 7.2) < 0.2)
        shoulder = (np.abs(x - 2.8 * side) < 0.2) & (np.abs(y - 4.9) < 0.2)
        assert hair.sum() > 8
        assert shoulder.sum() > 8
        np.testing.assert_allclose(z[hair | shoulder], 0.1, atol=0.02)
        np.testing.assert_allclose(half[hair], 0.62, atol=0.01)
        np.testing.assert_allclose(half[shoulder], 0.95, atol=0.01)


def test_long_hair_is_round_over_half_a_decimetre():
    person = outline(standing())
    person[60:100, 20:140] = True
    front, back = sheets(person, standing())
    half = (front - back)[:, 2] / (2 * SCALE)
    inward = (front[:, 0] + 0.5 - 20) / SCALE / 0.55
    bends = (front[:, 1] == -80.5) & (inward > 0.45) & (inward < 0.95)
    np.testing.assert_allclose(half[bends], 0.62 * np.sqrt(1 - (1 - inward[bends]) ** 2), atol=0.02)
    assert bends.sum() >= 2


def test_hair_of_a_quarter_of_a_decimetre_has_half_the_volume_of_long_hair():
    bare = outline(standing())
    person = ndimage.distance_transform_edt(~bare) <= 0.25 * SCALE
    front, back = sheets(person, standing())
    half = (front - back)[:, 2] / (2 * SCALE)
    beside = ~on(front, bare) & (on(front, within(person)) > 4) & (np.abs(front[:, 1] + 60) < 8)  # at the temples
    assert beside.sum() >= 4
    assert 0.1 < half[beside].min() <= half[beside].max() < 0.35


def test_ears_are_thin_and_lie_where_they_are():
    head = standing()
    front, back = sheets(outline(head), head)
    at = head.placement.to_head((front + back) / 2)
    ear = (np.abs(at[:, 0]) > 0.72) & (at[:, 1] > 6.9) & (at[:, 1] < 7.3)
    assert ear.sum() >= 6
    middle = (on(front, surface(head)) + on(front, surface(head, -1.0))) / 2
    off = ((front + back)[:, 2] / 2 - middle)[ear] / SCALE
    assert np.abs(off).max() < 0.1
    assert np.abs(off.mean()) < 0.025
    assert ((front - back)[ear, 2] / SCALE).max() < 0.2


def test_a_mouth_that_stands_open_a_little_is_closed():
    head, vertices = standing(), mean_head().copy()
    numbers, offsets = head_pack().targets["expression/units/african/mouth-open"]
    vertices[numbers] += 0.3 * offsets
    head = replace(head, vertices=head.placement.to_picture(vertices))
    x, lips = head.landmarks[62, 0], head.landmarks[[62, 66], 1].mean()
    front, _ = sheets(outline(head), head)
    mouth = front[(np.abs(front[:, 0] - x) < 2) & (np.abs(front[:, 1] - lips) < 5)]
    seen = on(mouth, surface(head))
    around = seen[np.argsort(np.abs(mouth[:, 1] - lips))[-4:]].min()
    assert seen.min() < around - 0.1 * SCALE  # the teeth
    assert mouth[:, 2].min() > around - 0.02 * SCALE


def test_both_sheets_are_wound_as_one_closed_surface():
    relief = make_relief(BLACK, outline(standing()), standing())
    assert (signed_areas(relief, slice(relief.front)) < 0).all()
    assert (signed_areas(relief, slice(relief.front, None)) > 0).all()


def signed_areas(relief, triangles):
    """Of triangles as the camera sees them, y up: positive where they run anticlockwise."""
    a, b, c = (relief.vertices[relief.triangles[triangles, k], :2].astype(float) for k in range(3))
    (right, up), (other_right, other_up) = (b - a).T, (c - a).T
    return right * other_up - up * other_right


def test_the_front_takes_its_colours_from_inside_the_rim_and_the_back_from_where_it_is():
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    person = np.hypot(columns - 80, rows - 75) < 40
    relief = make_relief(BLACK, person, standing())
    places, (front, back) = relief.vertices[:, :2] * [1, -1], np.split(relief.texture_xy, 2)
    np.testing.assert_array_equal(back, places[len(back) :])
    rim, moved = on(relief.vertices[: len(front)], within(person)), front - places[: len(front)]
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), np.clip(3 - rim, 0, 2), atol=1e-3)
    outward = places[: len(front)] - [80.5, 75.5]
    assert ((moved * outward).sum(axis=1)[rim < 2.9] < 0).all()


def test_the_back_has_hair_above_and_clothes_below_and_no_face_or_collar():
    head, person = standing(), everywhere()
    person[:, :20] = person[:, -20:] = False
    base = head_pack().vertices
    face = (base[:, 1] > 6.3) & (base[:, 1] < 8.1) & (base[:, 2] > 0.3)
    hull = cv2.convexHull(np.int32(np.round(head.vertices[face, :2] * [1, -1])))
    rows, rim = np.mgrid[: SHAPE[0], : SHAPE[1]][0], within(person)
    image = np.full_like(BLACK, RED)
    image[rows > row_of(6.75)] = BLUE
    image[(rows > hull[:, 0, 1].max()) & (rim > 0.35 * SCALE)] = YELLOW
    cv2.fillConvexPoly(image, hull, GREEN)
    image[rim <= 2] = WHITE  # there the background shines through
    back = make_relief(image, person, head).back_image
    np.testing.assert_allclose(back[: row_of(6.8)], np.broadcast_to(RED, back[: row_of(6.8)].shape), atol=1)
    np.testing.assert_allclose(back[row_of(6.4) :], np.broadcast_to(BLUE, back[row_of(6.4) :].shape), atol=1)


def row_of(height):
    """Row of the picture where a height of the upright head lies."""
    return int(-standing().placement.to_picture(np.array([[0.0, height, 0.1]]))[0, 1])


def test_the_background_has_lost_the_soft_edge_of_the_person_too():
    person = outline(standing())
    image = BLACK.copy()
    image[ndimage.distance_transform_edt(~person) < 2.5] = WHITE
    assert make_relief(image, person, standing()).background.max() == 0
