"""Crops of rendered photographs with their labels, as networks are trained on them; see `frame`."""

from dataclasses import dataclass

import numpy as np

from fsanet.image.face_crop import INPUT_SIZE, LANDMARK_MARGIN, crop_face, points_in_crop
from fsanet.rendering.frame import RenderSettings, random_of, render_frame
from fsanet.rendering.tags import tags_of

_KINDS = ("style", "background", "headwear", "occluder", "eyewear", "mask", "mask_worn", "light")


def jittered_box(box_xyxy: np.ndarray, rng: np.random.Generator, jitter: float) -> np.ndarray:
    """A box (4,) shifted and scaled by shares of its size with this standard deviation."""
    x1, y1, x2, y2 = box_xyxy
    if jitter > 0:
        shift = np.clip(rng.normal(0, jitter, 2), -2 * jitter, 2 * jitter) * (x2 - x1, y2 - y1)
        half = np.array([x2 - x1, y2 - y1]) / 2 * np.exp(np.clip(rng.normal(0, jitter, 2), -2 * jitter, 2 * jitter))
        middle = np.array([x1 + x2, y1 + y2]) / 2 + shift
        return np.concatenate([middle - half, middle + half])
    return box_xyxy


@dataclass(frozen=True)
class Samples:
    """Crops with their labels.

    Attributes:
        image: (N, 64, 64, 3) uint8 BGR.
        pose: (N, 3) float64 yaw, pitch, roll in degrees.
        source: N names, equal for pictures of one person.
        kinds: further arrays by name: `masked` (N,) bool, the kinds of `Frame` (N,), which tags hold (`tags`, (N,) bool
            each), and the landmarks `points_xy` (N, 68, 2) in pixels of the crop.
    """

    image: np.ndarray
    pose: np.ndarray
    source: list[str]
    kinds: dict[str, np.ndarray]


def render_samples(seed: int, indices: list[int] | range, settings: RenderSettings) -> Samples:
    """Render samples of a set, in this process.

    Args:
        seed: of the whole set.
        indices: of the samples; any order, each is what it always is.
        settings: what is rendered.
    """
    images, frames, points = [], [], []
    for index in indices:
        frame = render_frame(seed, index, settings)
        box = jittered_box(frame.box_xyxy, random_of(seed, settings.split, 2, index), settings.jitter)
        images.append(crop_face(frame.image_bgr, box, LANDMARK_MARGIN))
        size = frame.image_bgr.shape[1::-1]
        points.append(points_in_crop(frame.landmarks_xy - 0.5, box, LANDMARK_MARGIN, size))
        frames.append(frame)
    kinds: dict[str, np.ndarray] = {
        name: np.array([getattr(frame, name) for frame in frames], np.str_) for name in _KINDS
    }
    kinds |= tags_of(kinds)
    kinds["masked"] = np.array([frame.masked for frame in frames], bool)
    kinds["points_xy"] = np.array(points, np.float32).reshape(-1, 68, 2)
    image = np.stack(images) if images else np.zeros((0, INPUT_SIZE, INPUT_SIZE, 3), np.uint8)
    pose = np.array([frame.pose for frame in frames]).reshape(-1, 3)
    return Samples(image, pose, [frame.source for frame in frames], kinds)
