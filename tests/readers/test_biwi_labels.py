"""BIWI's pose files: the published formula, our rotation, and damaged files."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from fsanet.pose.angles import rotation_from_angles
from fsanet.readers.biwi_labels import biwi_angles, read_rotation
from fsanet.readers.set_builder import Unusable

FLIP = np.diag([1.0, -1.0, -1.0])  # BIWI's camera axes (x right, y down, z away) and ours


def rotation_in_file(yaw_pitch_roll_deg):
    return FLIP @ rotation_from_angles(yaw_pitch_roll_deg) @ FLIP


def write(path, rotation, position="43.4019 -30.7038 906.864"):
    rows = "\n".join(" ".join(f"{value:.6g}" for value in row) + " " for row in rotation)
    path.write_text(f"{rows}\n\n{position} \n")


@pytest.mark.parametrize("seed", range(5))
def test_the_published_formula(seed):
    rotation = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    r = rotation.T
    roll = -np.arctan2(r[1][0], r[0][0]) * 180 / np.pi
    yaw = -np.arctan2(-r[2][0], np.sqrt(r[2][1] ** 2 + r[2][2] ** 2)) * 180 / np.pi
    pitch = np.arctan2(r[2][1], r[2][2]) * 180 / np.pi
    np.testing.assert_allclose(biwi_angles(rotation), [yaw, pitch, roll], atol=1e-9)


@pytest.mark.parametrize("angles", [(0, 0, 0), (40, 0, 0), (0, -30, 0), (0, 0, 25), (60, -35, 20), (-75, 50, -40)])
def test_it_is_our_rotation_with_the_cameras_axes_turned_round(angles):
    np.testing.assert_allclose(biwi_angles(rotation_in_file(angles)), angles, atol=1e-9)


@pytest.mark.parametrize("angles", [(40, 0, 0), (0, -30, 0), (0, 0, 25), (60, -35, 20), (-75, 50, -40)])
def test_the_other_euler_order(angles):
    yaw, pitch, roll = angles
    ours = rotation_from_angles((0, 0, roll)) @ rotation_from_angles((yaw, 0, 0)) @ rotation_from_angles((0, pitch, 0))
    np.testing.assert_allclose(biwi_angles(FLIP @ ours @ FLIP, "zyx"), angles, atol=1e-9)


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match=r"Unknown Euler order 'yxz'\. Known: xyz, zyx"):
        biwi_angles(np.eye(3), "yxz")


def test_a_file_is_read_as_it_stands(tmp_path):
    rotation = rotation_in_file((30, -20, 10))
    write(tmp_path / "frame_00003_pose.txt", rotation)
    np.testing.assert_allclose(read_rotation(tmp_path / "frame_00003_pose.txt"), rotation, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "reason", "detail"),
    [
        ("1 0 0\n0 1 0\n0 0 1\n", "broken pose", r"pose\.txt has 9 numbers, 12 are expected"),
        ("", "broken pose", r"pose\.txt has 0 numbers, 12 are expected"),
        ("1 0 0\n0 1 0\n0 0 one\n1 2 3", "broken pose", r"pose\.txt: could not convert"),
        ("nan 0 0\n0 1 0\n0 0 1\n1 2 3", "NaN label", r"pose\.txt holds NaN or infinite"),
        ("inf 0 0\n0 1 0\n0 0 1\n1 2 3", "NaN label", r"pose\.txt holds NaN or infinite"),
        ("2 0 0\n0 1 0\n0 0 1\n1 2 3", "broken pose", r"first nine numbers are no rotation"),
        ("1 0 0\n0 1 0\n0 0 -1\n1 2 3", "broken pose", r"first nine numbers are no rotation"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(tmp_path, text, reason, detail):
    path = tmp_path / "pose.txt"
    path.write_text(text)
    with pytest.raises(Unusable, match=detail) as raised:
        read_rotation(path)
    assert raised.value.reason == reason


def test_a_missing_file(tmp_path):
    with pytest.raises(Unusable, match=r"missing pose: no 'pose\.txt'"):
        read_rotation(tmp_path / "pose.txt")


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "pose.txt").write_bytes(bytes(range(256)))
    with pytest.raises(Unusable, match="broken pose"):
        read_rotation(tmp_path / "pose.txt")
