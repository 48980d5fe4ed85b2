"""The environment that holds MediaPipe, without making one."""

import subprocess

import pytest

from fsanet import mediapipe_environment


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """What would have been done to make the environment, in a cache folder of its own."""
    done = []

    def create(folder, **_):
        folder.mkdir(exist_ok=True)
        done.append("make")

    monkeypatch.setattr(mediapipe_environment, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(mediapipe_environment.venv, "create", create)
    monkeypatch.setattr(mediapipe_environment, "_run", lambda command, trouble: done.append(command[-1]))
    return done


def test_the_environment_is_made_once_and_said(steps, tmp_path, capsys):
    for _ in range(2):
        assert mediapipe_environment.mediapipe_python().is_relative_to(tmp_path / "face_mesh")
    assert steps == ["make", mediapipe_environment.PACKAGE]
    assert capsys.readouterr().err.count("Setting up Face Mesh") == 1


def test_an_environment_that_was_left_unfinished_is_made_again(steps, tmp_path):
    (tmp_path / "face_mesh").mkdir()
    mediapipe_environment.mediapipe_python()
    assert steps == ["make", mediapipe_environment.PACKAGE]


@pytest.mark.parametrize("error", [OSError("pip: no network"), subprocess.CalledProcessError(1, "ensurepip")])
def test_an_environment_that_cannot_be_made_leaves_nothing(steps, tmp_path, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(mediapipe_environment, "_run", fail)
    with pytest.raises(OSError, match=r"no network|mediapipe.* could not be installed .*is that reached.*ensurepip"):
        mediapipe_environment.mediapipe_python()
    assert not list(tmp_path.iterdir())
