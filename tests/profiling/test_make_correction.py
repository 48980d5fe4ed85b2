"""Renders are made, read and counted: Face Mesh is played by landmarks that it would have to find."""

import numpy as np

from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.profiling import make_correction
from fsanet.profiling.correction import reading_correction
from fsanet.profiling.fitted_head import read_mesh
from fsanet.profiling.make_correction import biases_by_expression, main, read_expressions, read_renders
from fsanet.profiling.mesh_points import Meshes
from fsanet.rendering.expression import EXPRESSIONS
from fsanet.rendering.frame import RenderSettings
from tests.profiling.test_fitted_head import mesh_of

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
    readings = read_renders(3, 1, (68.0, 40.0, 12.0), RenderSettings())
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


def test_heads_count_that_were_read_with_every_expression(monkeypatch):
    """Heads smile alike and are read with a nod for it; of the last one no laugh is found."""
    poses = [(yaw, 5.0, -3.0) for yaw in range(-20, 20)]
    corner = np.zeros((478, 3))
    corner[61, 1] = 0.2
    shown = iter(EXPRESSIONS)

    def renders(folder, count, seed, limits_deg, settings):
        assert settings.expression == next(shown)
        return [settings.expression] * len(poses), None, [rotation_from_angles(pose) for pose in poses]

    def read(files):
        smiles = files[0] != "rest"
        nods = [mesh_of(np.add(pose, (0.0, -3.0 * smiles, 0.0)), bent=smiles * corner) for pose in poses]
        nods[-1] = nods[-1] * (np.nan if files[0] == "lively" else 1.0)
        return Meshes(np.array(nods, np.float32), np.zeros((len(poses), 256, 256), np.uint8))

    monkeypatch.setattr(make_correction, "known_renders", renders)
    monkeypatch.setattr(make_correction, "read_meshes", read)
    bent, lacking_deg = read_expressions(len(poses), 1)
    at_rest, smiles, laughs = (read_mesh(mesh_of((0.0, 0.0, 0.0), bent=much * corner)) for much in (0, 1, 1))
    assert bent.shape == (len(poses) - 1, 3, 478, 3)
    np.testing.assert_allclose(bent[5], [reading.bent for reading in (at_rest, smiles, laughs)], atol=1e-3)
    lacking = 3.0 - angles_from_rotation(smiles.rotation)[1]  # the corner itself turns the mesh a little
    np.testing.assert_allclose(lacking_deg, np.tile([0.0, lacking, lacking], (len(poses) - 1, 1)), atol=0.02)


def test_too_few_renders_are_one_sentence(capsys):
    assert main(["--renders", "99"]) == 1
    assert "A correction needs at least 100 renders, got 99." in capsys.readouterr().err
