"""Find faces with MediaPipe's BlazeFace in pictures that come one after the other.

    python blazeface_script.py MODEL THRESHOLD

MODEL is 0 (faces within two metres) or 1 (within five). A picture comes on standard input as a line "HEIGHT WIDTH" and
its bytes, BGR; the answer on standard output is a line of JSON: x1, y1, x2, y2 in pixels and the score of each face. It
ends with its input. The script runs in the environment of `fsanet.mediapipe_environment`, which has MediaPipe
(Apache-2.0) but not this project: so it imports nothing of the project.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np


def pictures(stream: BinaryIO) -> Iterator[np.ndarray]:
    """Pictures (H, W, 3) uint8, BGR, as they come."""
    while line := stream.readline():
        height, width = map(int, line.split())
        yield np.frombuffer(stream.read(height * width * 3), np.uint8).reshape(height, width, 3)


def faces(found: Any, width: int, height: int) -> list[list[float]]:
    """What MediaPipe found, in pixels; boxes may reach beyond the picture."""
    rows = []
    for face in found.detections or []:
        box = face.location_data.relative_bounding_box
        x, y = box.xmin * width, box.ymin * height
        rows.append([x, y, x + box.width * width, y + box.height * height, face.score[0]])
    return rows


def main(argv: list[str]) -> int:
    """Answer until the input ends."""
    import mediapipe  # here, so that importing this file does nothing

    settings = {"model_selection": int(argv[0]), "min_detection_confidence": float(argv[1])}
    finder = mediapipe.solutions.face_detection.FaceDetection(**settings)
    for image_bgr in pictures(sys.stdin.buffer):
        height, width = image_bgr.shape[:2]
        found = finder.process(np.ascontiguousarray(image_bgr[..., ::-1]))
        print(json.dumps(faces(found, width, height)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
