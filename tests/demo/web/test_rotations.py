"""Rotations and poses in the page are those of the Python side."""

import cv2
import numpy as np
import pytest

from fsanet import HeadPoseEstimator
from fsanet.detectors.detection import TURNS, Detection
from fsanet.engines.straightened import LEANING_DEG
from fsanet.inference.finder_share import APART_DEG, FINDER_SHARE
from fsanet.inference.upright import TOLD_DEG, TOLD_SCORE, upright_turn_deg
from fsanet.inference.video.smoothing import OneEuroRotationFilter, relative_to
from fsanet.pose.angles import (
    Pose,
    angles_from_rotation,
    angles_near,
    lean_deg,
    rotation_between,
    rotation_from_angles,
    turn_in_plane,
)
from fsanet.pose.errors import geodesic_errors
from fsanet.pose.turned_errors import turned_errors

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


def test_of_both_triples_the_one_near_a_known_pose(in_node):
    turned, known = POSES * (1.5, 2.0, 1.0), POSES[::-1] * (1.5, 1.0, 1.0)
    given = [[dict(zip(Pose._fields, pose, strict=True)) for pose in poses.tolist()] for poses in (turned, known)]
    body = "return given[0].map((pose, i) => poseNear(rotationFromPose(pose), given[1][i]))"
    found = angles(in_node(body, ["rotation.js"], given))
    assert np.allclose(found, angles_near(rotation_from_angles(turned), known))
    assert 0 < (np.abs(found[:, 0]) > 90).sum() < len(POSES)


def test_beyond_profile_the_page_keeps_the_angles(in_node):
    body = """const [pose, told, zero] = given;
    const filter = new OneEuroRotationFilter({ min_cutoff_hz: 1, beta: 0, speed_cutoff_hz: 1 });
    const [mixed, relative] = [poseMixed(pose, told, 0.4, [20, 40]), relativeTo(pose, zero)];
    return [mixed, relative, filter.smooth(pose, 0), turnInPlane(pose, 2)];"""
    given = [dict(zip(Pose._fields, pose, strict=True)) for pose in ((95, 3, 2), (93, -2, 1), (-5, 0, 0))]
    mixed, relative, smooth, turned = angles(in_node(body, ["rotation.js", "smoothing.js"], given))
    assert np.allclose(mixed, (94.2, 1, 1.6), atol=0.5)
    assert np.allclose(relative, (100, 1.5, 0.5), atol=0.1)
    assert np.allclose(smooth, (95, 3, 2))
    assert np.abs(turned - (95, 3, 4)).max() < 25


def test_turns_in_the_plane(in_node):
    body = "return given.map((pose) => turnInPlane(pose, 25))"
    expected = angles_near(turn_in_plane(25.0) @ rotation_from_angles(POSES), POSES + (0, 0, 25))
    assert np.allclose(angles(in_node(body, ["rotation.js"], AS_OBJECTS)), expected)


def test_the_expected_error_of_yaw_stays_at_profile(in_node):
    given = [{"yaw": yaw, "pitch": 0, "roll": 0} for yaw in (90, -89.995)]
    found = in_node("return given.map((p) => errorTurned(p, { yaw: 5, pitch: 1, roll: 1 }, 0))", ["rotation.js"], given)
    assert np.allclose(angles(found), (5, 27**0.5, 27**0.5))


def test_expected_errors_of_a_turned_picture(in_node):
    body = "return given.map((pose) => errorTurned(pose, { yaw: 5, pitch: 1, roll: 2 }, -70))"
    found = angles(in_node(body, ["rotation.js"], AS_OBJECTS))
    assert np.allclose(found, turned_errors(POSES, np.tile([5, 1, 2], (len(POSES), 1)), turn_in_plane(-70)), atol=1e-4)


def test_errors_of_faces_that_are_turned_for_their_crop_are_turned_back(in_node):
    body = """const all = (count, of) => Float32Array.from(Array(count).fill(of).flat());
    const network = {
        room: (count, kind) => new kind(count),
        run: async (_, [count]) => [all(count, [0, 0, 0]), all(count, [8.5, 1, 2])],
    };
    const poses = new PoseNetwork(network, given);
    const picture = { width: 60, height: 50, data: new Uint8ClampedArray(4 * 60 * 50) };
    const faces = [{ turn: 90 }, { turn: 0, lean: 45 }].map((told) => ({ box: [10, 10, 40, 45], score: 0.5, ...told }));
    const read = await poses.read(picture, faces);
    return read.map((face) => [Object.values(face.error), unsure(face, { unsure_deg: 8 })]);"""
    expected_error = {"at_one": [0, 0, 0], "per_degree": [1, 1, 1]}
    settings = {"input_size": 8, "margin": 0.4, "leaning_deg": LEANING_DEG, "expected_error": expected_error}
    settings |= {"finder_share": 0, "apart_deg": APART_DEG, "told_score": TOLD_SCORE, "told_deg": TOLD_DEG}
    (lying, lying_flags), (leaning, leaning_flags) = in_node(body, ["poses.js", "quality.js"], settings)
    assert lying == pytest.approx([1, 8.5, 2])
    assert leaning == pytest.approx([6.05, 6.05, 2], abs=0.01)
    assert lying_flags == leaning_flags == ["unsure"]


def test_the_lean(in_node):
    leans = in_node("return given.map(lean)", ["rotation.js"], AS_OBJECTS)
    assert np.allclose(leans, lean_deg(POSES))


def turned_by(degrees: float) -> np.ndarray:
    """The poses, each turned about an axis of its own."""
    axes = np.random.default_rng(6).normal(0, 1, POSES.shape)
    turns = [cv2.Rodrigues(np.deg2rad(degrees) * axis / np.linalg.norm(axis))[0] for axis in axes]
    return angles_from_rotation(np.stack(turns) @ rotation_from_angles(POSES))


@pytest.mark.parametrize("share", [0.0, FINDER_SHARE, 0.6, 1.0])
@pytest.mark.parametrize("apart", [0.0, 1e-6, 20.0, 110.0, 179.9])
def test_the_way_between_poses(in_node, apart, share):
    second = turned_by(apart)
    others = [dict(zip(Pose._fields, pose, strict=True)) for pose in second.tolist()]
    body = "return given[0].map((pose, i) => poseBetween(pose, given[1][i], given[2]))"
    found = angles(in_node(body, ["rotation.js"], [AS_OBJECTS, others, share]))
    expected = rotation_between(rotation_from_angles(POSES), rotation_from_angles(second), share)
    assert geodesic_errors(found, angles_from_rotation(expected)).max() < 1e-3


READ = """const network = {
    room: (count, kind) => new kind(count),
    run: async (_, [count]) => [Float32Array.from(Array(count).fill(given.answer).flat())],
};
const poses = new PoseNetwork(network, given.settings);
const picture = { width: 60, height: 50, data: new Uint8ClampedArray(4 * 60 * 50) };
const read = await poses.read(picture, given.faces);
return read.map((reading) => reading && [reading.pose, unsure(reading, { unsure_deg: 8 })]);
"""


def test_a_share_of_a_pose_is_what_the_finder_read(in_node):
    answer, of_finder, beyond = Pose(20.0, -10.0, 5.0), Pose(30.0, 10.0, -80.0), (-90, 0, -60, 30)
    box = (10, 10, 40, 45)
    leaning, straight = Pose(0, 0, 7.0), Pose(0, 0, -4.0)
    found = [
        Detection(box, score, upright_turn=turn, pose=pose)
        for turn in TURNS
        for score in (0.89, 0.9)
        for pose in (of_finder, leaning, straight, None)
    ]
    estimator = HeadPoseEstimator(detector="scout")
    expected = [
        estimator._face(face, upright_turn_deg(face), np.array(answer), np.full(3, np.nan), ()) for face in found
    ]
    faces = [
        {"box": beyond, "turn": 0, "score": 0.9},
        *({"box": box, "score": f.score, "turn": f.upright_turn, "pose": f.pose and f.pose._asdict()} for f in found),
    ]
    settings = {"input_size": 8, "margin": 0.4, "leaning_deg": LEANING_DEG, "finder_share": FINDER_SHARE}
    settings |= {"apart_deg": APART_DEG, "told_score": TOLD_SCORE, "told_deg": TOLD_DEG}
    given = {"answer": list(answer), "settings": settings, "faces": faces}
    nothing, *read = in_node(READ, ["poses.js", "quality.js"], given)
    assert nothing is None
    assert geodesic_errors(angles([pose for pose, _ in read]), np.array([face.pose for face in expected])).max() < 1e-3
    assert [tuple(flags) for _, flags in read] == [face.flags for face in expected]
    assert {face.flags for face in expected} == {(), ("unsure",)}


def leaning_face(degrees: float, **told: object) -> Detection:
    """A face whose eyes lie above its mouth but for so many degrees."""
    right, down = np.sin(np.deg2rad(degrees)), -np.cos(np.deg2rad(degrees))
    eye, mouth = (25 + 10 * right, 25 + 10 * down), (25 - 10 * right, 25 - 10 * down)
    return Detection((10, 10, 40, 45), 0.9, (eye, eye, (25, 25), mouth, mouth), **told)


def test_a_face_that_leans_by_its_points_is_turned_for_its_crop(in_node):
    leans = [0.0, 4.0, -7.0, 30.0, -120.0]
    faces = [*((lean, leaning_face(lean)) for lean in leans), (None, leaning_face(30, pose=Pose(0, 0, -20)))]
    body = """const poses = new PoseNetwork(null, given.settings);
    return given.faces.map((face) => poses.uprightTurn(face));"""
    settings = {"told_score": TOLD_SCORE, "told_deg": TOLD_DEG}
    shown = [
        {"score": f.score, "turn": 0, "pose": f.pose and f.pose._asdict(), **({} if lean is None else {"lean": lean})}
        for lean, f in faces
    ]
    turns = in_node(body, ["poses.js"], {"settings": settings, "faces": shown})
    assert turns == pytest.approx([upright_turn_deg(face) for _, face in faces])


def test_quaternions_and_facing(in_node):
    found = in_node("return given.map((pose) => [quaternion(pose), facing(pose)])", ["rotation.js"], AS_OBJECTS)
    for (quaternion, facing), pose in zip(found, POSES, strict=True):
        assert list(quaternion.values()) == pytest.approx(Pose(*pose).quaternion)
        assert list(facing.values()) == pytest.approx(Pose(*pose).facing)


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
