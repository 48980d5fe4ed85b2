"""Where finding faces and reading poses ends: faces turned in the plane, and small ones.

    python -m fsanet.benchmarks.limits FOLDER [--detector yunet] [--any-angle] [--limit 50]

FOLDER holds portraits of one face each. Each portrait's own pose, read as it is, is the measure: a turned one should
give the same rotation turned along, a shrunk one the same rotation.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.folder_options import estimator_of, photographs_parser
from fsanet.console import progress, run_command
from fsanet.errors import InputError
from fsanet.image.reading import read_image
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.inference.face_estimator import Face
from fsanet.inference.sources import find_sources
from fsanet.pose.angles import Pose, rotate_in_plane
from fsanet.pose.errors import geodesic_errors

TURNS_DEG = tuple(range(0, 360, 30))
HEIGHTS_PX = (96, 64, 48, 32, 24, 20, 16, 12, 10, 8)
_CANVAS_WH = (640, 480)


@run_command
def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print both tables."""
    parser = photographs_parser(__doc__, "portraits of one face each", limit=50)
    parser.add_argument("--any-angle", action="store_true", help="search four ways")
    args = parser.parse_args(argv)
    estimator = estimator_of(args, args.any_angle)
    faces = portraits(estimator, args.folder, args.limit)
    print(f"{len(faces)} portraits of {args.folder}, by {estimator.name}")
    print("turn      found  median error  flagged")
    turned: list[tuple[float, bool] | None] = []
    for turn in progress(TURNS_DEG, unit="turn"):
        turned += (results := [_turned(estimator, image, face, turn) for image, face in faces])
        print(_line(f"{turn:>3} deg", results))
    print(_line("all    ", turned))
    print("height    found  median error  flagged")
    for height in progress(HEIGHTS_PX, unit="height"):
        print(_line(f"{height:>3} px ", [_shrunk(estimator, image, face, height) for image, face in faces]))


def portraits(estimator: HeadPoseEstimator, folder: Path, limit: int) -> list[tuple[NDArray[np.uint8], Face]]:
    """Portraits in which exactly one face is found, with that face.

    Raises:
        ValueError: where there is none.
    """
    found = []
    for source in find_sources([str(folder)]).sources:
        image = read_image(source.name)
        faces = estimator(image)
        if len(faces) == 1 and not faces[0].flags:
            found.append((image, faces[0]))
        if len(found) == limit:
            break
    if not found:
        raise InputError(f"No picture of one face in '{folder}': give a folder of portraits.")
    return found


def _turned(
    estimator: HeadPoseEstimator, image_bgr: NDArray[np.uint8], face: Face, turn_deg: float
) -> tuple[float, bool] | None:
    """Error in degrees and whether the face is flagged, after the picture is turned clockwise; None for no face."""
    height, width = image_bgr.shape[:2]
    side = round(np.hypot(height, width))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -turn_deg, 1.0)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    view = cv2.warpAffine(image_bgr, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    x1, y1, x2, y2 = face.box_xyxy
    center = matrix @ ((x1 + x2) / 2, (y1 + y2) / 2, 1)
    return _error(estimator(view), center, (y2 - y1) / 2, Pose(*rotate_in_plane(face.pose, turn_deg).tolist()))


def _shrunk(
    estimator: HeadPoseEstimator, image_bgr: NDArray[np.uint8], face: Face, height_px: float
) -> tuple[float, bool] | None:
    """The same, after the face is brought to a height and the picture is laid in the middle of a grey one."""
    scale = height_px / (face.box_xyxy[3] - face.box_xyxy[1])
    width, height = (max(1, round(scale * side)) for side in image_bgr.shape[1::-1])
    small = cv2.resize(image_bgr, (width, height), interpolation=cv2.INTER_AREA)[: _CANVAS_WH[1], : _CANVAS_WH[0]]
    canvas = np.full((_CANVAS_WH[1], _CANVAS_WH[0], 3), 110, np.uint8)
    left, top = (_CANVAS_WH[0] - small.shape[1]) // 2, (_CANVAS_WH[1] - small.shape[0]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    x1, y1, x2, y2 = (scale * value for value in face.box_xyxy)
    center = np.array([(x1 + x2) / 2 + left, (y1 + y2) / 2 + top])
    return _error(estimator(canvas), center, height_px / 2, face.pose)


def _error(faces: list[Face], center_xy: NDArray, near_px: float, pose: Pose) -> tuple[float, bool] | None:
    """Of the face whose centre lies nearest to where the face is; None where none lies near."""

    def distance(face: Face) -> float:
        x1, y1, x2, y2 = face.box_xyxy
        return float(np.hypot((x1 + x2) / 2 - center_xy[0], (y1 + y2) / 2 - center_xy[1]))

    best = min(faces, key=distance, default=None)
    if best is None or distance(best) > near_px:
        return None
    flagged = bool({"turned", "small"} & set(best.flags))
    return float(geodesic_errors([best.pose], [pose])[0]), flagged


def _line(name: str, results: Sequence[tuple[float, bool] | None]) -> str:
    found = [result for result in results if result is not None]
    if not found:
        return f"{name}  {0:>4} of {len(results)}"
    errors, flags = zip(*found, strict=True)
    return f"{name}  {len(found):>4} of {len(results)}  {np.median(errors):8.1f}  {100 * np.mean(flags):8.0f} %"


if __name__ == "__main__":
    raise SystemExit(main())
