"""Crops of pictures in 300W-LP's layout, scattered as the boxes of detectors are: margin, place and size vary.

A detector's box is larger or smaller than that of the landmarks and seldom on its middle. A network that is trained on
the landmark box alone moves with every pixel of the box.
"""

import dataclasses
import hashlib
from functools import partial
from pathlib import Path

import numpy as np

from fsanet.errors import InputError
from fsanet.image.boxes import AnyBox
from fsanet.image.face_crop import INPUT_SIZE, crop_face, landmark_box, points_in_crop
from fsanet.readers.set_builder import RawItem, Sample, SetRecipe, Unusable, read_raw_image
from fsanet.readers.type1 import both_files, list_type1, read_mat, source_of

MARGINS = (0.3, 0.8)  # of the box, on each side
SHIFT, STRETCH = 0.06, 0.06  # standard deviations: of the middle in shares of the box, of the logarithm of its sides


def scattered_recipe(
    folders: list[Path], path: Path, *, crops: int = 1, seed: int = 0, img_size: int = INPUT_SIZE
) -> SetRecipe:
    """How to make the npz of folders of images and .mat files, scattered crops of each.

    The npz has the landmarks (N, 68, 2) in pixels of the crop too.

    Args:
        folders: in the layout of 300W-LP.
        path: the npz.
        crops: of each image.
        seed: equal seeds give equal crops.
        img_size: side of the crops in pixels.

    Raises:
        FileNotFoundError: when there is no such folder.
        ValueError: when one has neither images nor .mat files.
    """
    settings = {"set": path.stem, "crop": "landmark box, scattered", "margin": MARGINS, "shift": SHIFT, "seed": seed}
    images = [item for folder in folders for item in list_type1(folder)]
    again = [dataclasses.replace(item, facts=(number,)) for number in range(1, crops) for item in images]
    settings |= {"crops": crops} if again else {}
    return SetRecipe(path, [*images, *again], partial(read_scattered, seed=seed, img_size=img_size), settings, img_size)


def read_scattered(item: RawItem, *, seed: int, img_size: int) -> Sample:
    """Read one face.

    Raises:
        Unusable: with the reason.
    """
    image_path, mat_path = both_files(item)
    pose, landmarks = read_mat(mat_path)
    box = landmark_box(landmarks)
    if box is None:
        raise Unusable("empty box", "no landmark is greater than zero")
    name = item.name.encode("utf-8", "surrogateescape")
    rng = np.random.default_rng([seed, *hashlib.sha256(name).digest()[:8], *item.facts])
    image, box, margin = read_raw_image(image_path), scatter(box, rng), rng.uniform(*MARGINS)
    try:
        crop = crop_face(image, box, margin, img_size)
    except InputError as error:
        raise Unusable("empty box", str(error)) from None
    from_middles = landmarks.T - 0.5  # of pixels; those of photographs that were profiled count from the edge
    in_crop = points_in_crop(from_middles, box, margin, image.shape[1::-1], img_size)
    return Sample(crop, pose, source_of(item.name), {"points_xy": in_crop})


def scatter(box_xyxy: AnyBox, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """A box moved and stretched at random."""
    x1, y1, x2, y2 = box_xyxy
    sides = np.array([x2 - x1, y2 - y1])
    middle = np.array([x1 + x2, y1 + y2]) / 2 + rng.normal(0, SHIFT, 2) * sides
    half = sides / 2 * np.exp(rng.normal(0, STRETCH, 2))
    return (*(middle - half), *(middle + half))
