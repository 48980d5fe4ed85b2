from pathlib import Path

import numpy as np
import pytest

from fsanet.benchmarks import crop_cost
from fsanet.detectors.detection import Detection
from fsanet.readers.labelled_photographs import LabelledPhotograph


class BoxesDetector:
    name = "boxes"

    def __init__(self, *boxes):
        self.boxes = boxes

    def detect(self, image_bgr):
        return [Detection(box_xyxy=box, score=1.0) for box in self.boxes]


def face():
    image = np.zeros((100, 100, 3), np.uint8)
    return LabelledPhotograph(Path("face.jpg"), image, np.zeros(3), np.zeros((68, 2)), (20, 20, 60, 60))


def test_the_labelled_face_is_told_from_its_neighbour():
    detector = BoxesDetector((70, 20, 110, 60), (25, 22, 62, 66))
    assert crop_cost.face_box(detector, face()) == (25, 22, 62, 66)


@pytest.mark.parametrize("boxes", [[], [(70, 20, 110, 60)]])
def test_a_face_that_is_not_found(boxes):
    assert crop_cost.face_box(BoxesDetector(*boxes), face()) is None


def test_a_folder_without_labels(tmp_path, capsys):
    assert crop_cost.main([str(tmp_path)]) == 1
    assert "holds no image and no .mat file" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.mirror
def test_detector_boxes_cost_at_most_0_7_degrees_on_aflw2000(mirror, capsys):
    assert crop_cost.main([str(mirror / "faces" / "AFLW2000")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "38 faces within 99 degrees" in lines[0]
    assert float(lines[1].split(":")[1].split()[0]) < 2.8
    costs = {line.split()[0]: line.split() for line in lines[3:]}
    assert set(costs) == {"yunet", "mtcnn", "ssd"}
    for name, (_, found, *_, difference) in costs.items():
        assert int(found.split("/")[0]) >= 36, name
        assert float(difference) <= 0.7, name
