"""Results as rows: one row a face, in CSV or JSON lines."""

import json
from collections.abc import Callable
from typing import NamedTuple

from fsanet.files import as_utf8, csv_line
from fsanet.inference.face_estimator import Face
from fsanet.pose.angles import Pose


class PoseRow(NamedTuple):
    """One face in one image or frame.

    Attributes:
        file: path of the image or video, the camera's number, or an address.
        frame: number of the frame, from 0; None for an image.
        time: its time in seconds from the start of the video; None for an image.
        face: number of the face: in an image in the detector's order, in a video the same as long as it is followed.
        x1, y1, x2, y2: face box in pixels.
        score: the detector's confidence, 0 to 1.
        yaw, pitch, roll: degrees.
        box: "detected"; "kept" or "held" where a video frame was looked at near the last box only (see
            `tracking.TrackedFace.origin`).
        azimuth, elevation: where the face looks, in degrees (see `fsanet.pose.angles.Facing`).
        qw, qx, qy, qz: the rotation as a unit quaternion (see `fsanet.pose.angles.Pose.quaternion`).
        turn: by how much the picture was turned clockwise to find the face: 0, 90, 180 or 270.
        flags: what speaks against trusting the row, words of `face_estimator.FLAGS` with a space between; mostly empty.
        yaw_error, pitch_error, roll_error: how far the angles of such a face are off in the mean, in degrees; None
            where the networks do not tell.
        mask: what covers the mouth: `none`, `worn` or `below nose`; None where the detector does not tell.
    """

    file: str
    frame: int | None
    time: float | None
    face: int
    x1: float
    y1: float
    x2: float
    y2: float
    score: float
    yaw: float
    pitch: float
    roll: float
    box: str
    azimuth: float
    elevation: float
    qw: float
    qx: float
    qy: float
    qz: float
    turn: int
    flags: str
    yaw_error: float | None
    pitch_error: float | None
    roll_error: float | None
    mask: str | None


DIGITS = {
    "time": 3,
    **dict.fromkeys(("x1", "y1", "x2", "y2"), 1),
    "score": 3,
    **dict.fromkeys(("yaw", "pitch", "roll", "azimuth", "elevation"), 2),
    **dict.fromkeys(("yaw_error", "pitch_error", "roll_error"), 1),
    **dict.fromkeys(("qw", "qx", "qy", "qz"), 5),
}


def make_row(
    file: str,
    number: int,
    face: Face,
    pose: Pose | None = None,
    frame: int | None = None,
    time_s: float | None = None,
    origin: str = "detected",
) -> PoseRow:
    """A row with its figures rounded to what they are worth.

    Args:
        file: name of the source.
        number: of the face.
        face: the face as estimated.
        pose: the pose as reported, where it is another one than that of `face`: smoothed, or relative to a neutral one.
        frame: number of the frame; None for an image.
        time_s: its time; None for an image.
        origin: how the box came about in a video.
    """
    pose = pose or face.pose
    named = (as_utf8(file), frame, time_s, number, *face.box_xyxy, face.score, *pose, origin)
    errors = face.expected_error or (None, None, None)
    derived = (*pose.facing, *pose.quaternion, face.upright_turn, " ".join(face.flags))
    row = PoseRow._make((*named, *derived, *errors, face.mask))
    rounded = {name: round(value, DIGITS[name]) for name in DIGITS if (value := getattr(row, name)) is not None}
    return row._replace(**rounded)


def csv_header() -> str:
    """First line of a CSV file of rows."""
    return ",".join(PoseRow._fields) + "\n"


def json_line(row: PoseRow) -> str:
    """A row as a line of JSON; None is null."""
    return json.dumps(row._asdict(), ensure_ascii=False) + "\n"


class RowFormat(NamedTuple):
    """How rows become text."""

    header: str
    line: Callable[[PoseRow], str]


FORMATS = {"csv": RowFormat(csv_header(), csv_line), "jsonl": RowFormat("", json_line)}
