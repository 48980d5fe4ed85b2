"""What tables of detectors measure: networks of training runs beside the detectors of the catalogue."""

from types import SimpleNamespace

import numpy as np
import pytest

from fsanet.commands.finder.test import detector_name
from fsanet.dense.decode import UNTOLD, Found
from fsanet.detectors.scout import CONVENTION
from fsanet.evaluation.finders.detectors import TrainedFinder, measured_detector
from fsanet.models.single_stage import table


@pytest.fixture
def trained(monkeypatch):
    """A network that answers with the picture's size, and a row that finds one face of 40 pixels."""
    asked = []

    def decode(prediction, size, threshold):
        asked.append((tuple(prediction), size, threshold))
        box, points = np.array([[10.0, 20, 50, 60]]), np.full((1, 5, 2), 30.0)
        return Found(np.array([0.9]), box, points, np.eye(3)[None], np.array([row.mask]))

    network = SimpleNamespace(predict_on_batch=lambda pictures: np.array([pictures.shape[1:3]], np.float32))
    row = SimpleNamespace(stride=64, decode=decode, mask=2)
    monkeypatch.setattr(table, "get_finder", lambda name: row)
    monkeypatch.setattr(table, "load_finder", lambda name, weights: network if weights.name == "w.h5" else None)
    return SimpleNamespace(row=row, asked=asked)


def test_a_picture_is_padded_to_the_strides_and_found_at_the_threshold(trained):
    detector = measured_detector("retinaface=runs/w.h5", threshold=0.2)
    assert isinstance(detector, TrainedFinder)
    [face] = detector.detect(np.zeros((100, 130, 3), np.uint8))
    assert trained.asked == [((128.0, 192.0), (128, 192), 0.2)]
    assert face.box_xyxy == pytest.approx(CONVENTION.to_common((10, 20, 50, 60)))
    assert face.mask == "below nose"


def test_a_large_picture_is_shrunk_and_its_faces_are_of_the_whole(trained):
    trained.row.mask = UNTOLD
    [face] = TrainedFinder("retinaface=runs/w.h5").detect(np.zeros((1280, 2560, 3), np.uint8))
    assert trained.asked[0][1] == (640, 1280)
    assert face.box_xyxy == pytest.approx(CONVENTION.to_common((20, 40, 100, 120)))
    assert face.landmarks_xy[0] == (60, 60)
    assert face.mask is None


def test_another_name_is_one_sentence(capsys):
    from fsanet.cli import main

    assert detector_name("retinaface=w.h5") == "retinaface=w.h5"
    with pytest.raises(SystemExit):
        main(["finder", "test", "--detector", "skout"])
    assert "no detector 'skout': choose of " in capsys.readouterr().err
