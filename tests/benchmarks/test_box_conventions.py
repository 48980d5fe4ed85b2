"""Measuring box conventions and found shares."""

import numpy as np
import pytest

from fsanet.benchmarks.box_conventions import conventions, detect_all, main, measure_convention, print_found
from fsanet.detectors.detection import Detection
from fsanet.image.boxes import remap
from fsanet.readers.pointing04 import LabelledFace, labelled_faces


def test_convention_is_the_remap_that_made_the_reference():
    rng = np.random.default_rng(0)
    own = [[(x, y, x + w, y + h)] for x, y, w, h in rng.uniform(50, 100, (200, 4))]
    exact = [[remap(boxes[0], (1.2, 0.8), (0.05, -0.1))] for boxes in own]
    measured = measure_convention(own, exact)
    np.testing.assert_allclose(measured.median, [1.2, 0.8, 0.05, -0.1], atol=1e-12)
    np.testing.assert_allclose(measured.spread, 0, atol=1e-12)
    assert measured.faces == 200


def test_only_clear_pairs_count():
    box, apart = (0.0, 0.0, 10.0, 10.0), (50.0, 50.0, 60.0, 60.0)
    own = [[apart, box], [], [box], [apart], [box]]
    reference = [[box], [box], [], [box], [box, apart]]
    assert measure_convention(own, reference).faces == 1


def test_conventions_are_those_of_the_bare_boxes_near_the_front():
    faces = [LabelledFace(None, 1, 0, pan, (5, 5)) for pan in (0, 60, 75)]
    same = [[Detection((0, 0, 10, 10), 1.0)]] * 3
    measured = conventions(faces, {"mtcnn": same, "lbp": same})
    assert measured["lbp"].faces == 2
    np.testing.assert_allclose(measured["lbp"].median, [1.195, 1.566, 0.013, -0.077], atol=1e-9)


def test_found_by_pan(capsys):
    faces = [LabelledFace(None, 1, 0, pan, (5, 5)) for pan in (-30, 30, 90)]
    hit, miss = Detection((0, 0, 10, 10), 1.0), Detection((6, 0, 10, 10), 1.0)
    print_found(faces, {"lbp": [[hit], [miss], []]})
    assert capsys.readouterr().out.splitlines()[-1].split() == ["lbp", "50", "0", "33.3", "1"]


def test_folder_without_images(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    reason = "holds no PersonNN/personNN....jpg of the Head Pose Image Database"
    assert capsys.readouterr().err == f"error: '{tmp_path}' {reason}.\n"


@pytest.mark.mirror
@pytest.mark.slow
def test_boxes_of_yunet_and_ssd_mean_what_mtcnns_mean(mirror):
    """Some of the faces that the constants come from: what is left to convert is within 4 percent."""
    every = labelled_faces(mirror / "faces" / "Pointing04", [1, 2, 3, 4])
    faces = [face for face in every if face.tilt_deg == 0 and face.pan_deg in (-45, 0, 45)]
    boxes = {
        name: [[face.box_xyxy for face in found] for found in detect_all(faces, name)]
        for name in ("mtcnn", "ssd", "yunet")
    }
    assert len(faces) == 24
    for name in ("ssd", "yunet"):
        measured = measure_convention(boxes[name], boxes["mtcnn"])
        assert measured.faces >= 23
        np.testing.assert_allclose(measured.median, [1, 1, 0, 0], atol=0.04, err_msg=name)
