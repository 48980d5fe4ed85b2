"""MediaPipe's BlazeFace beside our detectors, for tables only: it runs in an environment and a process of its own.

MediaPipe is under Apache-2.0. Its six points have no corners of the mouth, so none are given. Conventions are medians
over 500 and 448 faces of `BoxConvention`; interquartile ranges 0.088, 0.097, 0.117, 0.059; 0.092, 0.122, 0.165, 0.054.
"""

import contextlib
import json
import subprocess
import tempfile
import threading
import weakref
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.detection import BoxConvention, Detection, checked_threshold, sorted_detections
from fsanet.detectors.working_image import require_bgr
from fsanet.mediapipe_environment import mediapipe_python

_SCRIPT = Path(__file__).with_name("blazeface_script.py")


class BlazeFace:
    """A `FaceDetector` by one of MediaPipe's two networks, at the size that MediaPipe searches at.

    Args:
        name: a key of `MODELS`.
        threshold: least score of a face, 0..1.

    Raises:
        ValueError: for a threshold that is none.
        OSError: when MediaPipe's environment cannot be made.
    """

    MODELS: ClassVar[dict[str, int]] = {"blazeface_short": 0, "blazeface_full": 1}  # faces within 2 metres, within 5
    CONVENTIONS: ClassVar[dict[str, BoxConvention]] = {
        "blazeface_short": BoxConvention((0.900, 1.184), (-0.018, -0.116)),
        "blazeface_full": BoxConvention((0.850, 1.134), (0.002, -0.066)),
    }

    def __init__(self, name: str, threshold: float = 0.5):
        settings = str(self.MODELS[name]), str(checked_threshold(threshold))
        self.name, self.convention = name, self.CONVENTIONS[name]
        self._lock = threading.Lock()  # a picture and its answer belong together
        command, pipe = [str(mediapipe_python()), str(_SCRIPT), *settings], subprocess.PIPE
        with contextlib.ExitStack() as stack:
            self._log = stack.enter_context(tempfile.TemporaryFile())
            self._process = stack.enter_context(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._log)  # ends with its input
            )
            weakref.finalize(self, stack.pop_all().close)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """See `FaceDetector.detect`.

        Raises:
            OSError: also when the other process has failed, with its last word.
        """
        require_bgr(image_bgr)
        with self._lock:
            answer = self._answer(image_bgr)
        if not answer:
            raise OSError(f"BlazeFace failed: {self._last_word()}")
        rows = (row for row in json.loads(answer) if row[2] > row[0] and row[3] > row[1])
        return sorted_detections(Detection(self.convention.to_common(row[:4]), row[4]) for row in rows)

    def _answer(self, image: NDArray[np.uint8]) -> bytes:
        """A line for a picture; nothing where the process has ended."""
        to_it, from_it = self._process.stdin, self._process.stdout
        assert to_it is not None
        assert from_it is not None
        try:
            to_it.write(b"%d %d\n" % image.shape[:2] + image.tobytes())
            to_it.flush()
        except BrokenPipeError:
            with contextlib.suppress(BrokenPipeError):
                to_it.close()  # with what it did not take
        return from_it.readline()

    def _last_word(self) -> str:
        self._process.wait()
        self._log.seek(0)
        return (self._log.read().decode(errors="replace").strip().splitlines() or ["no message"])[-1]
