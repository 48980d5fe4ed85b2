"""MediaPipe's Face Mesh on a video, whose face it follows, timed.

    python video_peer_script.py VIDEO OUT.json

It runs in the environment of `fsanet.mediapipe_environment`, which has MediaPipe but not this project: so it imports
nothing of it.
"""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np


def main(argv: list[str]) -> int:
    """Write seconds, wall and CPU, from opening the file to its last frame, and the number of frames with a face."""
    import mediapipe  # here, so that importing this file does nothing

    mesher = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=False, max_num_faces=1, refine_landmarks=True)
    mesher.process(np.zeros((480, 640, 3), np.uint8))  # the first call sets up
    started, cpu_started, found = time.perf_counter(), time.process_time(), 0
    video = cv2.VideoCapture(argv[0])
    while (read := video.read())[0]:
        found += bool(mesher.process(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB)).multi_face_landmarks)
    taken = time.perf_counter() - started, time.process_time() - cpu_started, found
    Path(argv[1]).write_text(json.dumps(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
