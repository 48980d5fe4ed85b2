"""One's own folder and CSV."""

import cv2
import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.image.face_crop import crop_face
from fsanet.readers import set_builder
from fsanet.readers.face_boxes import DetectorChoice
from fsanet.readers.own import own_recipe
from fsanet.readers.set_builder import build_set

CHOICE = DetectorChoice("fake")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mine"
    (folder / "sub").mkdir(parents=True)
    for index, name in enumerate(("a.png", "b c.jpg", "sub/ä.png")):
        pixels = np.random.default_rng(index).integers(0, 256, (60, 80, 3), dtype=np.uint8)
        (folder / name).write_bytes(cv2.imencode(name[-4:], pixels)[1].tobytes())
    return folder


def make(folder, text, **settings):
    table = folder / "labels.csv"
    table.write_text(text, encoding="utf-8")
    recipe = own_recipe(folder, table, folder.parent / "mine.npz", CHOICE, **settings)
    return build_set(recipe, workers=1, quiet=True)


def test_boxes_of_the_csv(folder):
    built = make(
        folder, "image,yaw,pitch,roll,x1,y1,x2,y2\na.png,10,-5.5,0,20,10,50,40\nsub/ä.png,11,2,3,30,20,60,55\n"
    )
    read = PoseSet.load(built.path, 64)
    np.testing.assert_array_equal(read.pose, [[10, -5.5, 0], [11, 2, 3]])
    np.testing.assert_array_equal(read.image[0], crop_face(cv2.imread(str(folder / "a.png")), (20, 10, 50, 40), 0.4))
    assert read.source.tolist() == ["a.png", "sub/ä.png"]
    assert built.left_out == ()


def test_boxes_of_the_detector(folder, detector):
    detector.faces = lambda image: [(1, 1, 9, 9, 0.9), (15, 12, 45, 44, 0.8)]
    read = PoseSet.load(make(folder, "image,yaw,pitch,roll\nb c.jpg,0,0,0\n", margin=0.2).path)
    image = cv2.imread(str(folder / "b c.jpg"))
    np.testing.assert_array_equal(read.image[0], crop_face(image, (15, 12, 45, 44), 0.2))
    assert read.meta["margin"] == 0.2
    assert "detector's largest face (1 rows)" in read.meta["crop"]


def test_rows_with_and_without_a_box(folder, detector):
    text = "image,yaw,pitch,roll,x1,y1,x2,y2\na.png,0,0,0,20,10,50,40\nb c.jpg,0,0,0,,,,\n"
    assert make(folder, text).samples == 2
    assert detector.calls == 1


def test_source_column(folder):
    text = "image,yaw,pitch,roll,x1,y1,x2,y2,source\na.png,0,0,0,9,9,40,40,anna\nb c.jpg,0,0,0,9,9,40,40,\n"
    assert PoseSet.load(make(folder, text).path).source.tolist() == ["anna", "b c.jpg"]


BOX = "20,10,50,40"


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (f"nowhere.png,0,0,0,{BOX}", "missing image", "no file '"),
        (f"{'a' * 300}.png,0,0,0,{BOX}", "missing image", "no file '"),
        (f"{'a/' * 3000}b.png,0,0,0,{BOX}", "missing image", "no file '"),
        (f"labels.csv,0,0,0,{BOX}", "unreadable image", "labels.csv"),
        (f"a.png,nan,0,0,{BOX}", "NaN label", "yaw=nan, pitch=0, roll=0"),
        (f"a.png,0,inf,0,{BOX}", "NaN label", "pitch=inf"),
        (f"a.png,0,,0,{BOX}", "no number", "pitch=''"),
        (f"a.png,left,0,0,{BOX}", "no number", "yaw='left'"),
        ("a.png,0,0,0,20,10,50,", "no number", "y2=''"),
        ("a.png,0,0,0,500,10,600,40", "empty box", "has no pixel on the 80x60 image"),
    ],
)
def test_a_bad_row_is_listed_and_the_rest_is_made(folder, row, reason, detail):
    built = make(folder, f"image,yaw,pitch,roll,x1,y1,x2,y2\na.png,0,0,0,{BOX}\n{row}\n")
    assert built.samples == 1
    (item,) = built.left_out
    assert item.name.startswith("row 3: ")
    assert item.reason == reason
    assert detail in item.detail


def test_no_face_is_listed(folder, detector):
    detector.faces = lambda image: [] if image[0, 0, 0] == 0 else [(10, 10, 40, 40, 0.9)]
    cv2.imwrite(str(folder / "black.png"), np.zeros((60, 80, 3), np.uint8))
    (item,) = make(folder, "image,yaw,pitch,roll\nb c.jpg,0,0,0\nblack.png,0,0,0\n").left_out
    assert (item.reason, item.detail, item.broken) == ("no face", "fake finds none in 'black.png'", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,yaw,roll\na.png,0,0\n", r"lacks the column pitch; its header is 'image,yaw,roll'"),
        ("a.png,0,0,0\n", r"lacks the column image, yaw, pitch, roll; its header is 'a\.png,0,0,0'"),
        ("image,yaw,pitch,roll,x1,y1\na.png,0,0,0,1,1\n", "has some of the columns x1, y1, x2, y2: all four or none"),
        ("image,yaw,pitch,roll\n", "has a header and no row"),
        ("", "lacks the column image, yaw, pitch, roll"),
    ],
)
def test_a_csv_without_what_is_needed_is_refused(folder, text, message):
    with pytest.raises(ValueError, match=message):
        make(folder, text)


def test_nothing_usable_is_an_error(folder):
    with pytest.raises(ValueError, match=r"No usable sample for '.*mine\.npz': 1 x missing image"):
        make(folder, "image,yaw,pitch,roll\nnowhere.png,0,0,0\n")
    assert not (folder.parent / "mine.npz").exists()


def test_radians_are_turned_into_degrees_when_that_is_said(folder):
    text = "image,yaw,pitch,roll,x1,y1,x2,y2\na.png,1.2,-0.4,0.02,20,10,50,40\n"
    with pytest.raises(
        InputError, match=r"No angle in '.*labels\.csv' is larger than 1\.2: are they radians\? .*--angles"
    ):
        make(folder, text)
    said = PoseSet.load(make(folder, text, angles="radians").path)
    np.testing.assert_allclose(said.pose, [[68.755, -22.918, 1.146]], atol=1e-3)
    assert said.meta["angles"] == "yaw, pitch, roll in radians as the CSV has them"
    np.testing.assert_allclose(PoseSet.load(make(folder, text, angles="degrees").path).pose, [[1.2, -0.4, 0.02]])


def test_a_mistake_of_ours_keeps_its_traceback(folder, monkeypatch):
    """Only what the person can mend becomes a row of what was left out."""

    def broken(*_):
        raise ValueError("operands could not be broadcast together")

    monkeypatch.setattr(set_builder, "read_image", broken)
    with pytest.raises(ValueError, match="operands could not be broadcast"):
        make(folder, f"image,yaw,pitch,roll,x1,y1,x2,y2\na.png,0,0,0,{BOX}\n")
