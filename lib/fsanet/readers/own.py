"""A set of one's own: a folder of images and a CSV `image, yaw, pitch, roll[, x1, y1, x2, y2][, source]`.

Angles in degrees, or radians where that is said, with the signs of this project (see `fsanet.pose.angles`); image paths
relative to the folder. How the CSV may be written stands in `own_table`. The box is the face's, in pixels, without
margin; where it is not given the largest face that the detector finds is taken.
`source` names the person, photo or video, so that a split keeps its samples together; without it each image is its own.
"""

from functools import partial
from pathlib import Path

import numpy as np

from fsanet.errors import InputError
from fsanet.files import is_file
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE, box_in_crop, crop_face
from fsanet.readers.face_boxes import DetectorChoice, largest_face
from fsanet.readers.own_table import ANGLES, BOX, SOURCE, numbers_of, read_table, require_plain_degrees
from fsanet.readers.set_builder import RawItem, Sample, SetRecipe, Unusable, read_raw_image

ANGLE_UNITS = ("degrees", "radians")


def own_recipe(
    folder: Path,
    table: Path,
    path: Path,
    choice: DetectorChoice,
    *,
    margin: float = DETECTOR_MARGIN,
    img_size: int = INPUT_SIZE,
    angles: str | None = None,
) -> SetRecipe:
    """How to make the npz of a folder and its CSV.

    Args:
        folder: what the image paths are relative to.
        table: the CSV.
        path: the npz.
        choice: the detector for rows without a box.
        margin: share of the box added on each side.
        img_size: side of the crops in pixels.
        angles: unit of the CSV's angles, one of ANGLE_UNITS; None for degrees that are plainly no radians.

    Raises:
        FileNotFoundError: when the folder or the CSV is missing.
        InputError: when the CSV cannot be used, see `read_table`, or when its angles could be radians.
    """
    rows = read_table(folder, table)
    if angles is None:
        require_plain_degrees(rows.values(), table)
    unit = angles or "degrees"
    boxed = sum(bool(row[BOX[0]]) for row in rows.values())
    settings = {
        "set": path.stem,
        "crop": f"box of the CSV ({boxed} rows) or of the detector's largest face ({len(rows) - boxed} rows)",
        "margin": margin,
        "detector": choice.record(),
        "angles": f"yaw, pitch, roll in {unit} as the CSV has them",
        "source": "column 'source' of the CSV, else the image",
    }
    items = [
        RawItem(f"row {number}: {row['image']}", (folder / row["image"],), tuple(sorted(row.items())))
        for number, row in rows.items()
    ]
    read = partial(read_own, choice=choice, margin=margin, img_size=img_size, unit=unit)
    return SetRecipe(path, items, read, settings, img_size)


def read_own(item: RawItem, *, choice: DetectorChoice, margin: float, img_size: int, unit: str) -> Sample:
    """Read one row.

    Raises:
        Unusable: with the reason.
    """
    row, (image_path,) = dict(item.facts), item.files
    angles = numbers_of(row, ANGLES)
    angles_deg = tuple(np.rad2deg(angles)) if unit == "radians" else angles
    if not is_file(image_path):
        raise Unusable("missing image", f"no file '{image_path}'")
    image = read_raw_image(image_path)
    if any(row[key] for key in BOX):
        box = numbers_of(row, BOX)
    elif (face := largest_face(image, choice)) is not None:
        box = face.box_xyxy
    else:
        raise Unusable("no face", f"{choice.name} finds none in '{image_path.name}'", broken=False)
    try:
        crop = crop_face(image, box, margin, img_size)
    except InputError as error:
        raise Unusable("empty box", str(error)) from None
    extras = {"box_xyxy": box_in_crop(box, margin, image.shape[1::-1], img_size)}
    return Sample(crop, angles_deg, row[SOURCE] or row["image"], extras)
