"""Photographs of linear light and of composed pictures: exposure, colours, blur, low resolution, noise, compression."""

import cv2
import numpy as np
from numpy.typing import NDArray


def _srgb(linear_rgb: np.ndarray) -> np.ndarray:
    c = np.clip(linear_rgb, 0, 1)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * np.power(c, 1 / 2.4) - 0.055)


def _expose(colour: np.ndarray, subject: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scale so that the subject gets a plausible brightness, darker skin darker, then roll off the highlights."""
    light = colour[subject].mean() if subject.any() else colour.mean()
    aim = np.clip(0.24 * (max(light, 1e-3) / 0.3) ** 0.4, 0.06, 0.4) * rng.uniform(0.7, 1.5)
    exposed = colour * (aim / max(light, 1e-3)) if rng.random() < 0.95 else colour * rng.uniform(0.7, 1.2)
    return np.where(exposed < 0.6, exposed, 0.6 + 0.4 * (1 - np.exp(-(np.clip(exposed, 0.6, None) - 0.6) / 0.4)))


def _grade(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """White balance, contrast, saturation, grey pictures, faded blacks."""
    cast = 1 + rng.normal(0, 0.04) * np.array([1, 0, -1]) + rng.normal(0, 0.02) * np.array([-1, 2, -1])
    image = image * cast
    contrast = rng.uniform(0.85, 1.3)
    image = (image - 0.45) * contrast + 0.45 + rng.normal(0, 0.04)
    grey = image @ np.array([0.299, 0.587, 0.114])
    saturation = 0.0 if rng.random() < 0.05 else rng.uniform(0.65, 1.2)
    return grey[..., None] + (image - grey[..., None]) * saturation


def _motion(rng: np.random.Generator, length: float) -> np.ndarray:
    """Kernel of a straight smear."""
    side = int(np.ceil(length)) | 1
    kernel = np.zeros((side, side), np.float32)
    angle = rng.uniform(0, np.pi)
    middle = side // 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    a, b = (tuple(np.round((middle + sign * reach) * 16).astype(int).tolist()) for sign in (-1, 1))
    cv2.line(kernel, a, b, 1.0, 1, cv2.LINE_AA, 4)
    return kernel / max(kernel.sum(), 1e-6)


def compressed(image: np.ndarray, quality: int) -> np.ndarray:
    """A picture (H, W, 3) uint8 as a JPEG of some quality, 0 to 100, has it."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def take_photo(
    colour: np.ndarray, subject: np.ndarray, rng: np.random.Generator, face_px: float, plain: bool = False
) -> np.ndarray:
    """Make a photograph of linear light.

    Args:
        colour: (H, W, 3) linear RGB.
        subject: (H, W) bool, what the exposure is made for.
        rng: randomness.
        face_px: side of the face in the picture; blur is told in shares of it.
        plain: stop after the exposure.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    exposed = _srgb(_expose(colour, subject, rng))
    if plain:
        return np.ascontiguousarray(np.clip(255 * exposed[..., ::-1] + 0.5, 0, 255).astype(np.uint8))
    image = _grade(exposed, rng).astype(np.float32)[..., ::-1]
    height, width = image.shape[:2]
    if rng.random() < 0.25:  # vignette
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        image = image * (1 - rng.uniform(0.05, 0.35) * (x * x + y * y))[..., None].astype(np.float32)
    blur = rng.choice([0.0, 0.006, 0.014, 0.026], p=[0.45, 0.3, 0.18, 0.07]) * face_px
    if blur > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    if rng.random() < 0.1:
        image = cv2.filter2D(image, -1, _motion(rng, rng.uniform(0.02, 0.1) * face_px))
    scale = 1.0
    if rng.random() < 0.2:  # a small face in a large picture, enlarged
        scale = max(rng.uniform(20, 60) / face_px, 0.08)
    if scale < 1:
        small = (max(int(width * scale), 8), max(int(height * scale), 8))
        image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.2:  # a telephone's sharpening
        image = image + rng.uniform(0.3, 1.0) * (image - cv2.GaussianBlur(image, (0, 0), 1.0))
    level = rng.uniform(0, 0.01) if rng.random() < 0.9 else rng.uniform(0.01, 0.035)
    grain = rng.standard_normal(image.shape).astype(np.float32)
    grain = grain * 0.6 + grain.mean(axis=2, keepdims=True)
    image = image + level * grain * (0.5 + np.sqrt(np.clip(image, 0, 1)))
    photo = np.clip(255 * image + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.75:
        photo = compressed(photo, int(rng.integers(45, 98)))
    if scale < 1:
        photo = cv2.resize(photo, (width, height), interpolation=rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    return photo


def photograph_picture(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A photograph (H, W, 3) uint8 BGR of a picture whose parts are photographs already.

    Args:
        image: (H, W, 3) BGR 0..255; stays as it is.
        rng: how bad a photograph.
    """
    image = _blurred(image, rng)
    image = _toned(image, rng)
    if rng.random() < 0.6:
        grain = rng.standard_normal(image.shape[:2] if rng.random() < 0.5 else image.shape, dtype=np.float32)
        image = image + rng.uniform(0, 10) * (grain[..., None] if grain.ndim == 2 else grain)
    photo = np.clip(image + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        photo = compressed(photo, int(rng.integers(30, 96)))
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
