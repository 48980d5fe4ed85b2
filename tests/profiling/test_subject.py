"""A photograph made ready: its size, its borders, and the head that is moved along with it."""

import numpy as np
import pytest

from fsanet.pose.angles import rotation_from_angles
from fsanet.profiling.fitted_head import fit_to_landmarks
from fsanet.profiling.subject import LARGEST_FACE_PX, face_size, make_subject
from fsanet.profiling.turning import Turn, turn_points

SQUARE = np.array([[10.0, 20.0], [90.0, 20.0], [90.0, 70.0], [30.0, 40.0]])


def matte_around(frame, high):
    """A matte that keeps a column around the face, from the top of the picture or from above the face."""
    height, width = frame.image_bgr.shape[:2]
    matte = np.zeros((height, width), np.uint8)
    x1, y1, x2, _ = frame.box_xyxy.astype(int)
    matte[0 if high else y1 - 25 :, x1 - 12 : x2 + 12] = 255
    return matte


def test_a_face_is_as_large_as_the_mean_of_its_sides():
    assert face_size(SQUARE) == pytest.approx(np.sqrt(80 * 50))


def test_a_picture_is_padded_and_the_head_moved_along(frame, head, subject):
    height, width = frame.image_bgr.shape[:2]
    pad = int(0.35 * max(height, width))
    assert subject.image_bgr.shape == (height + 2 * pad, width + 2 * pad, 3)
    np.testing.assert_array_equal(subject.image_bgr[pad:-pad, pad:-pad], frame.image_bgr)
    np.testing.assert_array_equal(subject.image_bgr[0, pad:-pad], frame.image_bgr[0])  # the border goes on
    np.testing.assert_allclose(subject.head.vertices - head.vertices, [[pad, -pad, 0]] * len(head.vertices))
    points = subject.head.placement.to_head(subject.head.landmarks)
    np.testing.assert_allclose(points, head.placement.to_head(head.landmarks), atol=1e-6)


@pytest.mark.parametrize("high", [False, True])
def test_what_the_upper_edge_cuts_off_stays_cut_off(frame, head, high):
    made = make_subject(frame.image_bgr, head, matte_around(frame, high))
    height, width = frame.image_bgr.shape[:2]
    pad = int(0.35 * max(height, width))
    assert made.image_bgr.shape[0] == height + (1 if high else 2) * pad
    assert made.head.vertices[0, 1] == head.vertices[0, 1] - (0 if high else pad)


def test_a_large_face_is_shrunk_to_what_is_needed(frame, head):
    large = np.repeat(np.repeat(frame.image_bgr, 3, axis=0), 3, axis=1)
    tall = fit_to_landmarks(3 * frame.landmarks_xy, rotation_from_angles(frame.pose))
    made = make_subject(large, tall, None)
    found = face_size(made.head.landmarks[:, :2])
    assert found == pytest.approx(LARGEST_FACE_PX, rel=1e-6)
    scale = found / face_size(tall.landmarks[:, :2])
    assert made.head.placement.scale == pytest.approx(scale * tall.placement.scale)
    np.testing.assert_array_equal(made.head.placement.rotation, tall.placement.rotation)
    turned = turn_points(made.head.landmarks, made.head, Turn(np.eye(3)))
    np.testing.assert_allclose(turned, made.head.landmarks, atol=1e-6)
