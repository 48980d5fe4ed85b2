"""300W-LP and AFLW2000: an image and a .mat with its pose and landmarks per face ("type 1" in the original).

Pose: `Pose_Para` holds pitch, yaw and roll in radians first. Crop: the box around the positive landmarks of `pt2d`,
widened by 0.6 of its sides (Yang et al., CVPR 2019, and the preprocessing published with it).
"""

import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fsanet.datasets.protocols import FLIPPED
from fsanet.errors import InputError
from fsanet.files import visible
from fsanet.image.face_crop import (
    INPUT_SIZE,
    LANDMARK_MARGIN,
    box_in_crop,
    crop_face,
    landmark_box,
    points_in_crop,
)
from fsanet.image.kinds import IMAGE_SUFFIXES
from fsanet.readers.mat_file import read_matrices
from fsanet.readers.set_builder import RawItem, Sample, SetRecipe, Unusable, read_raw_image

_RERENDERED = re.compile(r"_\d+$")  # AFW_1051618982_1_0 and ..._1_12 are one face, turned to other poses


class Label(NamedTuple):
    """What a .mat file says of a face.

    Attributes:
        pose_deg: (3,) yaw, pitch, roll.
        landmarks_xy: (2, K) pixels, as `landmark_box` takes them.
        points_xy: (68, 2) all landmarks in pixels, hidden ones too; NaN where the file has no 68.
    """

    pose_deg: NDArray[np.float64]
    landmarks_xy: NDArray[np.float64]
    points_xy: NDArray[np.float64]


def type1_recipe(
    folder: Path, path: Path, *, margin: float = LANDMARK_MARGIN, img_size: int = INPUT_SIZE, rerendered: bool = True
) -> SetRecipe:
    """How to make the npz of one folder of images and .mat files.

    Args:
        folder: e.g. `300W_LP/AFW_Flip` or `AFLW2000`.
        path: the npz.
        margin: share of the landmark box added on each side.
        img_size: side of the crops in pixels.
        rerendered: whether the folder is of 300W-LP, where names that differ in their last number show one face.

    Raises:
        FileNotFoundError: when there is no such folder.
        ValueError: when it has neither images nor .mat files.
    """
    settings = {
        "set": folder.name,
        "crop": "landmark box, far edges excluded",
        "margin": margin,
        "angles": "yaw, pitch, roll in degrees, R = Rx(pitch) Ry(yaw) Rz(roll)",
        "source": "image before flips and renderings" if rerendered else "image",
    }
    read = partial(read_type1, margin=margin, img_size=img_size, rerendered=rerendered)
    return SetRecipe(path, list_type1(folder), read, settings, img_size)


def list_type1(folder: Path) -> list[RawItem]:
    """Images of a folder with their .mat files; an image or a .mat without its partner is listed too."""
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder '{folder}': give one with images and their .mat files.")
    files = visible(folder.iterdir())  # by file name, which is the order of the original's sets
    images = [file for file in files if file.suffix.lower() in IMAGE_SUFFIXES]
    labels = {file.stem: file for file in files if file.suffix.lower() == ".mat"}
    if not images and not labels:
        raise InputError(f"'{folder}' holds no image and no .mat file: give the folder that they lie in.")
    pairs = [(image, labels.get(image.stem, image.with_suffix(".mat"))) for image in images]
    alone = labels.keys() - {image.stem for image in images}
    pairs += [(labels[stem].with_suffix(".jpg"), labels[stem]) for stem in sorted(alone)]
    return [RawItem(f"{folder.name}/{image.stem}", (image, mat)) for image, mat in pairs]


def read_type1(item: RawItem, *, margin: float, img_size: int, rerendered: bool) -> Sample:
    """Read one face.

    Raises:
        Unusable: with the reason.
    """
    image_path, mat_path = both_files(item)
    label = read_label(mat_path)
    box = landmark_box(label.landmarks_xy)
    if box is None:
        raise Unusable("empty box", "no landmark is greater than zero")
    image = read_raw_image(image_path)
    try:
        crop = crop_face(image, box, margin, img_size)
    except InputError as error:
        raise Unusable("empty box", str(error)) from None
    frame = margin, image.shape[1::-1], img_size
    extras = {"box_xyxy": box_in_crop(box, *frame), "points_xy": points_in_crop(label.points_xy, box, *frame)}
    return Sample(crop, label.pose_deg, source_of(item.name) if rerendered else item.name, extras)


def both_files(item: RawItem) -> tuple[Path, Path]:
    """The image and the .mat file of an item of `list_type1`.

    Raises:
        Unusable: when one is missing.
    """
    image_path, mat_path = item.files
    if not image_path.is_file():
        raise Unusable("missing image", f"'{mat_path.name}' has no image beside it")
    if not mat_path.is_file():
        raise Unusable("missing mat", f"'{image_path.name}' has no .mat beside it")
    return image_path, mat_path


def read_mat(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pose and landmarks of a label file.

    Returns:
        (3,) yaw, pitch, roll in degrees and (2, K) landmarks in pixels.

    Raises:
        FileNotFoundError: when there is none.
        Unusable: when the file cannot be read, is damaged, lacks a key, or holds NaN or infinite numbers.
    """
    return _pose_and_landmarks(_content(path), path.name)


def read_label(path: Path) -> Label:
    """All that is used of a label file.

    Raises:
        Unusable, FileNotFoundError: as `read_mat`.
    """
    content = _content(path)
    return Label(*_pose_and_landmarks(content, path.name), _all_points(content))


def read_points(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pose and all landmarks of a label file, hidden ones too.

    Returns:
        (3,) yaw, pitch, roll in degrees and (68, 3) pixels, x right, y down, z towards the camera; NaN where the file
        has no 68 landmarks in three dimensions.

    Raises:
        Unusable: as `read_mat`.
    """
    content = _content(path)
    points = content.get("pt3d_68", np.empty(0))
    known = points.T.astype(np.float64) if points.shape == (3, 68) else np.full((68, 3), np.nan)
    return _pose_and_landmarks(content, path.name)[0], known


def _content(path: Path) -> dict[str, NDArray]:
    try:
        return read_matrices(path)
    except FileNotFoundError:
        raise
    except (InputError, OSError) as error:
        raise Unusable("broken mat", f"{path.name}: {error}") from None


def _pose_and_landmarks(content: dict[str, NDArray], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    for key in ("Pose_Para", "pt2d"):
        if key not in content:
            raise Unusable("missing key", f"{name} has no '{key}'")
    pose, landmarks = content["Pose_Para"], content["pt2d"]
    if pose.size < 3 or landmarks.ndim != 2 or len(landmarks) != 2 or landmarks.size == 0:
        raise Unusable("broken mat", f"{name}: Pose_Para is {pose.shape} and pt2d {landmarks.shape}")
    pitch, yaw, roll = np.rad2deg(pose.ravel()[:3].astype(np.float64))
    if not np.isfinite([pitch, yaw, roll]).all():
        raise Unusable("NaN label", f"{name}: Pose_Para begins {pose.ravel()[:3]}")
    if not np.isfinite(landmarks).all():
        raise Unusable("NaN label", f"{name}: pt2d holds NaN or infinite coordinates")
    return np.array([yaw, pitch, roll]), landmarks.astype(np.float64)


def _all_points(content: dict[str, NDArray]) -> NDArray[np.float64]:
    """The 68 landmarks (68, 2) in pixels, hidden ones too, of whichever key has them whole; NaN where none has.

    AFLW2000 has them in `pt3d_68`, 300W-LP in `pt2d`.
    """
    for key, sides in (("pt3d_68", 3), ("pt2d", 2)):
        points = content.get(key, np.empty(0))
        if points.shape == (sides, 68) and np.isfinite(points).all():
            return points[:2].T.astype(np.float64)
    return np.full((68, 2), np.nan)


def source_of(name: str) -> str:
    """The image that a face of 300W-LP was rendered or flipped from: AFW_Flip/AFW_1_1_12 -> AFW/AFW_1_1."""
    subset, stem = name.split("/")
    return f"{subset.removesuffix(FLIPPED)}/{_RERENDERED.sub('', stem.removesuffix(FLIPPED)).removesuffix(FLIPPED)}"
