"""The `scout` network through ONNX Runtime: a picture in, faces with boxes, points and rotations out.

Finding faces uses boxes and points of it (`fsanet.detectors.scout`), reading poses without a crop the rotations too.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.dense.cells import STRIDES, cells
from fsanet.dense.decode import Found, decode, joined
from fsanet.detectors.onnx_session import open_session
from fsanet.detectors.working_image import fit
from fsanet.errors import InputError

BUNDLED = Path(__file__).resolve().parents[1] / "bundled" / "scout" / "scout.onnx"
LONG_SIDE = 640  # pixels: larger images are shrunk to this

BEYOND = 128  # grey beside and below the image, which the network sees as zero
OVERLAP = 0.4  # of two boxes that share more the less sure one is dropped
LARGE_FACE = 200  # pixels, as it is searched
SURELY = 0.75  # of that: what the two searches may differ by


class ScoutNetwork:
    """One session; threads may share it.

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

        Where nothing or a large face is found, the image is searched once more at half the size, and large faces are
        taken from there: they were smaller in training.

        Args:
            image_bgr: (h, w, 3) uint8.
            long_side: larger images are shrunk to this many pixels.
            threshold: least score.

        Raises:
            InputError: when the image is not of that kind.
        """
        fine = self._search_at(image_bgr, long_side, threshold)
        longer = max(image_bgr.shape[:2])
        working = min(long_side, longer)
        large = LARGE_FACE * longer / working  # in pixels of the image
        if working <= 2 * LARGE_FACE or (len(fine.score) and fine.sides().max() <= large):
            return fine
        coarse = self._search_at(image_bgr, working // 2, threshold)
        return joined(fine.only(fine.sides() <= large), coarse.only(coarse.sides() > SURELY * large), OVERLAP)

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
