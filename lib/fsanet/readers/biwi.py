"""The BIWI Kinect Head Pose Database: 24 videos in folders 01 to 24, `frame_XXXXX_rgb.png` with `frame_XXXXX_pose.txt`.

Three sets come of it: `BIWI_noTrack` (protocol 1), `BIWI_train` and `BIWI_test` (protocol 2, the split is a file).
Detection comes first (`face_boxes`), the protocols' rules next (`biwi_protocol`), then the crops. Labels are in the
camera's frame; where every video has its `rgb.cal` the set says from where each face is seen.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fsanet.datasets.pose_set import LINE_OF_SIGHT
from fsanet.errors import InputError
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE, crop_pixels
from fsanet.image.lens import Lens
from fsanet.readers.biwi_protocol import NO_TRACK, TRACKED, Tracking, biwi_angles, boxes_of_video, read_rotation
from fsanet.readers.face_boxes import FrameFaces
from fsanet.readers.set_builder import RawItem, Sample, SetRecipe, Unusable, read_raw_image

VIDEOS = tuple(f"{number:02d}" for number in range(1, 25))
SPLIT_FILE = Path(__file__).with_name("biwi_split.json")

_FRAME = re.compile(r"frame_(\d+)_(rgb\.png|pose\.txt)$")
_INNER_FOLDERS = (".", "hpdb", "kinect_head_pose_db/hpdb", "faces_0")  # as the archives of the set unpack


@dataclass(frozen=True)
class BiwiSplit:
    """Which videos are on which side, and who is in them."""

    train: tuple[str, ...]
    test: tuple[str, ...]
    person_of_video: Mapping[str, str]


@dataclass(frozen=True)
class BiwiSettings:
    """How the sets are made.

    Attributes:
        margin: share of the detector's box added on each side.
        img_size: side of the crops in pixels.
        euler_order: see `fsanet.readers.biwi_protocol.biwi_angles`.
        split: the sides of protocol 2; None for ours.
    """

    margin: float = DETECTOR_MARGIN
    img_size: int = INPUT_SIZE
    euler_order: str = "xyz"
    split: BiwiSplit | None = None


def find_videos(raw: Path) -> Path:
    """The folder that holds 01 to 24: `raw` or one that the archives make in it.

    Raises:
        FileNotFoundError: when there is no such folder, or none of 01 to 24 in it.
    """
    for inner in _INNER_FOLDERS:
        if any((raw / inner / video).is_dir() for video in VIDEOS):
            return raw / inner
    if not raw.is_dir():
        raise FileNotFoundError(f"No folder '{raw}'.")
    raise FileNotFoundError(f"'{raw}' holds none of the BIWI folders 01 to 24 (looked in {', '.join(_INNER_FOLDERS)}).")


def read_split(path: Path) -> BiwiSplit:
    """Read a split file.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it lacks a key, or when a video or a person is on both sides.
    """
    if not path.is_file():
        raise FileNotFoundError(f"No split file '{path}'.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        people = dict(content.get("person_of_video", {}))
        people = dict(zip(people, _texts("person_of_video", list(people.values())), strict=True))
        split = BiwiSplit(_texts("train", content["train"]), _texts("test", content["test"]), people)
        sides = [{split.person_of_video.get(video, video) for video in side} for side in (split.train, split.test)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"'{path}' is no split: JSON with the lists 'train' and 'test' is expected ({error})."
        ) from None
    if strangers := sorted({*split.train, *split.test} - set(VIDEOS)):
        raise InputError(f"'{path}' names {', '.join(strangers)}, which is no video of 01 to 24.")
    if both := sorted(sides[0] & sides[1]):
        raise InputError(f"'{path}' has {', '.join(both)} on both sides.")
    return split


def _texts(key: str, values: Any) -> tuple[str, ...]:
    """What a list of a split holds."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"'{key}' holds something else than texts such as \"01\"")
    return tuple(values)


def list_frames(folder: Path) -> list[RawItem]:
    """Images and pose files of all videos, paired by frame number; a frame with one of the two is listed as well.

    A video that is missing is listed as one item without files.
    """
    frames = []
    for video in VIDEOS:
        numbers = {match[1] for file in _files(folder / video) if (match := _FRAME.match(file.name))}
        frames += [
            RawItem(
                f"{video}/frame_{number}",
                (folder / video / f"frame_{number}_rgb.png", folder / video / f"frame_{number}_pose.txt"),
            )
            for number in sorted(numbers)
        ]
        if not numbers:
            frames.append(RawItem(video, ()))
    return frames


def biwi_recipe(
    name: str,
    path: Path,
    frames: Sequence[RawItem],
    faces: Mapping[str, FrameFaces],
    detector: Mapping[str, str],
    settings: BiwiSettings,
) -> SetRecipe:
    """How to make one of the three sets.

    Args:
        name: "BIWI_noTrack", "BIWI_train" or "BIWI_test".
        path: the npz.
        frames: from `list_frames`.
        faces: by frame name, what the detector found.
        detector: how they were found, for the record.
        settings: the rest.
    """
    split = settings.split or read_split(SPLIT_FILE)
    videos = {"BIWI_noTrack": VIDEOS, "BIWI_train": split.train, "BIWI_test": split.test}[name]
    tracking = NO_TRACK if name == "BIWI_noTrack" else TRACKED
    of_video = {video: [frame for frame in frames if frame.name[:2] == video] for video in videos}
    lenses = lenses_of(of_video)
    items = [
        item
        for video in videos
        for item in _with_boxes(of_video[video], faces, tracking, settings.margin, lenses.get(video))
    ]
    recorded = {
        "set": name,
        "crop": "detector box nearest to two thirds of the frame, far edges included",
        "margin": settings.margin,
        "detector": dict(detector),
        "min_score": tracking.min_score,
        "lost_or_jumping_box": "last box kept" if tracking.keep_last else "frame left out",
        "angles": "yaw, pitch, roll in degrees",
        "euler_order": settings.euler_order,
        "lines_of_sight": "by rgb.cal" if lenses else "not known",
        "videos": list(videos),
        "source": "person",
    }
    read = partial(
        read_biwi,
        img_size=settings.img_size,
        euler_order=settings.euler_order,
        person_of_video=dict(split.person_of_video),
    )
    return SetRecipe(path, items, read, recorded, settings.img_size)


def read_biwi(item: RawItem, *, img_size: int, euler_order: str, person_of_video: Mapping[str, str]) -> Sample:
    """Read one frame whose box is chosen.

    Raises:
        Unusable: with the reason.
    """
    box, *others = item.facts
    if box is None:
        raise Unusable(*others[:2], broken=others[2])
    [to_camera] = others
    image_path, pose_path = item.files
    angles = biwi_angles(read_rotation(pose_path), euler_order)
    image = read_raw_image(image_path)
    video = item.name[:2]
    extras = {} if to_camera is None else {LINE_OF_SIGHT: np.array(to_camera)}
    return Sample(crop_pixels(image, box, img_size), angles, f"BIWI/{person_of_video.get(video, video)}", extras)


def lenses_of(frames_of_video: Mapping[str, Sequence[RawItem]]) -> dict[str, Lens]:
    """The lens of each video by the `rgb.cal` beside its frames; empty unless all that have frames have one.

    Raises:
        ValueError: when a file is no calibration.
    """
    folders = {video: frames[0].files[0].parent for video, frames in frames_of_video.items() if frames[0].files}
    files = {video: folder / "rgb.cal" for video, folder in folders.items()}
    if not all(file.is_file() for file in files.values()):
        return {}
    return {video: Lens.of_calibration(file) for video, file in files.items()}


def _with_boxes(
    frames: Sequence[RawItem], faces: Mapping[str, FrameFaces], tracking: Tracking, margin: float, lens: Lens | None
) -> Iterator[RawItem]:
    """The frames of one video with the box to cut and its line of sight, or why they are left out, as their facts."""
    if not frames[0].files:
        yield RawItem(frames[0].name, (), (None, "missing folder", f"no frames in folder {frames[0].name}", True))
        return
    seen = [frame for frame in frames if frame.name in faces]
    boxes = boxes_of_video((faces[frame.name] for frame in seen), tracking, margin)
    chosen = dict(zip((frame.name for frame in seen), boxes, strict=True))
    for frame in frames:
        box = chosen.get(frame.name, Unusable("missing image", f"no '{frame.files[0].name}'"))
        if isinstance(box, Unusable):
            yield RawItem(frame.name, frame.files, (None, box.reason, box.detail, box.broken))
            continue
        size = faces[frame.name].width, faces[frame.name].height
        yield RawItem(frame.name, frame.files, (list(box), lens and lens.to_camera(box, size).tolist()))


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
