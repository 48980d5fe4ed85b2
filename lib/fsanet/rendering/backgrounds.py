"""Backgrounds of our own making that look like what a camera sees behind people, out of focus or not."""

from collections.abc import Callable

import cv2
import numpy as np

from fsanet.rendering.look import linear

Painter = Callable[[np.random.Generator, int, int], np.ndarray]
_SHIFT = 4  # fractional bits of OpenCV's drawing coordinates


def _colour(rng: np.random.Generator, vivid: float = 0.5) -> np.ndarray:
    """An sRGB colour 0..1, mostly muted."""
    grey, hue = rng.random() * np.ones(3), rng.random(3)
    return grey + (hue - grey) * rng.random() * vivid


def _canvas(rng, height, width, colour=None) -> np.ndarray:
    return np.ascontiguousarray(
        np.broadcast_to(_colour(rng) if colour is None else colour, (height, width, 3)), np.float32
    )


def _clouds(rng, height, width, power: float) -> np.ndarray:
    """Noise (H, W) of unit deviation whose amplitude falls with frequency as f^-power."""
    side = max(height, width)
    fy, fx = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    spectrum = np.fft.rfft2(rng.standard_normal((side, side))) / np.maximum(np.hypot(fy, fx), 1 / side) ** power
    field = np.fft.irfft2(spectrum, s=(side, side))[:height, :width]
    return ((field - field.mean()) / (field.std() + 1e-9)).astype(np.float32)


def _slope(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A ramp (H, W, 1) from 0 to 1 in a drawn direction."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    t = np.cos(angle) * x / width + np.sin(angle) * y / height
    return ((t - t.min()) / (np.ptp(t) + 1e-9))[..., None]


def _disc(image, x, y, radius, colour) -> None:
    at = tuple(int(v * 2**_SHIFT) for v in (x, y))
    cv2.circle(image, at, int(max(radius, 0.5) * 2**_SHIFT), tuple(map(float, colour)), -1, cv2.LINE_AA, _SHIFT)


def _polygon(image, points, colour) -> None:
    at = np.round(np.asarray(points) * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(image, [at.reshape(-1, 1, 2)], tuple(map(float, colour)), cv2.LINE_AA, _SHIFT)


def _box(image, x1, y1, x2, y2, colour, slant: float = 0.0) -> None:
    _polygon(image, [(x1, y1), (x2, y1 + slant * (x2 - x1)), (x2, y2 + slant * (x2 - x1)), (x1, y2)], colour)


def studio(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A plain backdrop with the falloff of a lamp."""
    a = _colour(rng, 0.4)
    b = a * rng.uniform(0.3, 1.0)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot((x - rng.uniform(0, width)) / width, (y - rng.uniform(0, height)) / height)
    t = np.clip(far * rng.uniform(0.5, 1.5), 0, 1)[..., None]
    return a * (1 - t) + b * t + 0.01 * _clouds(rng, height, width, 1.0)[..., None]


def wall(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Plaster, stone or carpet: one colour with the mottle of a surface."""
    mottle = _clouds(rng, height, width, rng.uniform(0.6, 1.8))[..., None]
    tint = 1 + rng.normal(0, 0.15, 3)
    return _colour(rng) + rng.uniform(0.02, 0.12) * mottle * tint + rng.uniform(-0.2, 0.2) * _slope(rng, height, width)


def room(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Walls, a window or door, shelves and pictures, lamps."""
    image = _canvas(rng, height, width)
    corner = rng.uniform(-0.3, 1.3) * width
    _box(image, corner, -height, 3 * width, 2 * height, _colour(rng, 0.3))
    if rng.random() < 0.5:
        floor = rng.uniform(0.6, 1.1) * height
        _box(image, -width, floor, 3 * width, 3 * height, _colour(rng), rng.uniform(-0.15, 0.15))
    for _ in range(rng.integers(3, 12)):
        x, y = rng.uniform(-0.2, 1) * width, rng.uniform(-0.2, 1) * height
        w, h = rng.uniform(0.05, 0.6) * width, rng.uniform(0.05, 0.8) * height
        frame, slant = _colour(rng), rng.uniform(-0.1, 0.1)
        _box(image, x, y, x + w, y + h, frame, slant)
        inset = rng.uniform(0.05, 0.2) * min(w, h)
        bright = rng.uniform(0.8, 1.0, 3) if rng.random() < 0.25 else _colour(rng)
        _box(image, x + inset, y + inset, x + w - inset, y + h - inset, bright, slant)
    for _ in range(rng.integers(0, 4)):
        _disc(
            image,
            rng.uniform(0, width),
            rng.uniform(0, height),
            rng.uniform(0.02, 0.08) * width,
            rng.uniform(0.85, 1.0, 3),
        )
    return image


def shelves(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Rows of books or goods."""
    image = _canvas(rng, height, width)
    row = rng.uniform(0.15, 0.4) * height
    y = -rng.uniform(0, row)
    palette = [_colour(rng, 0.9) for _ in range(8)]
    while y < height:
        x = 0.0
        while x < width:
            w = rng.uniform(0.02, 0.09) * width
            tall = rng.uniform(0.5, 0.9) * row
            _box(
                image, x, y + row - tall, x + w * 0.95, y + row * 0.95, palette[rng.integers(8)] * rng.uniform(0.7, 1.1)
            )
            x += w
        y += row
    return image


def foliage(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Leaves and light between them."""
    green = np.array([rng.uniform(0.1, 0.45), rng.uniform(0.25, 0.6), rng.uniform(0.05, 0.3)])
    image = _canvas(rng, height, width, green * rng.uniform(0.3, 0.8))
    image += 0.12 * _clouds(rng, height, width, 1.6)[..., None] * green
    for _ in range(rng.integers(60, 220)):
        x, y, r = (rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.01, 0.05) * width)
        angle, thin = rng.uniform(0, np.pi), rng.uniform(0.3, 0.7)
        c, s = np.cos(angle), np.sin(angle)
        around = np.linspace(0, 2 * np.pi, 7)[:-1]
        leaf = np.stack(
            [
                x + r * (c * np.cos(around) - thin * s * np.sin(around)),
                y + r * (s * np.cos(around) + thin * c * np.sin(around)),
            ],
            1,
        )
        bright = rng.uniform(0.2, 1.5) if rng.random() < 0.92 else 2.5
        _polygon(image, leaf, np.clip(green * bright + rng.normal(0, 0.03, 3), 0, 1))
    return image


def lights_at_night(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Out-of-focus lamps: bright discs over the dark."""
    image = _canvas(rng, height, width, _colour(rng) * rng.uniform(0.05, 0.5))
    for _ in range(rng.integers(10, 60)):
        disc = np.zeros_like(image)
        colour = np.clip(_colour(rng, 1.0) * 1.5, 0, 1)
        _disc(
            disc,
            rng.uniform(0, width),
            rng.uniform(0, height),
            rng.uniform(0.01, 0.09) * width,
            colour * rng.uniform(0.2, 0.9),
        )
        image += disc
    return image


def landscape(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Sky over hills, sea or ground."""
    top, low = (np.array([0.45, 0.6, 0.85]) * rng.uniform(0.6, 1.1), np.array([0.8, 0.85, 0.9]) * rng.uniform(0.7, 1.1))
    if rng.random() < 0.3:
        low = np.array([0.95, 0.6, 0.35]) * rng.uniform(0.7, 1.05)
    t = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    image = np.ascontiguousarray(np.broadcast_to(top * (1 - t) + low * t, (height, width, 3)), np.float32)
    image += rng.uniform(0, 0.12) * np.clip(_clouds(rng, height, width, 1.7), 0, None)[..., None]
    horizon = rng.uniform(0.2, 0.9) * height
    for _ in range(rng.integers(1, 5)):
        x = np.linspace(-0.05, 1.05, 24) * width
        ridge = horizon + np.cumsum(rng.normal(0, 0.02 * height, 24))
        _polygon(
            image,
            np.concatenate([np.stack([x, ridge], 1), [[2 * width, 3 * height], [-width, 3 * height]]]),
            _colour(rng, 0.5) * 0.8,
        )
        horizon += rng.uniform(0.03, 0.25) * height
    return image


def street(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """House fronts with rows of windows."""
    image = _canvas(rng, height, width, np.array([0.7, 0.75, 0.8]) * rng.uniform(0.5, 1.2))
    x = -rng.uniform(0, 0.3) * width
    while x < width:
        w, top = rng.uniform(0.2, 0.7) * width, rng.uniform(-0.3, 0.5) * height
        front, slant = _colour(rng, 0.5), rng.uniform(-0.2, 0.2)
        _box(image, x, top, x + w, 2 * height, front, slant)
        nx, step = rng.integers(2, 6), rng.uniform(0.1, 0.25) * height
        pane = _colour(rng, 0.3) * rng.uniform(0.2, 1.0)
        for i in range(nx):
            for j in range(int((height - top) / step) + 1):
                wx, wy = (x + (i + 0.25) * w / nx, top + (j + 0.25) * step + slant * (i + 0.25) * w / nx)
                _box(image, wx, wy, wx + 0.5 * w / nx, wy + 0.55 * step, pane * rng.uniform(0.7, 1.4), slant)
        x += w
    return image


def crowd(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Blurred people: heads, hair, shirts; never a readable face."""
    image = _canvas(rng, height, width)
    for _ in range(rng.integers(4, 16)):
        x, y, r = (rng.uniform(0, width), rng.uniform(0.1, 1.1) * height, rng.uniform(0.05, 0.16) * width)
        skin = np.array([0.95, 0.75, 0.62]) * rng.uniform(0.35, 1.0)
        _polygon(
            image,
            [
                (x - 2.2 * r, y + 6 * r),
                (x - 1.6 * r, y + 1.5 * r),
                (x + 1.6 * r, y + 1.5 * r),
                (x + 2.2 * r, y + 6 * r),
            ],
            _colour(rng, 0.9),
        )
        _disc(image, x, y, 1.1 * r, _colour(rng) * 0.3)
        _disc(image, x, y + 0.35 * r, 0.8 * r, skin)
    return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.015, 0.05) * width)


def pattern(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Stripes, tiles or bricks, seen at an angle."""
    angle, rate = rng.uniform(0, np.pi), rng.uniform(4, 25)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(height, width)
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    u = u * (1 + rng.uniform(-0.3, 0.3) * v) * rate
    kind = rng.integers(3)
    if kind == 0:
        on = np.sin(2 * np.pi * u) > rng.uniform(-0.6, 0.6)
    elif kind == 1:
        on = (np.mod(u, 1) > 0.08) & (np.mod(v * rate, 1) > 0.08)
    else:
        row = np.floor(v * rate * 1.5)
        on = (np.mod(u + 0.5 * np.mod(row, 2), 1) > 0.07) & (np.mod(v * rate * 1.5, 1) > 0.1)
    a, b = _colour(rng), _colour(rng)
    return np.where(on[..., None], a, b) + 0.04 * _clouds(rng, height, width, 1.0)[..., None]


def writing(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Posters and screens with lines of writing."""
    image = _canvas(rng, height, width)
    for _ in range(rng.integers(2, 7)):
        x, y = rng.uniform(-0.2, 0.9) * width, rng.uniform(-0.2, 0.9) * height
        w, h, slant = (rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height, rng.uniform(-0.15, 0.15))
        paper, ink = _colour(rng, 0.8), _colour(rng, 0.8)
        _box(image, x, y, x + w, y + h, paper, slant)
        size = rng.uniform(0.02, 0.08) * height
        for line in np.arange(size, h - size, 1.8 * size):
            at = x + size
            while at < x + w * rng.uniform(0.5, 0.95):
                word = rng.uniform(0.5, 4) * size
                _box(
                    image,
                    at,
                    y + line + slant * (at - x),
                    at + word,
                    y + line + 0.7 * size + slant * (at - x),
                    ink,
                    slant,
                )
                at += word + 0.5 * size
    return image


BACKGROUNDS: dict[str, Painter] = {
    painter.__name__: painter
    for painter in (studio, wall, room, shelves, foliage, lights_at_night, landscape, street, crowd, pattern, writing)
}
HELD_OUT_BACKGROUNDS = ("shelves", "street")  # seen in test sets only


def draw_background(rng: np.random.Generator, height: int, width: int, held_out: bool) -> tuple[str, np.ndarray]:
    """A background.

    Args:
        rng: randomness.
        height, width: pixels.
        held_out: a test picture: half of the time one of the kinds that training never shows.

    Returns:
        Its kind and (H, W, 3) float32 linear RGB.
    """
    if held_out and rng.random() < 0.5:
        kind = str(rng.choice(HELD_OUT_BACKGROUNDS))
    else:
        kind = str(rng.choice([name for name in BACKGROUNDS if name not in HELD_OUT_BACKGROUNDS]))
    image = np.asarray(BACKGROUNDS[kind](rng, height, width), np.float32)
    defocus = rng.choice([0.0, 0.006, 0.02, 0.05], p=[0.25, 0.25, 0.3, 0.2]) * max(height, width)
    if defocus > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), defocus)
    grey = image.mean(axis=2, keepdims=True)
    image = np.clip((grey + (image - grey) * rng.uniform(0.4, 1.1)) * rng.uniform(0.45, 1.1), 0, 1)
    return kind, linear(255 * image).astype(np.float32)
