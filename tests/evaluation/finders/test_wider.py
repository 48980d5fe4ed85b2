import numpy as np
import pytest

from fsanet.detectors.detection import Detection
from fsanet.errors import InputError
from fsanet.evaluation.finders import wider
from fsanet.evaluation.finders.average_precision import Searched
from fsanet.evaluation.finders.wider import on_wider, precision_at
from fsanet.image.reading import write_image
from tests.readers.test_wider_face import lists, written

FACES = np.array([[0, 0, 20, 20], [40, 0, 60, 20], [0, 40, 20, 60]], float)


def searched(found, scores):
    return Searched(FACES, np.ones(3, bool), np.array(found, float).reshape(-1, 4), np.array(scores, float))


def counted(*numbers):
    return {"a": np.array(numbers, np.int64)}


def test_a_perfect_search_is_one_at_every_level():
    pictures = {"a": searched(FACES, [0.9, 0.8, 0.3])}
    for numbers in ((0, 1, 2), (1,), (0, 2)):
        assert precision_at(pictures, counted(*numbers)) == pytest.approx(1.0)


def test_precision_by_hand():
    """Right, false, right of three faces: precision 1, 1/2, 2/3 at recall 1/3, 1/3, 2/3."""
    pictures = {"a": searched([FACES[0], [80, 80, 99, 99], FACES[2]], [0.9, 0.6, 0.3])}
    assert precision_at(pictures, counted(0, 1, 2)) == pytest.approx(1 / 3 + 1 / 3 * 2 / 3)


def test_a_box_on_a_face_that_does_not_count_is_neither_right_nor_false():
    pictures = {"a": searched([FACES[1], FACES[1], FACES[0]], [0.9, 0.8, 0.7])}
    assert precision_at(pictures, counted(0)) == pytest.approx(1.0)


def test_a_second_box_on_a_face_is_false():
    pictures = {"a": searched([FACES[0], FACES[0], FACES[1]], [0.9, 0.8, 0.7])}
    assert precision_at(pictures, counted(0, 1)) == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_pixels_are_counted_inclusively():
    """Of 21 x 21 pixels 21 x 10.5 are a half, and half of 21 x 42; without the last ones 20 x 9.4 would be too."""
    for bottom, found in ((9.5, 1.0), (9.4, 0.0), (41, 1.0), (41.2, 0.0)):
        pictures = {"a": searched([[0, 0, 20, bottom], [80, 80, 90, 90]], [0.9, 0.1])}
        assert precision_at(pictures, counted(0)) == found, bottom


def test_scores_are_brought_to_one_range_over_the_set():
    """Of scores 5 and 5.001, far apart from -5, the thresholds of a thousandth see no order: 1 of 2 is right."""
    near = {"a": searched([[80, 80, 99, 99], FACES[0], [80, 40, 99, 60]], [5.001, 5.0, -5.0])}
    far = {"a": searched([[80, 80, 99, 99], FACES[0], [80, 40, 99, 60]], [5.001, 0.0, -5.0])}
    assert precision_at(near, counted(0)) == pytest.approx(0.5)
    assert precision_at(far, counted(0)) == pytest.approx(0.5)
    first = {"a": searched([FACES[0], [80, 80, 99, 99], [80, 40, 99, 60]], [5.001, 5.0, -5.0])}
    assert precision_at(first, counted(0)) == pytest.approx(0.5)  # the false one is as sure at that threshold
    first = {"a": searched([FACES[0], [80, 80, 99, 99], [80, 40, 99, 60]], [5.0, 4.0, -5.0])}
    assert precision_at(first, counted(0)) == pytest.approx(1.0)


def test_pictures_without_boxes_or_faces():
    empty = Searched(np.zeros((0, 4)), np.zeros(0, bool), FACES[:1], np.array([0.9]))
    pictures = {"a": searched(FACES[:1], [0.8]), "silent": searched([], []), "empty": empty}
    numbers = {"a": np.array([0]), "silent": np.array([0]), "empty": np.zeros(0, np.int64)}
    assert precision_at(pictures, numbers) == pytest.approx(0.5)  # the false box in `empty` is not looked at
    assert np.isnan(precision_at({"a": searched(FACES, [0.9, 0.8, 0.7])}, counted()))
    assert precision_at({"a": searched([], [])}, counted(0)) == 0.0


def test_a_list_of_faces_that_are_not_there_is_one_sentence():
    with pytest.raises(InputError, match="counts face 4 of 'a', which has 3"):
        precision_at({"a": searched(FACES, [0.9, 0.8, 0.7])}, counted(3))


class Corner:
    """Finds a face in the corner of every picture, and says so more surely in wide ones."""

    def detect(self, image_bgr):
        return [Detection((0.0, 0.0, 20.0, 20.0), image_bgr.shape[1] / 200, None)]


@pytest.fixture
def set_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(wider, "measured_detector", lambda name, threshold: Corner())
    for name, width in (("0--Parade/a.jpg", 100), ("1--Handshaking/b.jpg", 60)):
        path = tmp_path / "WIDER_val" / "images" / name
        path.parent.mkdir(parents=True)
        write_image(path, np.zeros((64, width, 3), np.uint8))
    (tmp_path / "ground_truth").mkdir()
    lists(tmp_path / "ground_truth", easy=((1,), ()), medium=((1,), (1,)), hard=((1, 2), (1,)))
    return tmp_path


def test_a_set_on_disk(set_folder):
    rows = "0--Parade/a.jpg\n2\n0 0 20 20 0 0 0 0 0 0\n40 0 20 20 0 0 0 0 0 0\n"
    written(set_folder, rows + "1--Handshaking/b.jpg\n1\n0 40 20 20 0 0 0 0 0 0\n")
    assert on_wider("any", set_folder) == pytest.approx({"easy": 1.0, "medium": 0.5, "hard": 1 / 3})


def test_what_is_missing_or_does_not_fit_is_one_sentence(set_folder):
    with pytest.raises(FileNotFoundError, match=r"No 'wider_face_val_bbx_gt\.txt'"):
        on_wider("any", set_folder)
    written(set_folder, "0--Parade/a.jpg\n1\n0 0 20 20 0 0 0 0 0 0\n")
    with pytest.raises(InputError, match=r"lacks 1 pictures of the lists, such as '1--Handshaking/b\.jpg'"):
        on_wider("any", set_folder)
    (set_folder / "ground_truth" / "wider_face_val.mat").unlink()
    with pytest.raises(FileNotFoundError, match=r"No 'wider_face_val\.mat'"):
        on_wider("any", set_folder)
