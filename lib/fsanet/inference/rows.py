"""Results as rows: one row a face, in CSV or JSON lines."""

import csv
import io
import json
from collections.abc import Callable
from typing import NamedTuple

from fsanet.pose.angles import Pose


class PoseRow(NamedTuple):
    """One face in one image or frame.

    Attributes:
        file: path of the image or video, or the camera's number.
        frame: number of the frame, from 0; None for an image.
        time: its time in seconds; None for an image.
        face: number of the face: in an image in the detector's order, in a video the same as long as it is followed.
        x1, y1, x2, y2: face box in pixels.
        score: the detector's confidence, 0 to 1.
        yaw, pitch, roll: degrees.
        box: "detected"; "kept" or "held" where a video frame uses the last box (see `tracking.TrackedFace.origin`).
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
    box: str = "detected"


_DIGITS = {"time": 3, "x1": 1, "y1": 1, "x2": 1, "y2": 1, "score": 3, "yaw": 2, "pitch": 2, "roll": 2}


def make_row(
    file: str,
    face: int,
    box_xyxy: tuple[float, float, float, float],
    score: float,
    pose: Pose,
    frame: int | None = None,
    time_s: float | None = None,
    origin: str = "detected",
) -> PoseRow:
    """A row with its figures rounded to what they are worth."""
    row = PoseRow(file, frame, time_s, face, *box_xyxy, score, *pose, origin)
    rounded = {name: round(value, _DIGITS[name]) for name in _DIGITS if (value := getattr(row, name)) is not None}
    return row._replace(**rounded)


def csv_header() -> str:
    """First line of a CSV file of rows."""
    return ",".join(PoseRow._fields) + "\n"


def csv_line(row: PoseRow) -> str:
    """A row as a line of CSV; None is an empty field."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()


def json_line(row: PoseRow) -> str:
    """A row as a line of JSON; None is null."""
    return json.dumps(row._asdict(), ensure_ascii=False) + "\n"


class RowFormat(NamedTuple):
    """How rows become text."""

    header: str
    line: Callable[[PoseRow], str]


FORMATS = {"csv": RowFormat(csv_header(), csv_line), "jsonl": RowFormat("", json_line)}
