"""Find the 478 points of MediaPipe's Face Mesh and a matte of the person in pictures.

    python face_mesh_script.py LIST.txt OUT.npz

LIST.txt names pictures, with a NUL between them. The script runs in the environment of
`fsanet.mediapipe_environment`, which has MediaPipe but not this project: so it imports nothing of it.
"""

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

TURNS_DEG = (0.0, 40.0, -40.0)  # in the plane: a mesh that is right says the same of a turned picture
POINTS = 478
MATTE_SIZE = 256  # of the network that cuts people out
_WORKING_SIDE = 512  # pixels: smaller pictures are enlarged, larger ones shrunk
_LEAST_CONFIDENCE = 0.3
_REPORT_EVERY = 100  # pictures


def turned(image: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """A picture turned anticlockwise about its middle at the working size, and the (2, 3) map that did it.

    The map is of coordinates from the picture's edge, as Face Mesh has them in shares of its sides.
    """
    height, width = image.shape[:2]
    scale = _WORKING_SIDE / max(height, width)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    matrix[:, 2] += _WORKING_SIDE / 2 - np.array([width, height]) / 2
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (_WORKING_SIDE, _WORKING_SIDE)
    of_middles = matrix.copy()  # to OpenCV the middle of the first pixel is 0
    of_middles[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    return cv2.warpAffine(image, of_middles, size, flags=how, borderMode=cv2.BORDER_REPLICATE), matrix


def picture_of(name: str) -> np.ndarray | None:
    """A picture (h, w, 3) RGB, upright; None for what is none. OpenCV itself takes no name that is no UTF-8."""
    content = np.fromfile(name, np.uint8)
    image = cv2.imdecode(content, cv2.IMREAD_COLOR) if len(content) else None
    return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def no_mesh() -> np.ndarray:
    """(T, 478, 3) NaN."""
    return np.full((len(TURNS_DEG), POINTS, 3), np.nan, np.float32)


def mesh_of(mesher: Any, image_rgb: np.ndarray) -> np.ndarray:
    """(T, 478, 3) points per turn in pixels of the picture, z towards the camera; NaN where no face was found."""
    out = no_mesh()
    for points, degrees in zip(out, TURNS_DEG, strict=True):
        picture, matrix = turned(image_rgb, degrees)
        found = mesher.process(picture).multi_face_landmarks
        if not found:
            continue
        raw = _WORKING_SIDE * np.array([(p.x, p.y, -p.z) for p in found[0].landmark])
        back = cv2.invertAffineTransform(matrix)
        points[:, :2] = raw[:, :2] @ back[:, :2].T + back[:, 2]
        points[:, 2] = raw[:, 2] * np.sqrt(abs(np.linalg.det(back[:, :2])))
    return out


def main(argv: list[str]) -> int:
    """Read the list, write the npz: names, points (N, T, 478, 3), matte (N, 256, 256) uint8."""
    import mediapipe  # here, so that importing this file does nothing

    names = Path(argv[0]).read_bytes().decode("utf-8", "surrogateescape").split("\0")
    solutions = mediapipe.solutions
    mesher = solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True, min_detection_confidence=_LEAST_CONFIDENCE
    )
    cutter = solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    points, mattes = [], []
    for number, name in enumerate(names):
        image = picture_of(name)
        points.append(no_mesh() if image is None else mesh_of(mesher, image))
        matte = np.zeros((1, 1), np.float32) if image is None else cutter.process(image).segmentation_mask
        mattes.append(np.uint8(255 * cv2.resize(matte, (MATTE_SIZE, MATTE_SIZE), interpolation=cv2.INTER_AREA)))
        if (number + 1) % _REPORT_EVERY == 0:
            print(f"Face Mesh: {number + 1} of {len(names)} pictures", flush=True)
    np.savez(argv[1], names=np.array(names), points=np.array(points), matte=np.array(mattes))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
