"""Pointing'04: labels from file names, the face nearest to the labelled place, persons as sources."""

import cv2
import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.image.face_crop import crop_face
from fsanet.readers.face_boxes import DetectorChoice
from fsanet.readers.pointing04 import labelled_faces, list_pointing04, pointing04_recipe, read_face_center
from fsanet.readers.set_builder import Unusable, build_set

CHOICE = DetectorChoice("fake")
NAMES = ("Person01/person01100-90+0", "Person01/person01246+15-75", "Person12/person12203-60+30")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "Pointing04"
    for index, name in enumerate(NAMES):
        image = np.random.default_rng(index).integers(0, 256, (72, 96, 3), dtype=np.uint8)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"{name}.jpg"), image)
        (folder / f"{name}.txt").write_text(f"{name}.jpg\n\nFace\n70\n40\n20\n24\n")
    return folder


def make(folder):
    return build_set(pointing04_recipe(folder, folder.parent / "Pointing04.npz", CHOICE), workers=1, quiet=True)


def test_labels_and_sources(folder, detector):
    read = PoseSet.load(make(folder).path, 64)
    np.testing.assert_array_equal(read.pose, [[0, -90, 0], [-75, 15, 0], [30, -60, 0]])
    assert read.source.tolist() == ["Pointing04/01", "Pointing04/01", "Pointing04/12"]
    assert read.meta["roll_labelled"] is False


def test_the_face_nearest_to_the_labelled_centre(folder, detector):
    near, far = (58, 30, 80, 54, 0.8), (5, 5, 60, 60, 0.99)
    detector.faces = lambda image: [far, near]
    read = PoseSet.load(make(folder).path)
    image = cv2.imread(str(folder / f"{NAMES[0]}.jpg"))
    np.testing.assert_array_equal(read.image[0], crop_face(image, near[:4], 0.4))


def test_no_face_is_listed_and_not_broken(folder, detector):
    faces = iter([[], [(40, 30, 60, 50, 0.9)], [(40, 30, 60, 50, 0.9)]])
    detector.faces = lambda image: next(faces)
    (item,) = make(folder).left_out
    assert (item.name, item.reason, item.broken) == (NAMES[0], "no face", False)


def test_damaged_files_are_listed(folder, detector):
    (folder / f"{NAMES[0]}.txt").unlink()
    (folder / f"{NAMES[1]}.jpg").write_bytes(b"")
    built = make(folder)
    assert built.samples == 1
    assert [(item.name, item.reason) for item in built.left_out] == [
        (NAMES[0], "missing text"),
        (NAMES[1], "unreadable image"),
    ]


@pytest.mark.parametrize("text", ["", "a.jpg\n\nFace\n70", "a.jpg\n\nFace\nx y", "a.jpg 1 2 3 4"])
def test_other_texts_are_refused(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(Unusable, match=r"broken text: 'a\.txt' does not say 'Face' and four numbers"):
        read_face_center(tmp_path / "a.txt")


def test_other_images_are_not_of_the_database(tmp_path):
    with pytest.raises(FileNotFoundError, match="No folder"):
        list_pointing04(tmp_path / "nowhere")
    (tmp_path / "Person01").mkdir()
    (tmp_path / "Person01" / "holiday.jpg").touch()
    with pytest.raises(ValueError, match="holds no PersonNN"):
        list_pointing04(tmp_path)


def test_faces_of_some_persons_have_their_label_and_place(folder):
    first, second = labelled_faces(folder, [1])
    assert (first.person, first.tilt_deg, first.pan_deg, first.center_xy) == (1, -90, 0, (70, 40))
    assert (second.path, second.tilt_deg, second.pan_deg) == (folder / f"{NAMES[1]}.jpg", 15, -75)
    assert [face.pan_deg for face in labelled_faces(folder, [12, 3])] == [30]
    with pytest.raises(FileNotFoundError, match=r"images of other persons of Pointing'04 than 2, 3\.$"):
        labelled_faces(folder, [3, 2])


def test_the_databases_other_spelling_of_its_names_is_read_alike(folder):
    for file in [*folder.glob("*/*.*")]:
        file.rename(file.with_name(file.name.replace("person", "personne")))
    assert len(list_pointing04(folder)) == len(NAMES)
    assert [(face.tilt_deg, face.pan_deg) for face in labelled_faces(folder, [1, 12])] == [
        (-90, 0),
        (15, -75),
        (-60, 30),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "no 'person01100"), (b"a.jpg Face 1", "does not say 'Face'"), (b"a Face x 1", "four"), (b"\xff", "four")],
)
def test_a_damaged_text_beside_an_image_is_named(folder, content, reason):
    text = folder / f"{NAMES[0]}.txt"
    text.unlink()
    if content is not None:
        text.write_bytes(content)
    with pytest.raises(InputError, match=r"'.*person01100-90\+0.txt' cannot be used .*" + reason):
        labelled_faces(folder, [1])


@pytest.mark.mirror
def test_the_real_one_is_all_there(mirror):
    items = list_pointing04(mirror / "faces" / "Pointing04")
    assert len(items) == 8 * 2 * 93
    assert all(np.isfinite(read_face_center(item.files[1])).all() for item in items[::50])
