"""A set of one's own: a folder of images and a CSV `image, yaw, pitch, roll[, x1, y1, x2, y2][, source]`.

Angles in degrees with the signs of this project (see `fsanet.pose.angles`); image paths relative to the folder. The
box is the face's, in pixels, without margin; where it is not given the largest face that the detector finds is taken.
`source` names the person, photo or video, so that a split keeps its samples together; without it each image is its own.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from fsanet.errors import InputError
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE, box_in_crop, crop_face
from fsanet.readers.face_boxes import DetectorChoice, largest_face
from fsanet.readers.set_builder import RawItem, Sample, SetRecipe, Unusable, read_raw_image

NEEDED = ("image", "yaw", "pitch", "roll")
BOX = ("x1", "y1", "x2", "y2")
SOURCE = "source"


def own_recipe(
    folder: Path,
    table: Path,
    path: Path,
    choice: DetectorChoice,
    *,
    margin: float = DETECTOR_MARGIN,
    img_size: int = INPUT_SIZE,
) -> SetRecipe:
    """How to make the npz of a folder and its CSV.

    Args:
        folder: what the image paths are relative to.
        table: the CSV.
        path: the npz.
        choice: the detector for rows without a box.
        margin: share of the box added on each side.
        img_size: side of the crops in pixels.

    Raises:
        FileNotFoundError: when the folder or the CSV is missing.
        ValueError: when the CSV lacks a column or has no row.
    """
    rows = read_table(folder, table)
    boxed = sum(bool(row[BOX[0]]) for row in rows)
    settings = {
        "set": path.stem,
        "crop": f"box of the CSV ({boxed} rows) or of the detector's largest face ({len(rows) - boxed} rows)",
        "margin": margin,
        "detector": choice.record(),
        "angles": "yaw, pitch, roll in degrees as the CSV has them",
        "source": "column 'source' of the CSV, else the image",
    }
    items = [
        RawItem(f"row {number}: {row['image']}", (folder / row["image"],), tuple(sorted(row.items())))
        for number, row in enumerate(rows, start=2)  # as a spreadsheet counts them: the header is row 1
    ]
    return SetRecipe(
        path, items, partial(read_own, choice=choice, margin=margin, img_size=img_size), settings, img_size
    )


def find_table(folder: Path) -> Path:
    """The one CSV of a folder.

    Raises:
        FileNotFoundError: when there is no folder, or no CSV in it.
        ValueError: when there are several.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder '{folder}'.")
    tables = sorted(folder.glob("*.csv"))
    if not tables:
        raise FileNotFoundError(f"No CSV in '{folder}': one with the columns {', '.join(NEEDED)} is needed.")
    if len(tables) > 1:
        raise InputError(f"Several CSVs in '{folder}': say which one with CSV={tables[0].name}.")
    return tables[0]


def read_table(folder: Path, table: Path) -> list[dict[str, str]]:
    """Rows of the CSV as text, with all columns that a set may have; those that are not there are empty."""
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder '{folder}'.")
    if not table.is_file():
        raise FileNotFoundError(f"No CSV '{table}'.")
    try:
        lines = table.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"'{table}' is no text in UTF-8: save it as CSV.") from None
    header = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=";" if ";" in header and "," not in header else ",")
    rows = [{str(key).strip().lower(): str(value or "").strip() for key, value in row.items()} for row in reader]
    return _checked(rows, table, header)


def read_own(item: RawItem, *, choice: DetectorChoice, margin: float, img_size: int) -> Sample:
    """Read one row.

    Raises:
        Unusable: with the reason.
    """
    row, (image_path,) = dict(item.facts), item.files
    angles = _numbers(row, NEEDED[1:])
    if not image_path.is_file():
        raise Unusable("missing image", f"no file '{image_path}'")
    image = read_raw_image(image_path)
    if any(row[key] for key in BOX):
        box = _numbers(row, BOX)
    elif (face := largest_face(image, choice)) is not None:
        box = face.box_xyxy
    else:
        raise Unusable("no face", f"{choice.name} finds none in '{image_path.name}'", broken=False)
    try:
        crop = crop_face(image, box, margin, img_size)
    except InputError as error:
        raise Unusable("empty box", str(error)) from None
    extras = {"box_xyxy": box_in_crop(box, margin, image.shape[1::-1], img_size)}
    return Sample(crop, angles, row[SOURCE] or row["image"], extras)


def _checked(rows: Sequence[Mapping[str, str]], table: Path, header: str) -> list[dict[str, str]]:
    have = {name.strip().lower() for name in header.replace(";", ",").split(",")}
    if lacking := [name for name in NEEDED if name not in have]:
        raise InputError(f"'{table}' lacks the column {', '.join(lacking)}; its header is '{header.strip()}'.")
    if have & set(BOX) and not set(BOX) <= have:
        raise InputError(f"'{table}' has some of the columns {', '.join(BOX)}: all four or none are needed.")
    if not rows:
        raise InputError(f"'{table}' has a header and no row.")
    return [{key: row.get(key, "") for key in (*NEEDED, *BOX, SOURCE)} for row in rows]


def _numbers(row: Mapping[str, str], keys: Sequence[str]) -> tuple[float, ...]:
    try:
        numbers = tuple(float(row[key]) for key in keys)
    except ValueError:
        values = ", ".join(f"{key}='{row[key]}'" for key in keys)
        raise Unusable("no number", values) from None
    if not all(map(math.isfinite, numbers)):
        raise Unusable("NaN label", ", ".join(f"{key}={row[key]}" for key in keys))
    return numbers
