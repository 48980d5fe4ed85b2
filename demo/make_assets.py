"""Make the group picture and the clip in `demo/assets/` from the two portraits there.

    python -m demo.make_assets

Every warp is known: `clip_turn_deg` is the roll that the clip adds to the portrait's own pose.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.console import run_command
from fsanet.image.reading import read_image, write_image
from fsanet.inference.video.writer import writing_video

ASSETS = Path(__file__).resolve().parent / "assets"
CLIP_FPS = 24
CLIP_FRAMES = 120
CLIP_SIZE = (480, 360)
_CENTERS = {"collins": (223, 130), "hopper": (258, 225)}  # of the faces, in pixels of the portraits
_FACE_HEIGHTS = {"collins": 130, "hopper": 200}


def clip_turn_deg(frame: int) -> float:
    """Clockwise turn of the picture in a frame of the clip, in degrees."""
    return 25.0 * float(np.sin(2 * np.pi * frame / 80))


def clip_frames() -> Iterator[NDArray[np.uint8]]:
    """The clip: Eileen Collins' portrait turned in the plane, drawn near and moved about."""
    portrait = read_image(ASSETS / "collins.jpg")
    for frame in range(CLIP_FRAMES):
        phase = 2 * np.pi * frame / CLIP_FRAMES
        center = (240 + 65 * np.sin(phase), 172 + 20 * np.sin(2 * phase))
        height = 112 - 38 * np.cos(phase)
        yield place(portrait, "collins", CLIP_SIZE, center, height, clip_turn_deg(frame))


def place(
    portrait: NDArray[np.uint8],
    who: str,
    size_wh: tuple[int, int],
    center_xy: tuple[float, float],
    face_height: float,
    turn_deg: float,
) -> NDArray[np.uint8]:
    """A picture of `size_wh` with a portrait's face at a place, of a height in pixels, turned clockwise.

    What lies beyond the portrait is its rim, drawn out and blurred.
    """
    scale = face_height / _FACE_HEIGHTS[who]
    matrix = cv2.getRotationMatrix2D(_CENTERS[who], -turn_deg, scale)  # OpenCV turns counter-clockwise
    matrix[:, 2] += np.subtract(center_xy, _CENTERS[who])
    turned = cv2.warpAffine(portrait, matrix, size_wh, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(np.full(portrait.shape[:2], 255, np.uint8), matrix, size_wh)[..., None] / 255.0
    return np.round(inside * turned + (1 - inside) * cv2.GaussianBlur(turned, (0, 0), 12)).astype(np.uint8)


def group_picture() -> NDArray[np.uint8]:
    """Six faces of two people in tiles: near and far, upright and turned, one of each pair mirrored."""
    tiles = [
        ("collins", 150, 0, False),
        ("hopper", 170, -15, False),
        ("collins", 100, 20, True),
        ("hopper", 90, 0, True),
        ("collins", 70, -25, False),
        ("hopper", 130, 12, True),
    ]
    made = []
    for who, height, turn, mirrored in tiles:
        tile = place(read_image(ASSETS / f"{who}.jpg"), who, (320, 320), (160, 150), height, turn)
        made.append(cv2.flip(tile, 1) if mirrored else tile)
    return np.vstack([np.hstack(made[:3]), np.hstack(made[3:])])


@run_command
def main(argv: list[str] | None = None) -> None:
    """Write both."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(argv)
    write_image(ASSETS / "group.jpg", group_picture())
    with writing_video(ASSETS / "clip.mp4", CLIP_FPS) as video:
        for frame in clip_frames():
            video.write(frame)
    print(f"Wrote group.jpg and clip.mp4 to {ASSETS}")


if __name__ == "__main__":
    sys.exit(main())
