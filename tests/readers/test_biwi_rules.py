"""Which box is the face, and which frames a protocol keeps: by hand, and against the rules step by step."""

import numpy as np
import pytest

from fsanet.readers.biwi_rules import NO_TRACK, TRACKED, boxes_of_video, choose_box
from fsanet.readers.face_boxes import FrameFaces
from fsanet.readers.set_builder import Unusable


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
