"""Views into a panorama of light: what a camera sees in some direction."""

import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.errors import MissingPackageError

_FOV_DEG = (50.0, 100.0)
_PITCH_DEG = 18.0  # standard deviation
_BRIGHTEST = 64.0
_MIDDLE_GREY = 0.3  # that the middle brightness of a view is exposed to, linear


def read_panorama(exr: bytes) -> NDArray[np.float32]:
    """An equirectangular panorama (H, W, 3), linear RGB.

    Args:
        exr: content of an OpenEXR file.

    Raises:
        MissingPackageError: when the OpenEXR package is not installed; OpenCV cannot read this compression.
    """
    try:
        import OpenEXR
    except ImportError:
        raise MissingPackageError("Reading panoramas needs OpenEXR: pip install 'fsanet[scenes]'.") from None
    with tempfile.TemporaryDirectory() as folder:  # the package reads files only
        path = Path(folder) / "panorama.exr"
        path.write_bytes(exr)
        with OpenEXR.File(str(path)) as file:
            channels = file.channels()
            pixels = channels["RGB"].pixels if "RGB" in channels else _stacked(channels)
            return np.clip(np.array(pixels, np.float32), 0, _BRIGHTEST)  # lossy compression leaves some below 0


def _stacked(channels: dict) -> NDArray[np.float32]:
    return np.stack([channels[name].pixels for name in "RGB"], axis=-1)


def view(panorama: NDArray[np.float32], rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """A square picture (side, side, 3) BGR in a drawn direction, with a drawn field of view.

    Args:
        panorama: (H, W, 3) linear RGB.
        rng: randomness.
        side: pixels.
    """
    height, width = panorama.shape[:2]
    yaw, pitch = rng.uniform(-np.pi, np.pi), np.deg2rad(rng.normal(0, _PITCH_DEG))
    reach = np.tan(np.deg2rad(rng.uniform(*_FOV_DEG)) / 2)
    right, up = np.meshgrid(np.linspace(-reach, reach, side), np.linspace(reach, -reach, side))
    forward = np.cos(pitch) - up * np.sin(pitch)
    upward = np.sin(pitch) + up * np.cos(pitch)
    longitude = (np.arctan2(right, forward) + yaw) / (2 * np.pi)
    latitude = np.arctan2(upward, np.hypot(right, forward)) / np.pi
    x = (np.mod(longitude, 1.0) * (width - 1)).astype(np.float32)
    y = ((0.5 - latitude) * (height - 1)).astype(np.float32)
    seen = cv2.remap(panorama, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    exposed = seen * (_MIDDLE_GREY / max(float(np.median(seen)), 1e-3))
    tone = (exposed / (1 + 0.6 * exposed)) ** (1 / 2.2)  # highlights roll off
    return np.ascontiguousarray(np.clip(255 * tone[..., ::-1], 0, 255).astype(np.uint8))
