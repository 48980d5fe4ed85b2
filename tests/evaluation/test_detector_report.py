"""Measuring box conventions and found shares."""

import numpy as np
import pytest

from fsanet.detectors.detection import Detection
from fsanet.errors import InputError
from fsanet.evaluation.detector_report import (
    LabelledFace,
    conventions,
    detect_all,
    labelled_faces,
    main,
    measure_convention,
    print_found,
    shows,
)
from fsanet.image.boxes import remap


@pytest.fixture
def pointing04(tmp_path):
    """The database's layout, without pictures."""
    for name in ("Person01/person01146+0+0", "Person01/person01147-30+15", "Person05/person05299+90+0"):
        path = tmp_path / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.touch()
        path.with_suffix(".txt").write_text(f"{path.name}\n\nFace\n148\n138\n120\n121\n")
    (tmp_path / "Person01" / "Readme.jpg").touch()
    return tmp_path


def test_reads_names_and_centres(pointing04):
    first, second = labelled_faces(pointing04, [1])
    assert (first.person, first.tilt_deg, first.pan_deg, first.center_xy) == (1, 0, 0, (148, 138))
    assert (second.tilt_deg, second.pan_deg) == (-30, 15)
    assert [face.tilt_deg for face in labelled_faces(pointing04, [5])] == [90]


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
    assert shows(faces[0], hit)
    assert not shows(faces[0], miss)
    print_found(faces, {"lbp": [[hit], [miss], []]})
    assert capsys.readouterr().out.splitlines()[-1].split() == ["lbp", "50", "0", "33.3", "1"]


def test_folder_without_images(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    expected = "files as person01146+0-30.jpg are expected"
    assert (
        capsys.readouterr().err
        == f"error: No Pointing'04 image of the persons 1, 2, 3, 4 in '{tmp_path}': {expected}.\n"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "no 'person01146"), (b"a.jpg Face 1", "does not say 'Face'"), (b"a Face x 1", "four"), (b"\xff", "four")],
)
def test_a_damaged_text_beside_an_image_is_named(pointing04, content, reason):
    text = pointing04 / "Person01" / "person01146+0+0.txt"
    text.unlink()
    if content is not None:
        text.write_bytes(content)
    with pytest.raises(InputError, match=r"'.*person01146\+0\+0.txt' cannot be used .*" + reason):
        labelled_faces(pointing04, [1])


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
