import numpy as np
import pytest

from fsanet.detectors.detection import Detection
from fsanet.detectors.nearby import Closeup, Place, closeup_of, detect_near, search_of


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


def near(detector, image, *places, **settings):
    return detect_near(search_of(detector), image, places, **settings)


@pytest.mark.parametrize("side", [20, 60, 192])
def test_a_face_that_has_moved_is_found_in_the_pixels_of_the_whole(side):
    detector = BrightDetector()
    [face] = near(detector, picture(110, 96, side), Place((100, 100, 100 + side, 100 + side)))
    np.testing.assert_allclose(face.box_xyxy, (110, 96, 110 + side, 96 + side), atol=1)
    np.testing.assert_allclose(face.landmarks_xy[0], (110, 96), atol=1)
    assert max(detector.shown[0]) <= 2.5 * 96 + 2


def test_a_detector_is_shown_faces_as_it_wants_them():
    class Particular(BrightDetector):
        closeup = Closeup(50, 0.5)

    detector = Particular()
    assert closeup_of(BrightDetector()) == Closeup(96, 0.75)
    near(detector, picture(110, 96, 100), Place((100, 100, 200, 200)), closeup=closeup_of(detector))
    assert detector.shown == [(100, 100, 3)]


@pytest.mark.parametrize(("enlarged", "shown"), [(True, (100, 100, 3)), (False, (40, 40, 3))])
def test_small_faces_are_enlarged_for_those_that_want_it(enlarged, shown):
    detector = BrightDetector()
    [face] = near(detector, picture(102, 98, 20), Place((100, 100, 120, 120)), closeup=Closeup(50, 0.5, enlarged))
    assert detector.shown == [shown]
    np.testing.assert_allclose(face.box_xyxy, (102, 98, 120, 118), atol=2)


def test_only_the_surroundings_are_searched():
    assert near(BrightDetector(), picture(500, 300, 40), Place((100, 100, 140, 140))) == [None]


def test_a_face_that_hardly_covers_the_box_is_another():
    assert near(BrightDetector(), picture(135, 100, 40), Place((100, 100, 140, 140))) == [None]


@pytest.mark.parametrize("box", [(-900, 0, -800, 100), (599.5, 399.5, 700, 500)])
def test_a_box_that_has_left_the_picture(box):
    assert near(BrightDetector(), picture(0, 0, 400), Place(box)) == [None]


def test_all_places_are_searched_at_once_where_the_detector_can():
    class AtOnce(BrightDetector):
        def detect_each(self, images_bgr):
            self.shown.append(len(images_bgr))
            return [BrightDetector.detect(BrightDetector(), image) for image in images_bgr]

    image = picture(110, 96, 40)
    image[300:340, 500:540] = 255
    places = Place((100, 100, 140, 140)), Place((-900, 0, -800, 100)), Place((495, 305, 535, 345), 90)
    detector = AtOnce()
    first, gone, second = near(detector, image, *places)
    assert detector.shown == [2]
    assert gone is None
    np.testing.assert_allclose(first.box_xyxy, (110, 96, 150, 136), atol=1)
    np.testing.assert_allclose(second.box_xyxy, (500, 300, 540, 340), atol=1)
    assert second.upright_turn == 90
