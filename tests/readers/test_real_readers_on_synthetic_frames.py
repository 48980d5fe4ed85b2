"""Rendered photographs in the layouts of the real sets, read by the real readers, MTCNN included: labels must agree."""

import json

import numpy as np
import pytest

from fsanet.cli import main
from fsanet.console import EXIT_OK, EXIT_PARTIAL
from fsanet.datasets.pose_set import PoseSet
from fsanet.engines.choose import create_engine
from fsanet.evaluation.poses.labelled_sets import load_labelled_set
from fsanet.evaluation.poses.measure import evaluate
from fsanet.image.boxes import iou, widen
from fsanet.image.face_crop import crop_face, crop_pixels, landmark_box
from fsanet.image.reading import read_image
from fsanet.readers.biwi_protocol import choose_box
from fsanet.readers.face_boxes import FrameFaces
from fsanet.readers.report import read_left_out
from fsanet.rendering.frame import RenderSettings, render_frame
from fsanet.rendering.write_frames import write_300w_lp_frame, write_biwi_frame, write_frames

pytestmark = pytest.mark.slow

SETTINGS = RenderSettings(poses="frontal", per_person=5, headwear=0.0, occluded=0.0, clean=True)


def test_type1(tmp_path):
    raw = tmp_path / "300W_LP"
    frames = [render_frame(5, index, SETTINGS, (450, 450)) for index in range(6)]
    for index, frame in enumerate(frames):
        write_300w_lp_frame(frame, raw / "AFW" / f"SYN_{index // 2}_{index % 2}")
    arguments = ["--set", "300W_LP", "--raw", str(raw), "--out", str(tmp_path), "--workers", "1"]
    assert main(["prepare", *arguments]) == EXIT_PARTIAL  # the other seven subsets are not there
    read = PoseSet.load(tmp_path / "AFW.npz", 64)
    np.testing.assert_allclose(read.pose, [frame.pose for frame in frames], atol=1e-5)
    assert read.source.tolist() == [f"AFW/SYN_{index // 2}" for index in range(6)]
    for index, frame in enumerate(frames):
        image = read_image(raw / "AFW" / f"SYN_{index // 2}_{index % 2}.jpg")
        np.testing.assert_array_equal(read.image[index], crop_face(image, landmark_box(frame.landmarks_xy.T), 0.6))


def test_biwi(tmp_path, capsys):
    raw = tmp_path / "BIWI"
    frames = {}
    for video in (1, 2, 3, 4):  # 01 and 03 are on the test side, 02 and 04 on the training side
        for step in range(5):
            pose = np.array([12 * step - 20.0, 5 * video - 12.0, 4 * step - 8.0])
            frame = render_frame(9, 5 * video + step, SETTINGS, (640, 480), (0.34, 0.36), pose)
            write_biwi_frame(frame, raw / f"{video:02d}", step + 3)
            frames[f"{video:02d}/frame_{step + 3:05d}"] = frame
    arguments = ["--set", "BIWI", "--raw", str(raw), "--out", str(tmp_path), "--workers", "1", "--quiet"]
    assert main(["prepare", *arguments]) == EXIT_PARTIAL  # the other 20 videos are not there
    assert "left out, missing folder: 20" in capsys.readouterr().out
    faces = json.loads((tmp_path / "BIWI_faces_mtcnn.json").read_text())["frames"]
    for name, least in {"BIWI_noTrack": 15, "BIWI_train": 8, "BIWI_test": 8}.items():
        read = PoseSet.load(tmp_path / f"{name}.npz", 64)
        lost = {item.name for item in read_left_out(tmp_path / f"{name}.npz")}
        used = [key for key in frames if key[:2] in read.meta["videos"] and key not in lost]
        assert len(read) >= least
        np.testing.assert_allclose(read.pose, [frames[key].pose for key in used], atol=1e-3)
        if name == "BIWI_noTrack":  # with tracking a crop may be cut where the face was before
            for crop, key in zip(read.image, used, strict=True):
                box = choose_box(FrameFaces(**faces[key]), 0.9, 0.4)
                np.testing.assert_array_equal(crop, crop_pixels(frames[key].image_bgr, box))
                around_the_face = widen(frames[key].box_xyxy, 0.4)
                assert iou(np.array(box), np.array(around_the_face)) > 0.4, key


def test_biwi_labels_fit_angles_that_are_turned_into_the_frame_of_the_camera(tmp_path):
    """Far from the middle of the picture a reading by sight is off by the angle to the axis; turned it is not."""
    write_frames("BIWI", tmp_path / "BIWI", 24, seed=5, quiet=True)
    arguments = ["--set", "BIWI", "--raw", str(tmp_path / "BIWI"), "--out", str(tmp_path), "--workers", "1", "--quiet"]
    assert main(["prepare", *arguments]) == EXIT_OK
    frames = load_labelled_set("BIWI_noTrack", tmp_path)
    engine = create_engine("onnx", model="capsule", weights="free")
    as_read, turned = evaluate({"capsule": engine}, ["capsule"], "free", frames)
    off_axis = np.degrees(np.arccos(frames.line_of_sight[:, 2]))
    far = off_axis > 12
    assert far.sum() >= 5
    assert turned.errors()[far].mean() < 0.6 * as_read.errors()[far].mean()
    assert turned.summary.geodesic < 0.7 * as_read.summary.geodesic
