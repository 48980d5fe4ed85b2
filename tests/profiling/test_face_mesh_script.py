"""The script that reads face meshes, with a face mesh of our own in MediaPipe's place."""

import os
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fsanet.profiling import face_mesh_script as script

FACE = np.random.default_rng(0).uniform([60, 40, -20], [140, 120, 20], (script.POINTS, 3))  # pixels, z to the camera


class Mesher:
    """Finds `FACE` in a picture that was turned as it should be; says nothing from a turn on."""

    def __init__(self, size, blind_from=9):
        self.maps = [script.turned(np.zeros((*size, 3), np.uint8), degrees)[1] for degrees in script.TURNS_DEG]
        self.calls, self.blind_from = 0, blind_from

    def process(self, picture):
        matrix = self.maps[self.calls]
        self.calls += 1
        assert picture.shape == (512, 512, 3)
        if self.calls > self.blind_from:
            return SimpleNamespace(multi_face_landmarks=None)
        xy = (FACE[:, :2] @ matrix[:, :2].T + matrix[:, 2]) / 512
        z = FACE[:, 2] * np.sqrt(abs(np.linalg.det(matrix[:, :2]))) / 512
        points = [SimpleNamespace(x=x, y=y, z=-depth) for (x, y), depth in zip(xy, z, strict=True)]
        return SimpleNamespace(multi_face_landmarks=[SimpleNamespace(landmark=points)])


@pytest.mark.parametrize("size", [(160, 200), (700, 500)])
def test_points_of_every_turn_come_back_in_pixels_of_the_picture(size):
    found = script.mesh_of(Mesher(size), np.zeros((*size, 3), np.uint8))
    assert found.shape == (3, script.POINTS, 3)
    np.testing.assert_allclose(found, np.repeat(FACE[None], 3, axis=0), atol=2e-3)


def test_a_turn_without_a_face_is_left_open():
    found = script.mesh_of(Mesher((160, 200), blind_from=1), np.zeros((160, 200, 3), np.uint8))
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("degrees", script.TURNS_DEG)
@pytest.mark.parametrize("side", [100, 256])
def test_the_map_and_the_turned_picture_agree(side, degrees):
    y, x = np.mgrid[:side, :side] + 0.5
    spot = np.array([0.62, 0.4]) * side
    light = 255 * np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / (2 * (side / 20) ** 2))
    picture, matrix = script.turned(np.repeat(np.uint8(light)[..., None], 3, axis=2), degrees)
    y, x = np.mgrid[:512, :512] + 0.5
    found = np.average(x, weights=picture[..., 0]), np.average(y, weights=picture[..., 0])
    assert matrix @ [*spot, 1] == pytest.approx(found, abs=0.2)


@pytest.mark.parametrize("degrees", script.TURNS_DEG)
def test_a_picture_is_turned_about_its_middle_and_fills_the_working_size(degrees):
    image = np.zeros((100, 160, 3), np.uint8)
    cv2.circle(image, (80, 50), 6, (255, 255, 255), -1)
    cv2.circle(image, (130, 50), 6, (0, 0, 255), -1)
    picture, matrix = script.turned(image, degrees)
    assert picture.shape == (512, 512, 3)
    middle, right = (
        np.argwhere((picture > 200).all(axis=2)),
        np.argwhere((picture[..., 2] > 200) & (picture[..., 0] < 60)),
    )
    np.testing.assert_allclose(middle.mean(axis=0), [256, 256], atol=2.5)
    down, across = right.mean(axis=0) - middle.mean(axis=0)
    assert np.degrees(np.arctan2(-down, across)) == pytest.approx(degrees, abs=1.5)  # anticlockwise
    assert np.hypot(down, across) == pytest.approx(50 * 512 / 160, rel=0.02)
    np.testing.assert_allclose(matrix[:, :2] @ [80, 50] + matrix[:, 2], [256, 256], atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_what_is_no_picture_is_left_open(tmp_path, content):
    path = tmp_path / "bad.jpg"
    path.write_bytes(content)
    assert script.picture_of(str(path)) is None
    assert np.isnan(script.no_mesh()).all()


def test_a_picture_is_read_as_rgb_whatever_its_name(tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")
    Path(name).write_bytes(cv2.imencode(".png", np.full((4, 5, 3), (1, 2, 3), np.uint8))[1].tobytes())
    assert (script.picture_of(name) == [3, 2, 1]).all()
