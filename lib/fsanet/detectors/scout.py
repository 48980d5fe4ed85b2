"""`scout`: our own network, bundled. Trained on rendered heads and faces of free photographs; licence as the project's.

A picture goes in, faces with boxes, points and rotations come out. Finding faces uses boxes and points of it, reading
poses without a crop (`fsanet.inference.single_stage`) the rotations too.

Box: MTCNN's is 0.914 as wide and 1.039 as high, its centre 0.005 widths to the left and 0.065 heights up (medians over
the 500 faces of `BoxConvention`; interquartile ranges 0.069, 0.122, 0.120, 0.029).
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fsanet.dense.decode import AGREED_SCORE, UNTOLD, Found, Small, decode, hints_at, joined, likely, may_be_badges
from fsanet.dense.layout import CELL_PREDICTION_SIZE, MASKS, STRIDES, cells
from fsanet.detectors.closer_look import look_closer, surer, surest_of_looks
from fsanet.detectors.detection import BoxConvention, Detection, checked_long_side, checked_threshold, sorted_detections
from fsanet.detectors.loading import Network
from fsanet.detectors.nearby import Closeup
from fsanet.detectors.working_image import fit, require_bgr
from fsanet.errors import InputError
from fsanet.locations import BUNDLED_DIR
from fsanet.pose.angles import Pose, angles_from_rotation

BUNDLED_FLOAT = BUNDLED_DIR / "scout" / "scout.onnx"
BUNDLED = BUNDLED_FLOAT.with_name("scout_int8.onnx")  # finds the same in about half the time
LONG_SIDE = 1280  # pixels: larger images are shrunk to this
THRESHOLD = 0.7
CONVENTION = BoxConvention((0.914, 1.039), (-0.005, -0.065))

BEYOND = 128  # grey beside and below the image, which the network sees as zero
LEFT_OUT = 4  # pixels beyond whole cells, as it is searched: they show no face and would cost a row of cells
OVERLAP = 0.4  # of two boxes that share more the less sure one is dropped
# Pixels, as it is searched: smaller faces are looked at closer; the smallest from a lower score on. What the closer
# look must say at least is less than anything that could still be enough.
LOOKED_AT, SMALL, SEEN_CLOSER = 48, Small(32, 0.4), 0.1
BADGE_MORE = 0.2  # how much surer what may be a badge on a hat or on clothes must be
LARGE_FACE = 240  # pixels, as it is searched: larger ones are looked for in the smaller picture, docs/finding.md
MAY_BE_LARGE, SUSPECTED = 180, 0.2  # pixels and score, as it is searched, from which on a face hints at larger ones
KNOWN = 0.9  # the score from which on a face that is not too large hints at nothing but itself
COARSER = 2.5  # how much smaller each further picture is
LEAST_SIDE = 256  # pixels: what is smaller has no face that would be too large, and is not searched smaller still
# 128 pixels wide: faces that lie are told as well as in 240, in a quarter of the pixels.
CLOSEUP = Closeup(64, 0.5, enlarged=True)
# Faces with odds of less than the threshold's times the first (0.8 at 0.7) are looked at closer in three sizes, and one
# of these looks must have the threshold's times the second (0.6): what is none seldom looks like one in another size.
# In CC0 photographs, crowds of them, Pointing'04 and pictures without people, turned and resized, that drops 29 of 95
# boxes without a face, and one of 3,907 faces.
DOUBTED_ODDS, CONFIRMED_ODDS = 1.714, 0.643
DOUBTED_CLOSEUPS = (Closeup(48, 0.75, enlarged=True), CLOSEUP, Closeup(96, 0.75, enlarged=True))
SURELY = 0.75  # of a large face's size: what the two searches may differ by


class ScoutNetwork:
    """The network through ONNX Runtime; threads may share it.

    Args:
        path: an ONNX file of the network, None for the bundled one.
        threads: cores for a call that is alone; None for all that the process may use.

    Raises:
        FileNotFoundError: when there is no such file.
        InputError: when it is no such network.
    """

    def __init__(self, path: str | Path | None = None, threads: int | None = None):
        self._network = _open(BUNDLED if path is None else Path(path), threads)
        self._pixel = np.dtype(np.uint8 if self._network.inputs[0].type == "tensor(uint8)" else np.float32)

    def search(self, image_bgr: NDArray[np.uint8], long_side: int, threshold: float) -> Found:
        """Faces of an image, boxes and points in its pixels, boxes in the network's own convention.

        Where nothing is found, or anything looks a little like a large face, the image is searched once more in a
        smaller copy, and that again: faces that are too large to be found were smaller in training. Where nothing was
        found before, all count. Small faces are what a closer look at each shows, doubtful ones count where one of
        three confirms them. Of those at the head or before the body of a much larger one only the surer ones count.

        Args:
            image_bgr: (h, w, 3) uint8.
            long_side: larger images are shrunk to this many pixels.
            threshold: least score.

        Raises:
            InputError: when the image is not of that kind.
        """
        longer = max(image_bgr.shape[:2])
        working = min(long_side, longer)
        found, hints = self._search_at(image_bgr, working, threshold, SMALL)
        found = _without_badges(found, threshold)
        found = self._closer(image_bgr, found, LOOKED_AT * longer / working, threshold)
        while (hints or not len(found.score)) and working > LEAST_SIDE:
            large = LARGE_FACE * longer / working  # in pixels of the image
            working = round(working / COARSER)
            coarse, hints = self._search_at(image_bgr, working, threshold)
            found = _with_larger(found, coarse, large)
        found = self._without_doubtful(image_bgr, found, threshold)
        return _without_badges(found, threshold + BADGE_MORE)

    def search_each(self, images_bgr: Sequence[NDArray[np.uint8]], threshold: float) -> list[Found]:
        """Faces of some small images in one pass, boxes and points in the pixels of each, as in `search`.

        Args:
            images_bgr: each (h, w, 3) uint8; searched in one size, so that large faces are missed.
            threshold: least score.
        """
        if not images_bgr:
            return []
        heights, widths = zip(*(image.shape[:2] for image in images_bgr), strict=True)
        canvases = np.stack([on_whole_cells(image, self._pixel, max(heights), max(widths)) for image in images_bgr])
        grid = cells(*canvases.shape[1:3])
        return [decode(prediction, grid, threshold, OVERLAP) for prediction in self._network(canvases)[0]]

    def _search_at(
        self, image_bgr: NDArray[np.uint8], long_side: int, threshold: float, small: Small | None = None
    ) -> tuple[Found, bool]:
        """Faces at one size, in pixels of the image, and whether anything hints at larger ones than are found at it."""
        working = fit(image_bgr, long_side)
        canvas = on_whole_cells(working.image_bgr, self._pixel)
        [prediction], grid = self._network(canvas[None])[0], cells(*canvas.shape[:2])
        some = likely(prediction, min(SUSPECTED, AGREED_SCORE * threshold))
        prediction, grid = prediction[some], grid[some]
        found = decode(prediction, grid, threshold, OVERLAP, small)
        known = found.only((found.score >= KNOWN) & (found.sides() < LARGE_FACE))
        return found.moved(working.to_original_xy), hints_at(prediction, grid, SUSPECTED, MAY_BE_LARGE, known)

    def _closer(self, image_bgr: NDArray[np.uint8], found: Found, small_px: float, threshold: float) -> Found:
        """Faces, those of less than so many pixels as a closer look has them too, and only where both are sure."""
        is_small = found.sides() < small_px
        if is_small.any():
            closer = look_closer(self._search_closer, image_bgr, found.only(is_small), CLOSEUP)
            found = found.only(~is_small)
            found = joined([found, closer], OVERLAP) if len(closer.score) else found
        return found.only(found.score >= threshold)

    def _without_doubtful(self, image_bgr: NDArray[np.uint8], found: Found, threshold: float) -> Found:
        """Faces without those that are doubtful and that no closer look confirms."""
        doubtful = np.flatnonzero(found.score < surer(threshold, DOUBTED_ODDS))
        if not len(doubtful):
            return found
        surest = surest_of_looks(self._search_closer, image_bgr, found.only(doubtful), DOUBTED_CLOSEUPS)
        none = doubtful[surest < surer(threshold, CONFIRMED_ODDS)]
        return found.only(np.setdiff1d(np.arange(len(found.score)), none))

    def _search_closer(self, images_bgr: Sequence[NDArray[np.uint8]]) -> list[Found]:
        return self.search_each(images_bgr, SEEN_CLOSER)


def on_whole_cells(
    image_bgr: NDArray[np.uint8], pixel: DTypeLike = np.float32, least_height: int = 0, least_width: int = 0
) -> NDArray:
    """The network's input (H, W, 3): the image, with grey beside and below up to multiples of the largest stride.

    Where it has only a few pixels more than a multiple, they are cut off.

    Args:
        image_bgr: (h, w, 3) uint8.
        pixel: type of the numbers that the network takes.
        least_height, least_width: of the input, for images that are searched together.
    """
    height, width = image_bgr.shape[:2]
    canvas = np.empty((_whole_side(height, least_height), _whole_side(width, least_width), 3), pixel)
    canvas[:height, :width] = image_bgr[: canvas.shape[0], : canvas.shape[1]]
    canvas[height:] = canvas[:, width:] = BEYOND
    return canvas


def _whole_side(side: int, least: int) -> int:
    """The multiple of the largest stride for a side of so many pixels, `least` of which must lie on it."""
    whole = max(STRIDES)
    return max(1, math.ceil(max(side - LEFT_OUT, least) / whole)) * whole


def _without_badges(found: Found, threshold: float) -> Found:
    """Faces without what may be a badge and is not that sure."""
    if len(found.score) < 2:  # a face that is alone is nobody's badge
        return found
    return found.only(~may_be_badges(found) | (found.score >= threshold))


def _with_larger(found: Found, coarse: Found, large: float) -> Found:
    """Faces of a search and of a coarser one; those of more than `large` pixels rather from the coarser one."""
    is_large, least = found.sides() > large, SURELY * large if len(found.score) else 0.0
    alike = [found.only(~is_large), coarse.only(coarse.sides() > least)]
    return joined(alike, OVERLAP, found.only(is_large))


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
    fewer_pixels_in_videos = True  # than its own: those are for the smallest faces of pictures
    reads_poses = True
    # 235 of 247 upright faces of CC0 photographs and of Pointing'04's persons 1 to 4 have more, and 5 of 638 of the
    # same that lie or stand on their head.
    sure_score = 0.95
    closeup = CLOSEUP

    def __init__(self, threshold: float = THRESHOLD, long_side: int = LONG_SIDE, model_path: str | Path | None = None):
        self.threshold = checked_threshold(threshold)
        self.long_side = checked_long_side(long_side)
        self._network = ScoutNetwork(model_path)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """Faces in a BGR image; see `FaceDetector.detect`."""
        require_bgr(image_bgr)
        return sorted_detections(detections_of(self._network.search(image_bgr, self.long_side, self.threshold)))

    def detect_each(self, images_bgr: Sequence[NDArray[np.uint8]]) -> list[list[Detection]]:
        """Faces of some small images, in the order of the network, as `fsanet.detectors.nearby` asks for them."""
        return [detections_of(found) for found in self._network.search_each(images_bgr, self.threshold)]


def detections_of(found: Found) -> list[Detection]:
    """Faces that the network found, in its order, with boxes in the common convention."""
    poses = angles_from_rotation(found.rotation).tolist()
    return [
        Detection(
            CONVENTION.to_common(box),
            score,
            tuple(map(tuple, points)),
            pose=Pose(*pose),
            mask=None if mask == UNTOLD else MASKS[mask],
        )
        for score, box, points, pose, mask in zip(
            found.score, found.box_xyxy, found.points_xy, poses, found.mask, strict=True
        )
    ]


def _open(path: Path, threads: int | None) -> Network:
    network = Network(path, threads)
    shapes = [value.shape for value in (*network.inputs, *network.outputs)]
    if [len(shape) for shape in shapes] != [4, 3] or shapes[0][3] != 3:
        raise InputError(f"'{path}' is no network that finds faces: its inputs and outputs are {shapes}.")
    if shapes[1][2] != CELL_PREDICTION_SIZE:
        raise InputError(
            f"'{path}' predicts {shapes[1][2]} numbers a cell; a scout of this version predicts "
            f"{CELL_PREDICTION_SIZE}: export its weights again, or leave the path out for the bundled one."
        )
    return network
