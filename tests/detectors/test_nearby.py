import numpy as np
import pytest

from fsanet.detectors.detection import Detection
from fsanet.detectors.nearby import detect_near


class BrightDetector:
    """Finds the box around all bright pixels, and remembers what it was shown."""

    def __init__(self):
        self.shown = []

    def detect(self, image_bgr):
        self.shown.append(image_bgr.shape)
        rows, columns = np.nonzero(image_bgr[..., 0] > 128)
        if not len(rows):
            return []
        x, y = float(columns.min()), float(rows.min())
        box = (x, y, columns.max() + 1, rows.max() + 1)
        return [Detection(box, 0.8, ((x, y),) * 5)]


def picture(x, y, side, size=(400, 600)):
    image = np.zeros((*size, 3), np.uint8)
    image[y : y + side, x : x + side] = 255
    return image


@pytest.mark.parametrize("side", [20, 60, 192])
def test_a_face_that_has_moved_is_found_in_the_pixels_of_the_whole(side):
    detector = BrightDetector()
    face = detect_near(detector.detect, picture(110, 96, side), (100, 100, 100 + side, 100 + side))
    np.testing.assert_allclose(face.box_xyxy, (110, 96, 110 + side, 96 + side), atol=1)
    np.testing.assert_allclose(face.landmarks_xy[0], (110, 96), atol=1)
    assert max(detector.shown[0]) <= 2.5 * 96 + 2


def test_only_the_surroundings_are_searched():
    assert detect_near(BrightDetector().detect, picture(500, 300, 40), (100, 100, 140, 140)) is None


def test_a_face_that_hardly_covers_the_box_is_another():
    assert detect_near(BrightDetector().detect, picture(135, 100, 40), (100, 100, 140, 140)) is None


@pytest.mark.parametrize("box", [(-900, 0, -800, 100), (599.5, 399.5, 700, 500)])
def test_a_box_that_has_left_the_picture(box):
    assert detect_near(BrightDetector().detect, picture(0, 0, 400), box) is None
