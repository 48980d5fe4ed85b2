"""What tables of detectors can measure, by name: those of the catalogue, BlazeFace, and networks of training runs."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.detectors.catalog import BUILDERS, create_detector
from fsanet.detectors.detection import BoxConvention, Detection, FaceDetector, sorted_detections
from fsanet.detectors.scout import CONVENTION, detections_of, on_whole_cells
from fsanet.detectors.working_image import fit
from fsanet.evaluation.finders.blazeface import BlazeFace

NAMES = (*sorted(BUILDERS), *BlazeFace.MODELS)
OF_A_RUN = "="  # between a network and its weights


class TrainedFinder:
    """A `FaceDetector` by one of `fsanet.models.single_stage.table.FINDERS`, through Keras, in one search.

    Boxes are those of the scenes, which all of these networks learn from.

    Args:
        name: network and weights, such as `retinaface_mnet025=runs/retinaface/retinaface_mnet025.weights.h5`.
        threshold: least score of a face, 0..1.

    Raises:
        FileNotFoundError: when there are no such weights.
        InputError: for an unknown network, or weights of another one.
    """

    convention = CONVENTION
    long_side = 1280  # pixels: larger pictures are shrunk to this

    def __init__(self, name: str, threshold: float = 0.5):
        from fsanet.models.single_stage.table import get_finder, load_finder  # loads Keras

        model, weights = name.split(OF_A_RUN, 1)
        self.name, self._threshold = model, threshold
        self._network, self._row = load_finder(model, Path(weights)), get_finder(model)

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        """See `FaceDetector.detect`."""
        working = fit(image_bgr, self.long_side)
        sides = (-(-side // self._row.stride) * self._row.stride for side in working.image_bgr.shape[:2])
        canvas = on_whole_cells(working.image_bgr, np.float32, *sides)
        prediction = np.asarray(self._network.predict_on_batch(canvas[None]))[0]
        found = self._row.decode(prediction, canvas.shape[:2], self._threshold)
        return sorted_detections(detections_of(found.moved(working.to_original_xy)))


def measured_detector(name: str, **options: float) -> FaceDetector:
    """A detector of a table by name: one of `NAMES`, or a network and its weights, see `TrainedFinder`."""
    if OF_A_RUN in name:
        return TrainedFinder(name, **options)
    return BlazeFace(name, **options) if name in BlazeFace.MODELS else create_detector(name, **options)


def convention_of(name: str) -> BoxConvention:
    """From the own boxes of a detector, one of `NAMES`, to the common ones."""
    return BlazeFace.CONVENTIONS[name] if name in BlazeFace.MODELS else BUILDERS[name].convention
