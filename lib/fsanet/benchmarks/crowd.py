"""How many faces detectors find in crowds: mosaics of photographs, shrunk until each face has some height.

    python -m fsanet.benchmarks.crowd FOLDER [--detector scout yunet] [--heights 12 16 24] [--quality 85]

FOLDER holds photographs of one face each, with the .mat files of 300W-LP or AFLW2000 beside them; those without all 68
landmarks are passed over. A face counts as found where a box around its middle is no more than three times as high as
it; what else is found is counted beside. The mosaics have 1280x960 pixels, each photograph up to three times, some
mirrored, and are kept as JPEG once, as photographs are.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.console import run_command
from fsanet.detectors.catalog import DETECTORS, create_detector
from fsanet.detectors.detection import Detection
from fsanet.detectors.working_image import shrunk
from fsanet.errors import InputError
from fsanet.image.boxes import holds
from fsanet.options import positive
from fsanet.readers.labelled_photographs import labelled_photographs

HEIGHTS_PX = (10, 12, 14, 16, 20, 24, 32, 48)
_WIDTH, _HEIGHT, _GREY = 1280, 960, 100
_TIMES, _MOSAICS = 3, 2
_ABOVE = 1.25  # height of a face, with its forehead, in heights of its landmarks
_MOST_HEIGHTS = 3  # of a box around a face


class Mosaic(NamedTuple):
    """A picture of many faces of about one height.

    Attributes:
        image_bgr: (960, 1280, 3) uint8.
        middles_xy: (F, 2) pixels.
    """

    image_bgr: NDArray[np.uint8]
    middles_xy: NDArray[np.float64]


@run_command
def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    args = _parser().parse_args(argv)
    if args.quality > 100:
        raise InputError(f"--quality lies in 1..100; got {args.quality}.")
    read = labelled_photographs(args.folder, limit_deg=None, with_points=True)
    photographs = [(one.image_bgr, one.points_xy.T) for one in read]
    detectors = {name: create_detector(name) for name in args.detector}
    print(f"{len(photographs)} photographs of {args.folder}: faces found, and other boxes")
    print("height   faces  " + "".join(f"{name:>16}" for name in detectors))
    for height in args.heights:
        mosaics = [mosaic(photographs, height, seed, args.quality) for seed in range(_MOSAICS)]
        counts = (
            count([detector.detect(one.image_bgr) for one in mosaics], mosaics, height)
            for detector in detectors.values()
        )
        faces = sum(len(one.middles_xy) for one in mosaics)
        print(f"{height:>3} px  {faces:>6}  " + "".join(f"{f'{found} +{others}':>16}" for found, others in counts))


def mosaic(photographs: Sequence[tuple[NDArray, NDArray]], height_px: float, seed: int, quality: int) -> Mosaic:
    """Photographs side by side, row by row, as many as there is room for.

    Args:
        photographs: (h, w, 3) uint8 BGR and (2, 68) landmarks of each.
        height_px: of the faces; photographs in which they are smaller are left out.
        seed: which ones are mirrored.
        quality: of the JPEG, 1..100.
    """
    canvas, middles = np.full((_HEIGHT, _WIDTH, 3), _GREY, np.uint8), []
    left = top = row = 0
    for tile, middle in _tiles(photographs, height_px, np.random.default_rng(seed)):
        height, width = tile.shape[:2]
        if left + width > _WIDTH:
            left, top, row = 0, top + row, 0
        if top + height > _HEIGHT or width > _WIDTH:
            break
        canvas[top : top + height, left : left + width] = tile
        middles.append(middle + [left, top])
        left, row = left + width, max(row, height)
    _, kept = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return Mosaic(cv2.imdecode(kept, cv2.IMREAD_COLOR), np.array(middles).reshape(-1, 2))


def _tiles(
    photographs: Sequence[tuple[NDArray, NDArray]], height_px: float, rng: np.random.Generator
) -> Iterator[tuple[NDArray, NDArray]]:
    for _ in range(_TIMES):
        for image, landmarks in photographs:
            scale = height_px / (_ABOVE * np.ptp(landmarks[1]))
            if scale >= 1:
                continue
            size = max(1, round(scale * image.shape[1])), max(1, round(scale * image.shape[0]))
            tile, middle = shrunk(image, size), scale * landmarks.mean(axis=1)
            is_mirrored = rng.random() < 0.5
            yield (tile[:, ::-1], np.array([size[0] - middle[0], middle[1]])) if is_mirrored else (tile, middle)


def count(detections: Sequence[Sequence[Detection]], mosaics: Sequence[Mosaic], height_px: float) -> tuple[int, int]:
    """How many faces are found, each by a box of its own, and how many boxes are left over."""
    found = others = 0
    for boxes, (_, middles) in zip(detections, mosaics, strict=True):
        left = [box.box_xyxy for box in boxes]
        for middle in middles:
            around = (b for b in left if holds(b, middle) and b[3] - b[1] < _MOST_HEIGHTS * height_px)
            taken = next(around, None)
            if taken is not None:
                left.remove(taken)
                found += 1
        others += len(left)
    return found, others


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fsanet.benchmarks.crowd",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="photographs with .mat files")
    parser.add_argument(
        "--detector", nargs="+", choices=DETECTORS, default=["scout", "yunet"], help="(default: scout yunet)"
    )
    parser.add_argument("--heights", type=positive, nargs="+", default=HEIGHTS_PX, metavar="PX", help="of the faces")
    parser.add_argument("--quality", type=positive, default=85, help="of the JPEG (default: %(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
