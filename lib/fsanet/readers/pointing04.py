"""The Head Pose Image Database of Pointing'04: PersonNN/personNNsNN<tilt><pan>.jpg, 15 persons, 2 series of 93 images.

The labels are where the person was asked to look, in steps of 15 degrees and with several degrees of noise: tilt > 0
up, pan > 0 to the image's left, which are the signs of pitch and yaw. There is no roll; it is stored as 0 and `meta`
says so. Terms: any purpose, cite Gourier, Hall, Crowley, "Estimating Face Orientation from Robust Detection of Salient
Facial Features", Pointing 2004.
"""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fsanet.errors import InputError
from fsanet.image.boxes import center
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE, box_in_crop, crop_face
from fsanet.readers.face_boxes import DetectorChoice, find_faces
from fsanet.readers.set_builder import RawItem, Sample, SetRecipe, Unusable, read_raw_image

_NAME = re.compile(r"person(?:ne)?(?P<person>\d\d)(?P<series>\d)(?P<number>\d\d)(?P<tilt>[+-]\d+)(?P<pan>[+-]\d+)$")


class LabelledFace(NamedTuple):
    """One image of the database.

    Attributes:
        path: the image.
        person: 1 to 15.
        tilt_deg, pan_deg: where the person was asked to look.
        center_xy: centre of the face in pixels.
    """

    path: Path
    person: int
    tilt_deg: int
    pan_deg: int
    center_xy: tuple[float, float]


def pointing04_recipe(
    folder: Path,
    path: Path,
    choice: DetectorChoice,
    *,
    margin: float = DETECTOR_MARGIN,
    img_size: int = INPUT_SIZE,
) -> SetRecipe:
    """How to make the npz of the database.

    Args:
        folder: holds Person01, Person02, ...
        path: the npz.
        choice: the face detector.
        margin: share of the detector's box added on each side.
        img_size: side of the crops in pixels.

    Raises:
        FileNotFoundError: when there is no such folder.
        ValueError: when it holds no image of the database.
    """
    settings = {
        "set": "Pointing04",
        "crop": "detector box nearest to the labelled face centre",
        "margin": margin,
        "detector": choice.record(),
        "angles": "yaw = pan, pitch = tilt in degrees as asked for",
        "roll_labelled": False,
        "source": "person",
    }
    read = partial(read_pointing04, choice=choice, margin=margin, img_size=img_size)
    return SetRecipe(path, list_pointing04(folder), read, settings, img_size)


def list_pointing04(folder: Path) -> list[RawItem]:
    """Images of all persons, sorted; the second file of each is the text with the face's place."""
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder '{folder}': give one with Person01, Person02, ...")
    images = sorted(file for file in folder.glob("*/*.jpg") if _NAME.match(file.stem))
    if not images:
        raise InputError(f"'{folder}' holds no PersonNN/personNN....jpg of the Head Pose Image Database.")
    return [RawItem(f"{file.parent.name}/{file.stem}", (file, file.with_suffix(".txt"))) for file in images]


def labelled_faces(folder: Path, persons: Iterable[int]) -> list[LabelledFace]:
    """Images of some persons with their labels, in the order of `list_pointing04`.

    Raises:
        FileNotFoundError: when the folder is not there, or holds none of them.
        InputError: when it holds no image of the database, or the text beside one is missing or damaged.
    """
    wanted = set(persons)
    items = [item for item in list_pointing04(folder) if _parts(item.files[0])[0] in wanted]
    if not items:
        numbers = ", ".join(map(str, sorted(wanted)))
        raise FileNotFoundError(f"'{folder}' holds images of other persons of Pointing'04 than {numbers}.")
    return [_checked_face(item) for item in items]


def _checked_face(item: RawItem) -> LabelledFace:
    try:
        return labelled_face(item)
    except Unusable as error:
        raise InputError(f"'{item.files[1]}' cannot be used ({error}): take its picture away.") from None


def labelled_face(item: RawItem) -> LabelledFace:
    """An item of `list_pointing04` with its label.

    Raises:
        Unusable: when the text is missing or has other contents.
    """
    image_path, text_path = item.files
    x, y = read_face_center(text_path)
    return LabelledFace(image_path, *_parts(image_path), (float(x), float(y)))


def _parts(image_path: Path) -> tuple[int, int, int]:
    """Person, tilt and pan, from the name of an image."""
    [(person, _, _, tilt, pan)] = _NAME.findall(image_path.stem)
    return int(person), int(tilt), int(pan)


def read_pointing04(item: RawItem, *, choice: DetectorChoice, margin: float, img_size: int) -> Sample:
    """Read one image.

    Raises:
        Unusable: with the reason.
    """
    label = labelled_face(item)
    image = read_raw_image(label.path)
    faces = find_faces(image, choice)
    if not faces:
        raise Unusable("no face", f"{choice.name} finds none in {label.path.name}", broken=False)
    nearest = min(faces, key=lambda face: np.hypot(*np.subtract(center(face.box_xyxy), label.center_xy)))
    crop = crop_face(image, nearest.box_xyxy, margin, img_size)
    extras = {"box_xyxy": box_in_crop(nearest.box_xyxy, margin, image.shape[1::-1], img_size)}
    return Sample(crop, (label.pan_deg, label.tilt_deg, 0.0), f"Pointing04/{label.person:02}", extras)


def read_face_center(path: Path) -> np.ndarray:
    """The face's centre (x, y) in pixels from the text beside an image.

    Raises:
        Unusable: when the text is missing or has other contents.
    """
    try:
        words = path.read_text(encoding="ascii").split()
        return np.array([float(word) for word in words[words.index("Face") + 1 :][:2]]).reshape(2)
    except FileNotFoundError:
        raise Unusable("missing text", f"no '{path.name}' with the face's place") from None
    except (ValueError, OSError):
        raise Unusable("broken text", f"'{path.name}' does not say 'Face' and four numbers") from None
