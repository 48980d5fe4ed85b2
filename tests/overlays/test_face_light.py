"""The light read off a face, from faces whose light is known."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from fsanet.overlays.face_light import _face, _quantile, read_light, to_linear, to_srgb
from fsanet.overlays.placing import place_by_points, place_by_pose

BOX = (40, 40, 120, 120)
SKIN_RGB = np.array([1.0, 0.62, 0.47])
FRONT = np.array([[[0.0, 0.0, 1.0]]])


def lit_face(weights, tint=(1.0, 1.0, 1.0), pose=(0.0, 0.0, 0.0)):
    """A picture of the mean face under light = w0 + w1..3 . normal, and how the face lies in it."""
    placing = place_by_pose(pose, BOX)
    rows, normals = _face()
    facing = normals @ placing.rotation.T
    light = np.clip(weights[0] + facing @ np.array(weights[1:]), 0, None)
    cells = np.round(rows @ placing.coefficients).astype(int)
    pixels = np.stack(np.meshgrid(np.arange(160), np.arange(160)), axis=-1)
    value = light[cKDTree(cells).query(pixels)[1]]
    rgb = 0.4 * value[..., None] * SKIN_RGB * tint
    return (to_srgb(rgb)[..., ::-1] + 0.5).clip(0, 255).astype(np.uint8), placing


def test_linear_light_and_grey_levels_are_inverse_but_for_the_roll_off():
    levels = np.arange(0, 216, dtype=np.uint8).reshape(8, 9, 3)  # linear 0.68
    np.testing.assert_allclose(to_srgb(to_linear(levels)), levels, atol=0.02)
    bright = to_srgb(np.array([0.7, 1.0, 2.0, 50.0]))
    assert (np.diff(bright) > 0).all()
    assert bright[-1] <= 255.01
    assert to_srgb(np.array([-1.0])) == 0


@pytest.mark.parametrize("shape", [(1,), (2,), (9,), (100,), (784,), (57, 300)])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.7, 0.85, 0.97, 1.0])
def test_quantiles_are_numpys_to_the_bit(shape, share):
    values = np.exp(np.random.default_rng(0).normal(size=shape)).astype(np.float32)
    expected = np.quantile(values, share, axis=0)
    np.testing.assert_array_equal(_quantile(values, share), expected)
    assert _quantile(values, share).dtype == expected.dtype


@pytest.mark.parametrize(
    ("direction", "axis"),
    [((0.5, 0, 0), 1), ((-0.5, 0, 0), 1), ((0, 0.4, 0), 2), ((0, -0.4, 0), 2)],
)
def test_the_direction_of_the_light_is_found(direction, axis):
    image, placing = lit_face((0.5, *direction))
    weights = read_light(image, placing).weights
    assert np.sign(weights[axis]) == np.sign(direction[axis - 1])
    others = [k for k in (1, 2) if k != axis]
    assert abs(weights[axis]) > 2 * abs(weights[others]).max()


def test_a_mask_is_lit_as_the_skin_below_it_was():
    image, placing = lit_face((0.6, 0.4, 0.0, 0.0))
    light = read_light(image, placing)
    left, right = (
        light.at(np.array([[[x, 90.0]]]), n)[0, 0] for x, n in ((55, [[[-0.8, 0, 0.6]]]), (105, [[[0.8, 0, 0.6]]]))
    )
    assert right > 1.3 * left
    dim, bright = (read_light(*lit_face((w, 0, 0, 0))).at(np.full((1, 1, 2), 80.0), FRONT)[0, 0] for w in (0.3, 0.9))
    assert bright > 1.5 * dim


def test_turned_away_a_surface_is_neither_black_nor_dazzling():
    image, placing = lit_face((0.5, 0.5, 0.0, 0.2))
    light = read_light(image, placing)
    around = np.array([[[np.sin(a), 0, np.cos(a)] for a in np.linspace(-np.pi, np.pi, 24)]])
    values = light.at(np.full((1, 24, 2), 80.0), around)
    assert 0 < values.min() < values.max() < 5 * values.min()


def test_a_grey_picture_has_no_colour_and_warm_light_is_warm():
    image, placing = lit_face((0.6, 0, 0, 0.2))
    grey = np.repeat(image[..., 1:2], 3, axis=2)
    assert read_light(grey, placing).colour == pytest.approx(0, abs=0.02)
    plain = read_light(image, placing)
    assert plain.colour > 0.5
    np.testing.assert_allclose(plain.cast_rgb / plain.cast_rgb[1], 1, atol=0.15)
    warm, cold = (read_light(*lit_face((0.6, 0, 0, 0.2), tint)).cast_rgb for tint in ((1.2, 1.0, 0.6), (0.9, 1.0, 1.1)))
    assert warm[0] / warm[2] > 1.2 * plain.cast_rgb[0] / plain.cast_rgb[2]
    assert cold[0] / cold[2] < plain.cast_rgb[0] / plain.cast_rgb[2]


def test_dark_eyes_and_beards_do_not_darken_the_mask():
    image, placing = lit_face((0.6, 0, 0, 0.2))
    spotted = image.copy()
    for x, y in placing.points_xy[36:48].astype(int):
        spotted[y - 3 : y + 4, x - 3 : x + 4] = 0
    middle = np.full((1, 1, 2), 100.0), FRONT
    clean, dark = (read_light(picture, placing).at(*middle)[0, 0] for picture in (image, spotted))
    assert dark > 0.9 * clean


def test_light_is_read_where_the_picture_ends_and_nowhere_beyond_it():
    image, placing = lit_face((0.6, 0, 0, 0.2))
    half = read_light(image[:, :80], placing)
    assert half.box_xyxy[2] == 80
    assert half.weights[0] == pytest.approx(read_light(image, placing).weights[0], rel=0.3)
    gone = place_by_points(placing.points_xy + 500)
    assert read_light(image, gone) is None
