"""BIWI's pose files, damaged ones too, and the protocols' rules: by hand, and against the rules step by step."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from fsanet.pose.angles import rotation_from_angles
from fsanet.readers.biwi_protocol import NO_TRACK, TRACKED, biwi_angles, boxes_of_video, choose_box, read_rotation
from fsanet.readers.face_boxes import FrameFaces
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


def frame(*faces):
    return FrameFaces(640, 480, faces)


def face(x, y, w=100, h=120, score=0.99):
    return (x, y, x + w, y + h, score)


def outcomes(frames, tracking):
    return [
        found.reason if isinstance(found, Unusable) else found[0] for found in boxes_of_video(frames, tracking, 0.4)
    ]


def test_the_box_is_widened_clipped_and_includes_its_far_edge():
    assert choose_box(frame(face(300, 200)), 0.9, 0.4) == (260, 152, 441, 369)
    assert choose_box(frame(face(580, 400)), 0.9, 0.4) == (540, 352, 640, 480)
    assert choose_box(frame(face(10.9, 5.9, 99.9, 119.9)), 0.9, 0.4) == (0, 0, 149, 172)


def test_the_nearest_top_left_corner_to_two_thirds_wins():
    near, far = face(440, 360, 50, 50), face(100, 50)
    assert choose_box(frame(far, near), 0.9, 0.4) == choose_box(frame(near), 0.9, 0.4)
    # the top left corner decides, not the centre
    large, small = face(200, 100, 300, 300), face(380, 300, 40, 40)
    assert choose_box(frame(large, small), 0.9, 0.4) == choose_box(frame(small), 0.9, 0.4)


def test_scores_must_lie_above_the_threshold():
    assert choose_box(frame(face(300, 200, score=0.9)), 0.9, 0.4) is None
    assert choose_box(frame(face(300, 200, score=0.9001)), 0.9, 0.4) is not None
    assert choose_box(frame(), 0.9, 0.4) is None


def test_thresholds_of_the_protocols():
    sure = frame(face(300, 200, score=0.93))
    assert outcomes([sure], NO_TRACK) == [260]
    assert outcomes([sure], TRACKED) == ["no face"]


@pytest.mark.parametrize(("shift", "believed"), [(0, True), (79, True), (80, False), (-79, True), (-80, False)])
def test_a_jump_of_80_pixels_is_not_believed(shift, believed):
    frames = [frame(face(300, 200)), frame(face(300 + shift, 200))]
    assert outcomes(frames, NO_TRACK) == [260, 260 + shift if believed else "box jumps"]
    assert outcomes(frames, TRACKED) == [260, 260 + shift if believed else 260]


def test_the_jump_is_from_the_last_accepted_box():
    frames = [frame(face(x, 200)) for x in (300, 400, 370, 440)]
    assert outcomes(frames, NO_TRACK) == [260, "box jumps", 330, 400]
    assert outcomes(frames, TRACKED) == [260, 260, 330, 400]


def test_no_face():
    frames = [frame(face(300, 200)), frame(), frame(face(310, 200))]
    assert outcomes(frames, NO_TRACK) == [260, "no face", 270]
    assert outcomes(frames, TRACKED) == [260, 260, 270]


def test_the_first_face_of_a_video_is_believed_wherever_it_is():
    frames = [frame(), frame(face(400, 200)), frame(face(410, 200))]
    assert outcomes(frames, NO_TRACK) == ["no face", 360, 370]
    assert outcomes(frames, TRACKED) == ["no face", 360, 370]  # there is no last box to keep yet


def test_what_a_rule_leaves_out_is_not_broken_and_what_cannot_be_read_is():
    frames = [frame(face(300, 200)), frame(), FrameFaces(0, 0, (), "truncated"), frame(face(500, 200))]
    found = list(boxes_of_video(frames, NO_TRACK, 0.4))
    assert [item.broken for item in found[1:]] == [False, True, False]
    assert str(found[2]) == "unreadable image: truncated"
    assert "moves by 200 px" in str(found[3])


def restated(frames, threshold, keep_last, ad=0.4):
    """The rules of the published preprocessing, without its use of the empty box before the first face."""
    results, last = [], None
    for item in frames:
        candidates, distances = [], []
        for x1, y1, x2, y2, score in item.faces:
            if score > threshold:
                w, h = x2 - x1, y2 - y1
                box = [
                    max(int(x1 - ad * w), 0),
                    max(int(y1 - ad * h), 0),
                    min(int(x2 + ad * w), item.width - 1),
                    min(int(y2 + ad * h), item.height - 1),
                ]
                candidates.append(box)
                distances.append(abs(box[0] - item.width * 2 / 3) + abs(box[1] - item.height * 2 / 3))
        box = candidates[int(np.argmin(distances))] if candidates else None
        if box and (last is None or abs(box[0] - last[0]) < 80):
            last = box
            results.append((last[0], last[1], last[2] + 1, last[3] + 1))
        elif keep_last and last:
            results.append((last[0], last[1], last[2] + 1, last[3] + 1))
        else:
            results.append(None)
    return results


@pytest.mark.parametrize("tracking", [NO_TRACK, TRACKED])
def test_random_videos_equal_the_restated_rules(tracking):
    rng = np.random.default_rng(0)
    for _ in range(50):
        x, frames = 300, []
        for _ in range(60):
            x = int(np.clip(x + rng.integers(-60, 61), 0, 500))
            faces = [face(x, int(rng.integers(100, 300)), score=rng.uniform(0.85, 1)) for _ in range(rng.integers(3))]
            frames.append(frame(*faces))
        ours = [None if isinstance(b, Unusable) else b for b in boxes_of_video(frames, tracking, 0.4)]
        assert ours == restated(frames, tracking.min_score, tracking.keep_last)
