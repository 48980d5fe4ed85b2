import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.image.lens import Lens, lens_of, shortest_turn
from fsanet.pose.angles import angles_from_rotation


def box_at(x, y):
    return (x - 10, y - 10, x + 10, y + 10)


def test_the_field_of_view_ends_at_the_edges():
    to_edge = Lens.of_field_of_view(90).to_face(box_at(640, 240), (640, 480))
    assert angles_from_rotation(to_edge) == pytest.approx([45, 0, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "yaw", "pitch"), [(500, 240, 1, 0), (100, 240, -1, 0), (320, 400, 0, 1), (320, 10, 0, -1)]
)
def test_who_looks_at_the_camera_looks_towards_its_axis(x, y, yaw, pitch):
    """A face at the right that looks into the camera is turned to the image's left; one below looks up."""
    turned = angles_from_rotation(Lens.of_field_of_view(60).to_face(box_at(x, y), (640, 480)))
    assert (np.sign(np.round(turned, 6)) == [yaw, pitch, 0]).all()


def test_on_the_axis_nothing_changes():
    np.testing.assert_allclose(Lens(1.0).to_face(box_at(320, 240), (640, 480)), np.eye(3), atol=1e-12)


def test_the_shortest_turn_is_a_rotation_about_a_line_in_the_picture():
    direction = np.array([0.3, -0.5, 0.8])
    turn = shortest_turn(direction)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(turn @ [0, 0, 1], direction / np.linalg.norm(direction), atol=1e-12)
    np.testing.assert_allclose((turn - turn.T)[0, 1], 0, atol=1e-12)


def test_a_calibration_as_biwi_has_it_at_any_scale(tmp_path):
    path = tmp_path / "rgb.cal"
    path.write_text("517.679 0 320\n0 517.679 240.5\n0 0 1\n\n0 0 0 0\n\n1 0 0\n0 1 0\n0 0 1\n\n0 0 0\n\n640 480\n")
    lens = lens_of(str(path))
    assert lens == Lens(517.679 / 640, (0.5, 240.5 / 480))
    small = lens.to_face(box_at(100, 50), (320, 240))
    np.testing.assert_allclose(small, lens.to_face(box_at(200, 100), (640, 480)), atol=1e-12)


@pytest.mark.parametrize("content", ["", "camera", "517 0 320", "0 0 0 0 0 0 0 0"])
def test_other_files_are_no_calibration(tmp_path, content):
    path = tmp_path / "rgb.cal"
    path.write_text(content)
    with pytest.raises(InputError):
        lens_of(str(path))


@pytest.mark.parametrize("lens", [(0,), (-1,), (np.nan,), (np.inf,), (1, (np.nan, 0.5)), (1, (0.5, np.inf))])
def test_impossible_lenses(lens):
    with pytest.raises(InputError, match="A lens has a focal length above 0 and a finite centre"):
        Lens(*lens)


@pytest.mark.parametrize("text", ["0", "180", "nan", "no_such_file"])
def test_impossible_cameras(text):
    with pytest.raises(InputError, match="field of view"):
        lens_of(text)
