"""The environment that holds Face Mesh, without making one."""

import subprocess

import pytest

from fsanet.rendering.profiling import mesh_points


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """What would have been done to make the environment, in a cache folder of its own."""
    done = []

    def create(folder, **_):
        folder.mkdir(exist_ok=True)
        done.append("make")

    monkeypatch.setattr(mesh_points, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(mesh_points.venv, "create", create)
    monkeypatch.setattr(mesh_points, "_run", lambda command, trouble: done.append(command[-1]))
    return done


def test_the_environment_is_made_once_and_said(steps, tmp_path, capsys):
    for _ in range(2):
        assert mesh_points.mesh_python().is_relative_to(tmp_path / "face_mesh")
    assert steps == ["make", mesh_points.PACKAGE]
    assert capsys.readouterr().err.count("Setting up Face Mesh") == 1


def test_an_environment_that_was_left_unfinished_is_made_again(steps, tmp_path):
    (tmp_path / "face_mesh").mkdir()
    mesh_points.mesh_python()
    assert steps == ["make", mesh_points.PACKAGE]


@pytest.mark.parametrize("error", [OSError("pip: no network"), subprocess.CalledProcessError(1, "ensurepip")])
def test_an_environment_that_cannot_be_made_leaves_nothing(steps, tmp_path, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(mesh_points, "_run", fail)
    with pytest.raises(OSError, match=r"no network|mediapipe.* could not be installed .*is that reached.*ensurepip"):
        mesh_points.mesh_python()
    assert not list(tmp_path.iterdir())
