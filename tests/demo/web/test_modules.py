"""The page's modules give what the Python side gives."""

import csv
import io
import json

import cv2
import numpy as np
import pytest

from fsanet.detectors.detection import Detection
from fsanet.image.boxes import iou, remap
from fsanet.image.face_crop import crop_face, widened_pixels
from fsanet.inference.rows import DIGITS, FORMATS, PoseRow, make_row
from fsanet.inference.smoothing import OneEuroRotationFilter, relative_to
from fsanet.inference.tracking import FaceTracker
from fsanet.pose.angles import Pose, angles_from_rotation, rotate_in_plane, rotation_from_angles

POSES = np.random.default_rng(5).uniform(-1, 1, (60, 3)) * [88, 85, 170]
AS_OBJECTS = [dict(zip(("yaw", "pitch", "roll"), pose.tolist(), strict=True)) for pose in POSES]


def angles(objects: list[dict]) -> np.ndarray:
    return np.array([[pose["yaw"], pose["pitch"], pose["roll"]] for pose in objects])


def test_rotations(in_node):
    body = "return given.map(rotationFromPose)"
    assert np.allclose(in_node(body, ["rotation.js"], AS_OBJECTS), rotation_from_angles(POSES).reshape(-1, 9))


@pytest.mark.parametrize("yaw", [90, -90])
def test_gimbal_lock_is_read_as_in_python(in_node, yaw):
    rotation = rotation_from_angles([yaw, 20, 30])
    found = in_node("return poseFromRotation(given)", ["rotation.js"], rotation.ravel().tolist())
    assert np.allclose(angles([found])[0], angles_from_rotation(rotation), atol=1e-6)


def test_angles_come_back(in_node):
    assert np.allclose(
        angles(in_node("return given.map((p) => poseFromRotation(rotationFromPose(p)))", ["rotation.js"], AS_OBJECTS)),
        POSES,
    )


def test_rotation_vectors_go_there_and_back(in_node):
    body = "return given.map((r) => rotationFromVector(rotationVector(r)))"
    half_turns = [
        cv2.Rodrigues(np.pi * np.array(axis) / np.linalg.norm(axis))[0]
        for axis in ([1, 0, 0], [1, -2, 3], [-1, -1, 0.2])
    ]
    matrices = np.concatenate([rotation_from_angles(POSES), half_turns]).reshape(-1, 9)
    assert np.allclose(in_node(body, ["rotation.js"], matrices.tolist()), matrices, atol=1e-6)


def test_poses_against_a_neutral_one(in_node):
    body = "return given.slice(1).map((pose) => relativeTo(pose, given[0]))"
    expected = [relative_to(Pose(*pose), Pose(*POSES[0])) for pose in POSES[1:]]
    assert np.allclose(angles(in_node(body, ["rotation.js"], AS_OBJECTS)), expected)


def test_turns_in_the_plane(in_node):
    body = "return given.map((pose) => turnInPlane(pose, 25))"
    assert np.allclose(
        angles(in_node(body, ["rotation.js"], AS_OBJECTS)), rotate_in_plane(POSES, np.full(len(POSES), 25.0))
    )


def test_smoothing(in_node):
    filtered, settings = OneEuroRotationFilter(), OneEuroRotationFilter()
    moving = np.cumsum(np.random.default_rng(2).normal(0, 4, (50, 3)), axis=0)
    times = [*(np.arange(40) / 25), *(np.arange(10) / 25)]  # the clock starts anew at the end
    expected = [filtered(Pose(*pose), time) for pose, time in zip(moving, times, strict=True)]
    given = {
        "settings": {name: getattr(settings, name) for name in ("min_cutoff_hz", "beta", "speed_cutoff_hz")},
        "frames": [
            [dict(zip(("yaw", "pitch", "roll"), p.tolist(), strict=True)), t]
            for p, t in zip(moving, times, strict=True)
        ],
    }
    body = "const f = new OneEuroRotationFilter(given.settings); return given.frames.map(([p, t]) => f.smooth(p, t))"
    assert np.allclose(angles(in_node(body, ["smoothing.js"], given)), expected, atol=1e-6)


def test_boxes(in_node):
    random = np.random.default_rng(3)
    corners = random.uniform(-40, 200, (40, 2))
    boxes = np.hstack([corners, corners + random.uniform(1, 150, (40, 2))])
    body = """return given.map((box) =>
        [iou(box, given[0]), remap(box, [0.9, 1.1], [-0.1, 0.2]), widenedPixels(box, 0.4, 180, 160)]);"""
    for box, (overlap, mapped, pixels) in zip(boxes, in_node(body, ["boxes.js"], boxes.tolist()), strict=True):
        assert overlap == pytest.approx(iou(box[None], boxes[:1])[0, 0])
        assert mapped == pytest.approx(remap(box, (0.9, 1.1), (-0.1, 0.2)))
        assert pixels == list(widened_pixels(box, 0.4, 180, 160))


@pytest.mark.parametrize("box", [(20, 15, 60, 70), (-30, 2, 20, 40), (0, 0, 119, 89)])
def test_crops(in_node, box):
    image = np.random.default_rng(4).integers(0, 256, (90, 120, 3), np.uint8)
    given = {
        "data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(),
        "pixels": widened_pixels(box, 0.4, 120, 90),
    }
    body = """const into = new Float32Array(64 * 64 * 3);
        cropTo({ width: 120, height: 90, data: Uint8ClampedArray.from(given.data) }, given.pixels, 64, into, 0);
        return [...into];"""
    found = np.reshape(in_node(body, ["pixels.js"], given), (64, 64, 3))
    assert np.abs(found - crop_face(image, box, 0.4)).max() <= 1  # OpenCV computes with eleven bits


@pytest.mark.parametrize("size", [(60, 45), (77, 53), (120, 90)])
def test_pictures_are_shrunk_by_area(in_node, size):
    image = np.random.default_rng(4).integers(0, 256, (90, 120, 3), np.uint8)
    given = {"data": cv2.cvtColor(image, cv2.COLOR_BGR2RGBA).ravel().tolist(), "size": size}
    body = """const small = shrunk({ width: 120, height: 90, data: Uint8ClampedArray.from(given.data) }, ...given.size);
        return [...padded(small, given.size[0] + 3, given.size[1] + 2)];"""
    found = np.reshape(in_node(body, ["pixels.js"], given), (size[1] + 2, size[0] + 3, 3))
    expected = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    assert np.abs(found[: size[1], : size[0]] - expected).max() <= 1
    assert not found[size[1] :].any()
    assert not found[:, size[0] :].any()


def test_faces_keep_their_numbers(in_node):
    frames = [
        [(0, 0, 40, 40), (100, 0, 140, 40)],
        [(104, 2, 144, 42), (4, 0, 44, 40)],
        None,  # the detector was not run
        [(8, 0, 48, 40)],  # one is missed
        [(12, 0, 52, 40)],
        [(300, 0, 340, 40)],
    ]
    times = [0.0, 0.1, 0.2, 0.3, 0.7, 1.5]
    tracker, expected = FaceTracker(), []
    for boxes, time in zip(frames, times, strict=True):
        faces = tracker.keep(time) if boxes is None else tracker.update([Detection(box, 0.9) for box in boxes], time)
        expected.append([[face.face_id, face.origin, list(face.box_xyxy)] for face in faces])
    given = {"settings": {"hold_s": tracker.hold_s, "min_iou": tracker.min_iou}, "frames": frames, "times": times}
    body = """const tracker = new FaceTracker(given.settings);
        return given.frames.map((boxes, i) => {
            const found = boxes?.map((box) => ({ box, score: 0.9 }));
            const faces = found ? tracker.update(found, given.times[i]) : tracker.keep(given.times[i]);
            return faces.map(({ id, origin, box }) => [id, origin, box]);
        });"""
    assert in_node(body, ["tracking.js"], given) == expected


def test_rows_have_the_columns_of_estimate(in_node):
    row = make_row('a "quoted", name.jpg', 2, (1.234, 2, 3.456, 4), 0.98765, Pose(1.005, -2.5, 3), 7, 0.12345)
    given = {"values": row._asdict(), "format": {"columns": list(PoseRow._fields), "digits": DIGITS}}
    body = "const row = makeRow(given.values, given.format); return [asCsv([row], given.format), asJsonLines([row])]"
    as_csv, as_json = in_node(body, ["rows.js"], given)
    of_python = FORMATS["csv"].header + FORMATS["csv"].line(row)
    (header, values), (_, expected) = (csv.reader(io.StringIO(text)) for text in (as_csv, of_python))
    assert header == list(PoseRow._fields)
    assert list(map(as_number, values)) == list(map(as_number, expected))
    assert json.loads(as_json) == json.loads(FORMATS["jsonl"].line(row))


def as_number(text: str) -> float | str:
    """JavaScript writes 1 where Python writes 1.0."""
    try:
        return float(text)
    except ValueError:
        return text
