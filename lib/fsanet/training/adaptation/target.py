"""The unlabelled target: crops of an npz, or of the faces that are found in a folder of pictures."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.image.kinds import pictures_in
from fsanet.image.reading import read_image

FEWEST = 16  # crops: fewer say nothing of a camera


def load_target(path: str | Path, image_size: int, quiet: bool = True) -> NDArray[np.uint8]:
    """Crops (T, S, S, 3) uint8 BGR; labels that an npz has are not read.

    Args:
        path: an npz of crops, or a folder of pictures, in which the default detector finds the faces.
        image_size: S.
        quiet: no progress bar.

    Raises:
        FileNotFoundError: when there is no such file or folder.
        InputError: without pictures or faces, with too few of them, or with crops of another size.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"No target '{path}': name an npz of crops, or a folder of pictures.")
    crops = _of_folder(path, image_size, quiet) if path.is_dir() else PoseSet.load(path, img_size=image_size).image
    if len(crops) < FEWEST:
        raise InputError(f"'{path}' has {len(crops)} faces: at least {FEWEST} are needed, some hundreds are good.")
    return crops


def _of_folder(folder: Path, image_size: int, quiet: bool) -> NDArray[np.uint8]:
    from fsanet.console import progress
    from fsanet.detectors.catalog import create_sized_detector
    from fsanet.image.face_crop import DETECTOR_MARGIN, crop_turned

    files = pictures_in(folder, "**/*")
    if not files:
        raise InputError(f"'{folder}' holds no picture: name a folder with some, or an npz of crops.")
    detector = create_sized_detector("auto", None)
    crops = []
    for file in progress(files, unit="picture", label="finding faces", quiet=quiet):
        image = read_image(file)
        crops += [
            crop_turned(image, face.box_xyxy, 0.0, DETECTOR_MARGIN, image_size) for face in detector.detect(image)
        ]
    if not crops:
        raise InputError(f"No face is found in the {len(files)} pictures of '{folder}' by {detector.name}.")
    return np.stack(crops)
