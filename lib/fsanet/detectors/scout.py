"""`scout`: our own network, bundled. Trained on rendered heads and faces of free photographs; licence as the project's.

A picture goes in, faces with boxes, points and rotations come out. Finding faces uses boxes and points of it, reading
poses without a crop (`fsanet.inference.single_stage`) the rotations too.

Box: MTCNN's is 0.939 as wide and 1.042 as high, its centre 0.005 widths to the left and 0.076 heights up (medians over
250 faces, every other one of `BoxConvention`; interquartile ranges 0.089, 0.130, 0.094, 0.036).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.decode import Found, decode, joined, worn
from fsanet.dense.layout import STRIDES, cells
from fsanet.detectors.detection import BoxConvention, Detection, checked_threshold, sorted_detections
from fsanet.detectors.loading import open_session
from fsanet.detectors.working_image import fit
from fsanet.errors import InputError
from fsanet.pose.angles import Pose, angles_from_rotation

BUNDLED = Path(__file__).resolve().parents[1] / "bundled" / "scout" / "scout.onnx"
LONG_SIDE = 1280  # pixels: larger images are shrunk to this
THRESHOLD = 0.7
CONVENTION = BoxConvention((0.939, 1.042), (-0.005, -0.076))

BEYOND = 128  # grey beside and below the image, which the network sees as zero
OVERLAP = 0.4  # of two boxes that share more the less sure one is dropped
TINY_FACE, TINY_MORE = 16, 0.05  # pixels, as it is searched; how much surer smaller ones must be: badges look like them
WORN_MORE = 0.1  # the same of what may be a badge on a hat
LARGE_FACE = 160  # pixels, as it is searched; chosen by how exact poses are, see the model card
LEAST_SIDE = 240  # pixels: what is smaller is not searched at half the size
SURELY = 0.75  # of that: what the two searches may differ by


class ScoutNetwork:
    """The network through ONNX Runtime: one session; threads may share it.

    Args:
        path: an ONNX file of the network, None for the bundled one.
        threads: cores for one call; None for all that the process may use.

    Raises:
        FileNotFoundError: when there is no such file.
        InputError: when it is no such network.
    """

    def __init__(self, path: str | Path | None = None, threads: int | None = None):
        self._session = _open(BUNDLED if path is None else Path(path), threads)
        self._input = self._session.get_inputs()[0].name

    def search(self, image_bgr: NDArray[np.uint8], long_side: int, threshold: float) -> Found:
        """Faces of an image, boxes and points in its pixels, boxes in the network's own convention.

        Where nothing or a large face is found, the image is searched once more at half the size, and so on, and large
        faces are rather taken from there: they were smaller in training. Where nothing was found, all are. Of tiny
        faces only the surer ones count, as of those at the head of a much larger one.

        Args:
            image_bgr: (h, w, 3) uint8.
            long_side: larger images are shrunk to this many pixels.
            threshold: least score.

        Raises:
            InputError: when the image is not of that kind.
        """
        longer = max(image_bgr.shape[:2])
        working = min(long_side, longer)
        found = self._search_at(image_bgr, working, threshold)
        tiny = found.sides() < TINY_FACE * longer / working
        found = found.only(~tiny | (found.score >= threshold + TINY_MORE))
        large = LARGE_FACE * longer / working  # in pixels of the image
        while working > LEAST_SIDE and not (len(found.score) and found.sides().max() <= large):
            working //= 2
            coarse = self._search_at(image_bgr, working, threshold)
            is_large, least = found.sides() > large, SURELY * large if len(found.score) else 0.0
            alike = [found.only(~is_large), coarse.only(coarse.sides() > least)]
            found = joined(alike, found.only(is_large), OVERLAP)
            large = LARGE_FACE * longer / working
        return found.only(~worn(found) | (found.score >= threshold + WORN_MORE))

    def _search_at(self, image_bgr: NDArray[np.uint8], long_side: int, threshold: float) -> Found:
        working = fit(image_bgr, long_side)
        canvas = on_whole_cells(working.image_bgr)
        [prediction] = self._session.run(None, {self._input: canvas[None]})
        found = decode(prediction[0], cells(*canvas.shape[:2]), threshold, OVERLAP)
        scale = np.array(working.to_original_xy)
        return found._replace(box_xyxy=found.box_xyxy * np.tile(scale, 2), points_xy=found.points_xy * scale)


def on_whole_cells(image_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The network's input (H, W, 3): the image, with grey beside and below up to multiples of the largest stride."""
    height, width = image_bgr.shape[:2]
    whole = max(STRIDES)
    canvas = np.full((-(-height // whole) * whole, -(-width // whole) * whole, 3), BEYOND, np.float32)
    canvas[:height, :width] = image_bgr
    return canvas


class ScoutDetector:
    """Faces by `scout`.

    Args:
        threshold: least score of a face, 0..1.
        long_side: larger images are shrunk to this many pixels.
        model_path: an ONNX file of the network, None for the bundled one.

    Raises:
        FileNotFoundError: when there is no such file.
        InputError: when it is no such network.
    """

    name = "scout"
    convention = CONVENTION
    # 93 of 104 upright faces of free portraits have more, and 9 of 287 that lie or stand on their head.
    sure_score = 0.93

    def __init__(self, threshold: float = THRESHOLD, long_side: int = LONG_SIDE, model_path: str | Path | None = None):
        self.threshold = checked_threshold(threshold)
        self.long_side = long_side
        self._network = ScoutNetwork(model_path)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        return sorted_detections(detections_of(self._network.search(image_bgr, self.long_side, self.threshold)))


def detections_of(found: Found) -> list[Detection]:
    """Faces that the network found, in its order, with boxes in the common convention."""
    poses = angles_from_rotation(found.rotation).tolist()
    return [
        Detection(CONVENTION.to_common(box), score, tuple(map(tuple, points)), pose=Pose(*pose))
        for score, box, points, pose in zip(found.score, found.box_xyxy, found.points_xy, poses, strict=True)
    ]


def _open(path: Path, threads: int | None):
    if not path.is_file():
        raise FileNotFoundError(f"There is no network file '{path}'.")
    try:
        session = open_session(str(path), threads)
    except Exception as error:  # its classes are private and share no base but Exception
        raise InputError(f"ONNX Runtime cannot read '{path}': {error}") from error
    shapes = [value.shape for value in (*session.get_inputs(), *session.get_outputs())]
    if [len(shape) for shape in shapes] != [4, 3] or shapes[0][3] != 3:
        raise InputError(f"'{path}' is no network that finds faces: its inputs and outputs are {shapes}.")
    return session
