"""Renders are made, read and counted: Face Mesh is played by landmarks that it would have to find."""

import numpy as np

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.rendering.frame import Settings
from fsanet.rendering.profiling import make_correction
from fsanet.rendering.profiling.correction import reading_correction
from fsanet.rendering.profiling.make_correction import biases_by_expression, main, read_renders
from fsanet.rendering.profiling.mesh_points import Meshes
from tests.rendering.profiling.test_fitted_head import mesh_of

POSES = [(10.0, 5.0, -3.0), (-20.0, -10.0, 5.0), (80.0, 0.0, 0.0)]


def play(monkeypatch, off_deg=0.0):
    """Renders that are none, and a Face Mesh that reads their pitch too high; it misses one of three."""

    def renders(folder, count, seed, limits_deg, settings):
        return [folder / str(i) for i in range(3)], None, [rotation_from_angles(pose) for pose in POSES]

    def read(files):
        meshes = np.array([mesh_of(np.add(pose, (0.0, off_deg, 0.0))) for pose in POSES], np.float32)
        meshes[0] = np.nan
        return Meshes(meshes, np.zeros((3, 256, 256), np.uint8))

    monkeypatch.setattr(make_correction, "known_renders", renders)
    monkeypatch.setattr(make_correction, "read_meshes", read)


def test_what_is_not_found_or_is_no_reading_is_left_out(monkeypatch):
    play(monkeypatch, off_deg=2.0)
    readings = read_renders(3, 1, (68.0, 40.0, 12.0), Settings())
    np.testing.assert_allclose(readings.known_deg, [POSES[1]], atol=1e-6)
    np.testing.assert_allclose(readings.read_deg, np.add([POSES[1]], (0.0, 2.0, 0.0)), atol=1e-3)
    assert np.abs(readings.bent).max() < 1e-3


def test_the_bias_of_each_expression_is_told_before_and_after(monkeypatch):
    play(monkeypatch, off_deg=4.0)
    rest, smile = biases_by_expression(reading_correction())
    assert rest.startswith("rest, 1 renders: bias of pitch +4.0 as read, ")
    assert smile.startswith("smile, 1 renders: bias of pitch +4.0 as read, ")
    read = rotation_from_angles(np.add(POSES[1], (0.0, 4.0, 0.0)))
    left = angles_from_rotation(reading_correction().corrected(read, np.zeros((478, 3))))[1] - POSES[1][1]
    assert rest.endswith(f"{left:+.1f} corrected")


def test_too_few_renders_are_one_sentence(capsys):
    assert main(["--renders", "99"]) == 1
    assert "A correction needs at least 100 renders, got 99." in capsys.readouterr().err
