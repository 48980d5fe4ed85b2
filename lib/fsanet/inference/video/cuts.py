"""Where one scene of a video ends and the next begins."""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 32  # pixels: what moves within a scene is blurred away
LEAST_CHANGE = 18.0  # of 255, mean over pixels and channels
TIMES_USUAL = 4.0
USUAL_FRAMES = 8


class CutDetector:
    """Tells frames that show another scene than the frame before.

    A cut is a change of the whole picture, much larger than the changes before it: a camera that is swung changes the
    picture in every frame. A scene that is faded over into the next one has no such frame.
    """

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None
        self._changes: deque[float] = deque(maxlen=USUAL_FRAMES)

    def is_cut(self, image_bgr: NDArray[np.uint8]) -> bool:
        """Whether a frame, (h, w, 3) uint8, begins another scene; call it with every frame in order."""
        step = max(1, min(image_bgr.shape[:2]) // (4 * SIDE))
        small = cv2.resize(image_bgr[::step, ::step], (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        last, self._last = self._last, small
        if last is None:
            return False
        change = float(np.abs(small - last).mean())
        usual = float(np.median(self._changes)) if self._changes else 0.0
        self._changes.append(change)
        return change >= max(LEAST_CHANGE, TIMES_USUAL * usual)
