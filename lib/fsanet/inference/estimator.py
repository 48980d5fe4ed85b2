"""Head poses of all faces in an image: detect, crop, estimate."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fsanet.checks import MOST_MARGIN, share
from fsanet.detectors.any_angle import AnyAngleDetector
from fsanet.detectors.detection import Detection, OwnDetector
from fsanet.detectors.nearby import Place, closeup_of, detect_near, search_of, stands_upright
from fsanet.detectors.working_image import require_bgr
from fsanet.engines.engine import OwnEngine, checked_batch_size, has_our_weights
from fsanet.engines.reading import Reading, read
from fsanet.errors import InputError
from fsanet.image import boxes
from fsanet.image.boxes import BoxXYXY
from fsanet.image.face_crop import DETECTOR_MARGIN, crop_pixels, crop_turned, has_pixels
from fsanet.inference.face_estimator import UNSURE_DEG, Face, estimate_pictures, flags_of
from fsanet.inference.finder_share import FINDER_SHARE, mixed
from fsanet.inference.given import detector_of, engine_of, network_name
from fsanet.inference.upright import upright_turn_deg
from fsanet.pose.angles import Pose, angles_near, rotation_from_angles, turn_in_plane
from fsanet.pose.turned_errors import turned_errors

BATCH_SIZE = 64


@dataclass(frozen=True)
class FoundFaces:
    """Faces of a picture that are found and cut, but not estimated.

    Attributes:
        detections: one a face.
        turns_deg: by how much the picture was turned clockwise to cut each, so that it stands upright.
        crops_bgr: (N, size, size, 3) uint8, the network's input for each.
        flags: what speaks against each, see `face_estimator.FLAGS`.
    """

    detections: Sequence[Detection]
    turns_deg: Sequence[float]
    crops_bgr: NDArray[np.uint8]
    flags: Sequence[tuple[str, ...]]


class HeadPoseEstimator:
    """Finds faces in images and estimates their yaw, pitch and roll; a `FaceEstimator` by crops.

    One instance may be called from several threads.

    Args:
        model: a name of `fsanet.MODELS`; None for that of an export or a .keras file, or the only one that a folder of
            weights holds, else `DEFAULT_MODEL`. It and `weights` are for engines by name.
        weights: a catalogued training set ("free", "synthetic", "300W_LP", "BIWI"), a weight file or a folder of them,
            or a file of `make export`; a `Path` is never the name of a training set. None for our own, "free" where it
            has the model.
        detector: "auto" (scout), "scout", "yunet", "mtcnn", "ssd", "lbp", or an object with
            `detect(image_bgr) -> list[Detection]`.
        engine: "auto", "onnx", "litert", "keras", "openvino", "saved_model" or "frozen_graph", or what `create_engine`
            gave: these read leaning faces a second time, turned upright (`StraightenedEngine`). Or an object with
            `input_size` and `predict(crops_bgr)`, used as it is, with a network of its own.
        margin: share of the face box added on each side before the crop, 0 to `MOST_MARGIN`.
        batch_size: most crops that the network gets at once, 1 or more.
        detect_size: longer side in pixels of the largest size at which a picture is searched, by a detector that is
            named; None for its own: 1280 for scout and YuNet.
        any_angle: find faces that lie or stand on their head too, in four times the time.
        finder_share: how far, 0..1, poses go from what the crop says to what the detector read beside the box, which
            scout alone does; it takes no time. None for `FINDER_SHARE` beside scout or an object, where the engine, or
            its file, tells that its weights are those of the package (`has_our_weights`): with these it makes poses
            more exact, others answer alone. The attribute is 0 where the detector reads none.

    Raises:
        ValueError: for an unknown model, detector or engine; the message lists the known ones; for a number beyond its
            limits; for an export that says that it is of another model; and for what an object that is given has of its
            own: a model or weights beside an engine, a size of search beside a detector.
        FileNotFoundError: where weights are not on this machine; the message says how to get them.
    """

    def __init__(
        self,
        model: str | None = None,
        weights: str | Path | None = None,
        detector: str | OwnDetector = "auto",
        engine: str | OwnEngine = "auto",
        margin: float = DETECTOR_MARGIN,
        batch_size: int = BATCH_SIZE,
        detect_size: int | None = None,
        any_angle: bool = False,
        finder_share: float | None = None,
    ):
        margin = share(margin, MOST_MARGIN, "The margin of a crop")
        batch_size = checked_batch_size(batch_size, BATCH_SIZE)
        self._search_with(detector, detect_size, any_angle)
        self.engine = engine_of(engine, model, weights)
        usual = FINDER_SHARE if self._may_read_poses() and has_our_weights(self.engine) else 0.0
        self.finder_share = usual if finder_share is None else self._checked_share(finder_share)
        self.margin = margin
        self.batch_size = batch_size
        found_by = f"{self.detector_name}{' at any angle' if any_angle else ''}"
        self.name = f"{found_by}, {network_name(self.engine, engine, model, weights)}"

    def __call__(self, image_bgr: NDArray | None) -> list[Face]:
        """Poses of all faces in an image.

        Args:
            image_bgr: (h, w, 3) uint8, as `cv2.imread` returns it.

        Returns:
            A list of `Face`, in the detector's order; empty where no face is found.

        Raises:
            ValueError: for anything else, such as the None that `cv2.imread` returns for a file that it cannot read.
        """
        return estimate_pictures(self, [require_bgr(image_bgr)])[0]

    def at_size(self, detect_size: int) -> "HeadPoseEstimator":
        """One by the same network that searches pictures at another size.

        Args:
            detect_size: as the class takes it.

        Raises:
            ValueError: for a size that is none, and where the detector knows one size only or was given as an object.
        """
        other = copy(self)
        other._search_with(self._given_detector, detect_size, any_angle=self.detector is not self._upright)
        return other

    def prepare(self, picture_bgr: NDArray[np.uint8]) -> FoundFaces:
        """Find the faces of a picture and cut them; see `FaceEstimator.prepare`."""
        return self._cut(picture_bgr, self.detect(picture_bgr))

    def estimate(self, prepared: Sequence[FoundFaces]) -> list[list[Face]]:
        """Poses of faces that are found, in batches across pictures; see `FaceEstimator.estimate`."""
        prepared = list(prepared)
        crops = np.concatenate([self._no_crops(), *(found.crops_bgr for found in prepared)])
        batches = [crops[i : i + self.batch_size] for i in range(0, len(crops), self.batch_size)]
        readings = [self.read_crops(batch) for batch in batches]
        read_faces = iter([row for poses, errors in readings for row in zip(poses, errors, strict=True)])
        return [
            [
                self._face(detection, turn, *next(read_faces), flags)
                for detection, turn, flags in zip(found.detections, found.turns_deg, found.flags, strict=True)
            ]
            for found in prepared
        ]

    def look_again(self, picture_bgr: NDArray[np.uint8], faces: Sequence[Face]) -> list[Face | None]:
        """Search around the boxes of faces of the frame before; see `FaceEstimator.look_again`."""
        require_bgr(picture_bgr)
        places = [Place(face.box_xyxy, face.upright_turn) for face in faces]
        near = detect_near(search_of(self._upright), picture_bgr, places, closeup_of(self._upright))
        seen = [face if face and self._can_be_read(face, picture_bgr) else None for face in near]
        present = [face for face in seen if face]
        estimated = iter(self.estimate([self._cut(picture_bgr, present)])[0])
        return [next(estimated) if face else None for face in seen]

    def detect(self, image_bgr: NDArray) -> list[Detection]:
        """Faces of an image, without their poses."""
        require_bgr(image_bgr)
        return [face for face in self.detector.detect(image_bgr) if self._can_be_read(face, image_bgr)]

    def crop(
        self, image_bgr: NDArray[np.uint8], boxes_xyxy: Sequence[BoxXYXY], turns_deg: Sequence[float] | None = None
    ) -> NDArray[np.uint8]:
        """The network's input for each box: (N, size, size, 3) uint8 BGR.

        Args:
            image_bgr: (h, w, 3) uint8.
            boxes_xyxy: of N faces, in pixels.
            turns_deg: by how much the image is turned clockwise to cut each; None for not at all.

        Raises:
            ValueError: for another kind of image; for a box that is not four numbers, or has no pixel on the image.
        """
        require_bgr(image_bgr)
        size = self.engine.input_size
        turns = [0.0] * len(boxes_xyxy) if turns_deg is None else turns_deg
        crops = [
            crop_turned(image_bgr, box, turn, self.margin, size) for box, turn in zip(boxes_xyxy, turns, strict=True)
        ]
        return np.stack(crops) if crops else self._no_crops()

    def predict_crops(self, crops_bgr: NDArray) -> NDArray[np.float32]:
        """Poses of face crops that are cut already.

        Args:
            crops_bgr: (N, h, w, 3) uint8 BGR; resized when h and w are not the network's.

        Returns:
            (N, 3) yaw, pitch, roll in degrees.

        Raises:
            ValueError: when the array has another shape or type, no pixels, or floats beyond 0..255.
        """
        return self.read_crops(crops_bgr).pose_deg

    def read_crops(self, crops_bgr: NDArray) -> Reading:
        """Poses of face crops that are cut already, and the errors to be expected; see `predict_crops`."""
        crops = np.asarray(crops_bgr)
        if crops.ndim != 4 or crops.shape[-1] != 3:
            raise InputError(f"Crops must be an (N, h, w, 3) BGR array; got shape {crops.shape}.")
        if len(crops) == 0:
            return Reading(np.empty((0, 3), np.float32), np.empty((0, 3), np.float32))
        size, (height, width) = self.engine.input_size, crops.shape[1:3]
        if not height or not width:
            raise InputError(f"Crops must have pixels; got shape {crops.shape}.")
        if crops.dtype != np.uint8:
            _check_floats(crops)
        if (height, width) != (size, size):
            crops = np.stack([crop_pixels(crop, (0, 0, width, height), size) for crop in crops])
        return read(self.engine, crops)

    def _search_with(self, detector: str | OwnDetector, detect_size: int | None, any_angle: bool) -> None:
        self._given_detector = detector
        self._upright = detector_of(detector, detect_size)
        self.detector: OwnDetector = AnyAngleDetector(self._upright) if any_angle else self._upright
        self.detector_name = getattr(self._upright, "name", type(self._upright).__name__)
        is_named = isinstance(detector, str)  # an object searches at a size of its own
        self.fewer_pixels_in_videos = is_named and getattr(self._upright, "fewer_pixels_in_videos", False)

    def _may_read_poses(self) -> bool:
        """Whether the detector reads poses, or is an object that does not tell."""
        return not isinstance(self._given_detector, str) or getattr(self._upright, "reads_poses", False)

    def _checked_share(self, given: float) -> float:
        if given and not self._may_read_poses():
            raise InputError(
                f"Detector '{self.detector_name}' reads no poses to take a share of: leave finder_share out."
            )
        return share(given, 1, "The finder's share of a pose")

    def _cut(self, picture_bgr: NDArray[np.uint8], detections: Sequence[Detection]) -> FoundFaces:
        turns = [upright_turn_deg(face) for face in detections]
        crops = self.crop(picture_bgr, [face.box_xyxy for face in detections], turns)
        return FoundFaces(detections, turns, crops, [self._flags(picture_bgr, face) for face in detections])

    def _no_crops(self) -> NDArray[np.uint8]:
        return np.empty((0, self.engine.input_size, self.engine.input_size, 3), np.uint8)

    def _face(
        self, found: Detection, turn: float, upright_deg: NDArray, error_deg: NDArray, flags: tuple[str, ...]
    ) -> Face:
        """A face with the pose that was read after it was turned upright, and the error to be expected, turned back."""
        pose_deg, turned_error = _turned(upright_deg, error_deg, -turn) if turn else (upright_deg, error_deg)
        pose, is_contradicted = Pose(*pose_deg.tolist()), False
        if found.pose and self.finder_share:
            pose, is_contradicted = mixed(pose, found.pose, self.finder_share)
        error = None if np.isnan(error_deg).any() else Pose(*turned_error.tolist())
        is_unsure = is_contradicted or (error is not None and error_deg.max() >= UNSURE_DEG)
        flags = (*flags, "unsure") if is_unsure else flags
        return Face(found.box_xyxy, found.score, pose, found.upright_turn, flags, error, found.mask)

    def _can_be_read(self, face: Detection, image_bgr: NDArray[np.uint8]) -> bool:
        """Whether any of its box lies in the image, and its crop has a pixel."""
        size_wh = image_bgr.shape[1::-1]
        return boxes.share_inside(face.box_xyxy, *size_wh) > 0 and has_pixels(face.box_xyxy, self.margin, *size_wh)

    def _flags(self, picture_bgr: NDArray[np.uint8], face: Detection) -> tuple[str, ...]:
        is_turned = self.detector is self._upright and not stands_upright(self._upright, picture_bgr, face)
        return flags_of(face.box_xyxy, picture_bgr.shape[1::-1], is_turned)


def _turned(pose_deg: NDArray, error_deg: NDArray, clockwise_deg: float) -> tuple[NDArray, NDArray]:
    """A pose (3,) and its expected errors in the picture turned by so many degrees; of both triples the one with the
    nearer roll.
    """
    turn = turn_in_plane(clockwise_deg)
    pose = angles_near(turn @ rotation_from_angles(pose_deg), pose_deg + np.array([0.0, 0.0, clockwise_deg]))
    return pose, turned_errors(pose_deg, error_deg, turn)


def _check_floats(crops: NDArray) -> None:
    """Refuse what is no array of values of pixels; of floats, a NaN too."""
    if crops.dtype not in (np.float32, np.float64):
        raise InputError(f"Crops must be uint8, or floats of 0..255; got {crops.dtype}.")
    low, high = crops.min(), crops.max()
    if not (low >= 0 and high <= 255):
        raise InputError(f"Crops of floats must have values of 0..255; got {low:g} to {high:g}.")
