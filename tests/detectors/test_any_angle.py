import cv2
import numpy as np
import pytest

from fsanet.detectors.any_angle import AnyAngleDetector, turned, turned_back
from fsanet.detectors.detection import BoxConvention, Detection
from fsanet.detectors.nearby import stands_upright
from fsanet.pose.angles import Pose, rotate_in_plane


class ArrowDetector:
    """Finds a bright bar with a red dot at one end, surest where the dot is above."""

    name = "arrow"
    convention = BoxConvention()

    def detect(self, image_bgr):
        rows, columns = np.nonzero(image_bgr[..., 2] > 128)
        if not len(rows):
            return []
        dot = np.argwhere((image_bgr == (0, 0, 255)).all(axis=-1)).mean(axis=0)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        upright = (rows.mean() - dot[0]) / (box[3] - box[1])
        return [Detection(box, 0.6 + 0.3 * float(np.clip(upright, -1, 1)), (tuple(dot[::-1]),) * 5)]


def picture(turn):
    image = np.zeros((200, 300, 3), np.uint8)
    image[60:120, 100:140] = 255
    image[60:70, 100:140] = (0, 0, 255)
    return turned(image, -turn % 360)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_surest_turn_is_kept_with_the_box_where_the_face_is(turn):
    (upright,) = ArrowDetector().detect(picture(0))
    (face,) = AnyAngleDetector(ArrowDetector()).detect(picture(turn))
    assert face.upright_turn == turn
    assert face.score == upright.score
    rows, columns = np.nonzero(picture(turn)[..., 2] > 128)
    assert face.box_xyxy == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_points_and_boxes_are_turned_back(turn):
    image = np.zeros((20, 30, 3), np.uint8)
    image[4, 7] = 255
    y, x = np.argwhere(turned(image, turn)[..., 0])[0]
    face = turned_back(Detection((x, y, x + 1, y + 1), 0.9, ((x + 0.5, y + 0.5),) * 5), turn, (30, 20))
    assert face.box_xyxy == (7, 4, 8, 5)
    assert face.landmarks_xy[0] == (7.5, 4.5)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_pose_that_was_read_in_the_turned_picture_is_turned_back(turn):
    in_picture = Pose(20, -10, 5)
    in_turned = Pose(*rotate_in_plane(in_picture, turn))
    face = turned_back(Detection((1, 2, 3, 4), 0.9, pose=in_turned), turn, (30, 20))
    np.testing.assert_allclose(face.pose, in_picture, atol=1e-9)


def test_several_faces_are_kept_each_once():
    class BlobDetector:
        name, convention = "blob", BoxConvention()

        def detect(self, image_bgr):
            _, _, stats, _ = cv2.connectedComponentsWithStats(image_bgr[..., 0])
            return [Detection((x, y, x + w, y + h), 0.8) for x, y, w, h, _ in stats[1:].tolist()]

    image = np.zeros((100, 120, 3), np.uint8)
    image[10:30, 20:40] = image[60:90, 70:100] = 255
    faces = AnyAngleDetector(BlobDetector()).detect(image)
    assert [face.box_xyxy for face in faces] == [(70, 60, 100, 90), (20, 10, 40, 30)]


@pytest.mark.parametrize(("turn", "upright"), [(0, True), (90, False), (180, False)])
def test_a_face_that_looks_better_turned_does_not_stand_upright(turn, upright):
    detector = ArrowDetector()
    image = picture(turn)
    (face,) = detector.detect(image)
    assert stands_upright(detector, image, face)  # a detector that does not say from when on it is sure
    detector.sure_score = 0.95
    assert stands_upright(detector, image, face) == upright
    detector.sure_score = 0.1
    assert stands_upright(detector, image, face)


@pytest.mark.parametrize(("turn", "upright"), [(0, True), (90, False)])
def test_scout_tells_a_face_that_lies(detector_of, portrait, turn, upright):
    view = turned(portrait, turn)
    (face,) = detector_of("scout").detect(view)
    assert stands_upright(detector_of("scout"), view, face) == upright
