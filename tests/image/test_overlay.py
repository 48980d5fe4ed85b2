import numpy as np
import pytest

from fsanet.image import overlay
from fsanet.pose.angles import rotation_from_angles

CENTER = (100, 100)


def canvas(size=200):
    return np.full((size, size, 3), 60, np.uint8)


def color_center(image, color):
    rows, columns = np.where((image == color).all(axis=-1))
    assert len(rows), f"{color} is not in the drawing"
    return columns.mean(), rows.mean()


@pytest.mark.parametrize("pose", [(0, 0, 0), (35, 0, 0), (0, -25, 0), (0, 0, 40), (-50, 20, -30)])
def test_axes_project_through_the_rotation(pose):
    rotation = rotation_from_angles(pose)
    tips = overlay.project_axes(rotation, CENTER, 50)
    for axis in range(3):
        turned = rotation @ np.eye(3)[axis]
        np.testing.assert_allclose(tips[axis], [100 + 50 * turned[0], 100 - 50 * turned[1]])


@pytest.mark.parametrize(
    ("pose", "toward"),
    [((45, 0, 0), (-1, 0)), ((-45, 0, 0), (1, 0)), ((0, 45, 0), (0, -1)), ((0, -45, 0), (0, 1))],
)
def test_the_drawn_front_axis_points_where_the_face_points(pose, toward):
    image = canvas()
    overlay.draw_axes(image, rotation_from_angles(pose), CENTER, 80)
    offset = np.subtract(color_center(image, overlay.FRONT_COLOR), CENTER)
    assert np.dot(offset, toward) > 10
    assert abs(np.dot(offset, toward[::-1])) < 3


def test_roll_tips_the_drawn_up_axis_to_the_right():
    image = canvas()
    overlay.draw_axes(image, rotation_from_angles((0, 0, 60)), CENTER, 80)
    x, y = np.subtract(color_center(image, overlay.UP_COLOR), CENTER)
    assert x > 20
    assert y < -10


@pytest.mark.parametrize("draw", [overlay.draw_axes, overlay.draw_cube])
def test_drawing_beyond_the_image_is_harmless(draw):
    image = canvas(20)
    draw(image, rotation_from_angles((10, 20, 30)), (1e9, -1e9), 1e6)
    assert image.shape == (20, 20, 3)


def test_cube_marks_its_front():
    image = canvas()
    overlay.draw_cube(image, rotation_from_angles((0, 0, 0)), CENTER, 40)
    assert color_center(image, overlay.FRONT_COLOR) == pytest.approx(CENTER, abs=1)


@pytest.mark.parametrize(
    ("draw", "extent"), [(overlay.draw_axes, overlay.axes_extent), (overlay.draw_cube, overlay.cube_extent)]
)
@pytest.mark.parametrize("length", [8, 30, 120, 280])
def test_the_extent_of_a_figure_is_that_of_its_pixels(draw, extent, length):
    for angles in np.random.default_rng(length).normal(0, (60, 40, 60), (15, 3)):
        image = np.zeros((1000, 1000, 3), np.uint8)
        draw(image, rotation_from_angles(angles), (500, 500), length)
        rows, columns = np.nonzero(image.any(axis=-1))
        pixels = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        outside = (pixels - extent(rotation_from_angles(angles), (500, 500), length)) * [1, 1, -1, -1]
        assert (outside >= 0).all()
        assert (outside < 3.5).all()


def test_label_stays_inside():
    image = canvas(100)
    overlay.draw_label(image, ["yaw -12"], (90, 95), 16)
    assert (image == 255).any()


def test_label_larger_than_the_image_is_cut():
    image = canvas(8)
    overlay.draw_label(image, ["a long line of text"] * 9, (0, 0), 20)
    assert image.shape == (8, 8, 3)
