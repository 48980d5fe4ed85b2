"""Pictures and clips to measure with, made from those of the demo."""

from itertools import cycle, islice
from pathlib import Path

import cv2

from fsanet.image.reading import read_image, write_image
from fsanet.inference.video.writer import writing_video
from fsanet.locations import checkout

CLIP_SIZE = (640, 480)
IMAGE_SIDE = 640


def demo_file(name: str) -> Path:
    """A picture or clip of the demo.

    Raises:
        FileNotFoundError: without a clone: they are not installed.
    """
    return checkout() / "demo" / "assets" / name


def write_clip(path: Path, frames: int) -> Path:
    """The demo's clip, one moving face, scaled to 640x480 and repeated to so many frames."""
    from fsanet.inference.video.reader import VideoReader  # needs PyAV

    reader = VideoReader(str(demo_file("clip.mp4")))
    images = [cv2.resize(frame.image_bgr, CLIP_SIZE) for frame in reader]
    with writing_video(path, reader.fps) as video:
        for image in islice(cycle(images), frames):
            video.write(image)
    return path


def write_images(folder: Path, count: int) -> Path:
    """So many JPEG files with a long side of 640 pixels: each picture of the demo under many names."""
    originals = sorted(demo_file("").glob("*.jpg"))
    folder.mkdir()
    pictures = []
    for file in originals:
        image = read_image(file)
        scale = IMAGE_SIDE / max(image.shape[:2])
        pictures.append(folder.with_name(f"{file.stem}.jpg"))
        write_image(pictures[-1], cv2.resize(image, None, fx=scale, fy=scale))
    for number, picture in zip(range(count), cycle(pictures), strict=False):
        (folder / f"{number:07d}.jpg").hardlink_to(picture)
    return folder
