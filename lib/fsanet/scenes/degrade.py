"""From a composed picture to a photograph of it: blur, low resolution, colour, noise, compression."""

import cv2
import numpy as np
from numpy.typing import NDArray


def degrade(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A photograph (H, W, 3) uint8 BGR of a picture.

    Args:
        image: (H, W, 3) BGR 0..255.
        rng: how bad a photograph.
    """
    image = _blurred(image, rng)
    image = _toned(image, rng)
    if rng.random() < 0.6:
        grain = rng.standard_normal(image.shape[:2] if rng.random() < 0.5 else image.shape, dtype=np.float32)
        image = image + rng.uniform(0, 10) * (grain[..., None] if grain.ndim == 2 else grain)
    photo = np.clip(image + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))])
        photo = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return photo


def _blurred(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.8))
    if rng.random() < 0.2:  # taken small, shown large
        height, width = image.shape[:2]
        share = rng.uniform(0.3, 0.9)
        small = cv2.resize(image, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.15:  # a telephone's sharpening
        image = image + rng.uniform(0.3, 1.2) * (image - cv2.GaussianBlur(image, (0, 0), 1.0))
    return image


def _toned(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    cast = rng.normal(1, 0.05, 3).astype(np.float32)
    if rng.random() < 0.1:
        image = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
        cast = cast.mean(keepdims=True)
    contrast, shift = rng.uniform(0.65, 1.3), rng.uniform(-35, 35)
    return image * np.float32(contrast * cast) + np.float32(shift + 120 * (1 - contrast))
