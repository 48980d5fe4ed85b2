import cv2
import numpy as np
import pytest
import scipy.io

from fsanet.rendering.landmarks import LANDMARK_SPOTS, five_points
from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank
from fsanet.scenes.compose import Composer

_MIDDLE, _FACE_PX = np.array([300.0, 200.0]), 100.0


def write_photograph(file, yaw_deg=20.0, **changes):
    """A grey picture with a white nose, and its labels."""
    flat = LANDMARK_SPOTS * [1, -1, 1] - (LANDMARK_SPOTS * [1, -1, 1]).mean(axis=0)
    points = np.column_stack([_MIDDLE + flat[:, :2] * _FACE_PX, flat[:, 2] * _FACE_PX])
    image = np.full((400, 600, 3), 90, np.uint8)
    cv2.circle(image, tuple(int(v) for v in five_points(points)[2, :2]), 6, (255, 255, 255), -1)
    cv2.imwrite(str(file), image)
    pose = np.array([[0, np.deg2rad(yaw_deg), 0, 0, 0, 0, 0]])
    content = {"Pose_Para": pose, "pt2d": points[:, :2].T, "pt3d_68": points.T} | changes
    scipy.io.savemat(file.with_suffix(".mat"), content)
    return file


@pytest.fixture(scope="session")
def bank(bank_folder):
    return Bank(bank_folder)


@pytest.fixture(scope="session")
def composer(bank):
    return Composer(bank, Backgrounds(None, "train"), side=128)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "profiled" / "people"
    folder.mkdir(parents=True)
    for number in range(3):
        write_photograph(folder / f"p_{number}.png", yaw_deg=30.0 * number)
    cv2.imwrite(str(folder / "unlabelled.png"), np.zeros((9, 9, 3), np.uint8))
    return folder.parent
