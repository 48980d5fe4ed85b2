"""MediaPipe's Face Mesh on whole pictures, timed.

    python peer_script.py LIST.txt OUT.npz ROUNDS

LIST.txt names pictures, with a NUL between them. It runs in the environment of
`fsanet.mediapipe_environment`, which has MediaPipe but not this project: so it imports nothing of it.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np

POINTS = 478


def picture_of(name: str) -> np.ndarray:
    """A picture (h, w, 3) RGB. OpenCV itself takes no name that is no UTF-8."""
    return cv2.cvtColor(cv2.imdecode(np.fromfile(name, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def main(argv: list[str]) -> int:
    """Write points (N, 478, 3) in pixels, z to the camera, NaN without a face; seconds, wall and CPU (ROUNDS, N)."""
    import mediapipe  # here, so that importing this file does nothing

    names, rounds = Path(argv[0]).read_bytes().decode("utf-8", "surrogateescape").split("\0"), int(argv[2])
    images = [picture_of(name) for name in names]
    mesher = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=True)
    points = np.full((len(images), POINTS, 3), np.nan)
    seconds, cpu_seconds = np.zeros((2, rounds, len(images)))
    mesher.process(images[0])  # the first call sets up
    for number in range(rounds):
        for i, image in enumerate(images):
            started, cpu_started = time.perf_counter(), time.process_time()
            found = mesher.process(image).multi_face_landmarks
            seconds[number, i] = time.perf_counter() - started
            cpu_seconds[number, i] = time.process_time() - cpu_started
            if found:
                width = image.shape[1]
                size = np.array([width, image.shape[0], -width])
                points[i] = np.array([(p.x, p.y, p.z) for p in found[0].landmark]) * size
    np.savez(argv[1], points=points, seconds=seconds, cpu_seconds=cpu_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
