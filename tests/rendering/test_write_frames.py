import numpy as np
import pytest

from fsanet.image.reading import read_image
from fsanet.readers.biwi_protocol import biwi_angles, read_rotation
from fsanet.readers.type1 import read_mat
from fsanet.rendering import write_frames as write_frames_module
from fsanet.rendering.frame import RenderSettings, render_frame
from fsanet.rendering.write_frames import write_300w_lp_frame, write_biwi_frame, write_frames


@pytest.fixture(scope="module")
def frame():
    return render_frame(6, 0, RenderSettings(), (200, 150), (0.4, 0.4), pose=(-40.0, 15.0, 25.0))


def test_300w_lp_layout_is_read_by_the_real_reader(frame, tmp_path):
    write_300w_lp_frame(frame, tmp_path / "face_0")
    pose, landmarks_xy = read_mat(tmp_path / "face_0.mat")
    np.testing.assert_allclose(pose, frame.pose, atol=1e-5)
    np.testing.assert_allclose(landmarks_xy, frame.landmarks_xy.T, atol=1e-4)
    assert read_image(tmp_path / "face_0.jpg").shape == (150, 200, 3)


@pytest.mark.parametrize("layout", ["300W_LP", "BIWI"])
def test_where_the_picture_cannot_be_written_no_label_says_that_it_is_there(frame, tmp_path, monkeypatch, layout):
    def fail(path, *_):
        raise OSError(f"'{path}' cannot be written")

    monkeypatch.setattr(write_frames_module, "write_image", fail)
    with pytest.raises(OSError, match="cannot be written"):
        write_300w_lp_frame(frame, tmp_path / "a") if layout == "300W_LP" else write_biwi_frame(frame, tmp_path, 3)
    assert not list(tmp_path.iterdir())


def test_biwi_layout_is_read_by_the_real_reader(frame, tmp_path):
    write_biwi_frame(frame, tmp_path / "01", 3)
    np.testing.assert_allclose(biwi_angles(read_rotation(tmp_path / "01/frame_00003_pose.txt")), frame.pose, atol=1e-3)
    np.testing.assert_array_equal(read_image(tmp_path / "01/frame_00003_rgb.png"), frame.image_bgr)
    rows = (tmp_path / "01/rgb.cal").read_text().splitlines()
    assert float(rows[0].split()[0]) == pytest.approx(frame.focal_px, abs=1e-5)
    assert rows[-1] == "200 150"
    millimetres = [float(v) for v in (tmp_path / "01/frame_00003_pose.txt").read_text().split()[9:]]
    np.testing.assert_allclose(millimetres, [0, 0, 100 * frame.distance_dm], atol=1e-4)


def test_biwi_frames_of_a_person_are_of_one_camera_and_their_heads_lie_where_they_are_seen(tmp_path):
    write_frames("BIWI", tmp_path, 48, size=(160, 120), quiet=True)
    calibrations = {path.read_text() for path in tmp_path.glob("*/rgb.cal")}
    assert len(calibrations) == 1
    rows = calibrations.pop().splitlines()
    (f, _, cx), (_, _, cy) = ([float(word) for word in row.split()] for row in rows[:2])
    assert (cx, cy) == (80, 60)
    poses = [np.array(path.read_text().split(), float)[9:] for path in sorted(tmp_path.glob("*/*_pose.txt"))]
    seen = np.array([(cx + f * x / z, cy + f * y / z) for x, y, z in poses])
    assert np.ptp(seen, axis=0).min() > 20  # anywhere in the picture
    assert np.abs(seen[::2] - seen[1::2]).max() < 12  # both frames of a person nearby


def test_wrong_requests(tmp_path):
    with pytest.raises(ValueError, match="no layout 'AFLW': choose one of 300W_LP, BIWI"):
        write_frames("AFLW", tmp_path, 1)
    with pytest.raises(ValueError, match="at least 1 frame is needed, got 0"):
        write_frames("BIWI", tmp_path, 0)
