import numpy as np
import pytest

from demo.figures import style
from fsanet.image.overlay import FRONT_COLOR, RIGHT_COLOR, UP_COLOR


def test_a_failed_drawing_leaves_the_old_picture_and_nothing_else(tmp_path):
    path = tmp_path / "new" / "figure.png"
    with style.new_figure(2, 1, path) as figure:
        figure.subplots().plot([0, 1])
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="half way"), style.new_figure(2, 1, path):
        raise RuntimeError("half way")
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["figure.png"]


def test_equal_drawings_give_equal_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        with style.new_figure(2, 1, tmp_path / name) as figure:
            figure.subplots().plot([0, 1])
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    ("angle", "text"), [(12.4, "+12°"), (-3.6, "-4°"), (0.0, "0°"), (-0.4, "0°"), (0.4, "0°"), (-90, "-90°")]
)
def test_signed(angle, text):
    assert style.signed(angle) == text.replace("-", "\N{MINUS SIGN}")


def test_each_angle_has_the_colour_of_the_axis_that_it_turns_about():
    def as_hex(bgr):
        return "#{:02X}{:02X}{:02X}".format(*reversed(bgr))

    assert {"yaw": as_hex(UP_COLOR), "pitch": as_hex(RIGHT_COLOR), "roll": as_hex(FRONT_COLOR)} == style.ANGLE_COLORS


def test_the_pose_is_drawn_where_its_numbers_say():
    """A face that turns to the image's left has its blue arrow left of the centre, one that looks up above it."""
    from matplotlib.figure import Figure

    for pose, (dx, dy) in {(40, 0, 0): (-1, 0), (-40, 0, 0): (1, 0), (0, 40, 0): (0, -1), (0, -40, 0): (0, 1)}.items():
        ax = Figure().subplots()
        style.show_pose(ax, np.full((64, 64, 3), 128, np.uint8), pose)
        rgb = ax.images[0].get_array().astype(int)
        blue = np.argwhere(np.abs(rgb - (0, 114, 178)).sum(axis=-1) < 30).mean(axis=0) - np.array(rgb.shape[:2]) / 2
        assert np.sign(np.round(blue[::-1] / 10)).tolist() == [dx, dy], pose


def test_heatmap_cells_have_the_colours_of_their_scale():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    scale = style.show_heatmap(ax, np.zeros((16, 16, 3), np.uint8), np.array([[0.0, 1.0], [0.5, 0.25]]), (0, 1))
    cells = np.asarray(ax.images[1].get_array())
    np.testing.assert_allclose(cells[0, 1, :3], scale.to_rgba(1.0)[:3])
    assert cells[0, 0, 3] < cells[1, 1, 3] < cells[1, 0, 3] < cells[0, 1, 3] < 1  # low values let the face through


@pytest.mark.parametrize(("count", "wanted", "places"), [(0, 4, []), (1, 4, [0]), (3, 4, [0, 1, 2]), (9, 3, [0, 4, 8])])
def test_evenly(count, wanted, places):
    assert list(style.evenly(count, wanted)) == places
