"""A program that uses the package, as mypy --strict must find it. What is wrong in it is marked so, and must be found.

It is read by the type checker alone: nothing here runs.
"""

from pathlib import Path
from typing import Any, assert_type

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

import fsanet
from fsanet import MODELS, Face, HeadPoseEstimator, Pose, load_model
from fsanet.detectors.detection import Detection
from fsanet.engines.choose import create_engine
from fsanet.inference.face_estimator import FaceEstimator
from fsanet.inference.single_stage import SingleStageEstimator


class Detector:
    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        return []


class Engine:
    input_size = 64

    def predict(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.zeros((len(crops_bgr), 3), np.float32)


class EngineOfAnything:
    def __init__(self, size: int) -> None:
        self.input_size = size

    def predict(self, crops: ArrayLike) -> NDArray[np.float64]:
        return np.zeros((len(np.asarray(crops)), 3))


class Mine(fsanet.HeadPoseEstimator):
    pass


class NoDetector:
    def search(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        return []


class DetectorOfBoxes:
    def detect(self, image_bgr: NDArray[np.uint8]) -> list[tuple[float, float, float, float]]:
        return []


class EngineOfNoSize:
    def predict(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.zeros((len(crops_bgr), 3), np.float32)


def right(photo: NDArray[np.uint8], estimator: FaceEstimator[Any]) -> None:
    HeadPoseEstimator("var_capsule", weights="free", detector="yunet", engine="onnx", detect_size=640)
    HeadPoseEstimator(weights=Path("my/weights.h5"), any_angle=True)
    HeadPoseEstimator(weights=None, detector=Detector(), engine=Engine())
    HeadPoseEstimator(engine=EngineOfAnything(64), margin=0.5, batch_size=8)
    HeadPoseEstimator(engine=create_engine("onnx", weights=Path("a.onnx"), threads=1), finder_share=0)
    assert_type(Mine()(photo), list[Face])
    assert_type(HeadPoseEstimator().at_size(640)(cv2.imread("a.jpg")), list[Face])
    assert_type(SingleStageEstimator()(cv2.imread("a.jpg")), list[Face])
    assert_type(HeadPoseEstimator().predict_crops(np.zeros((1, 64, 64, 3), np.float32)), NDArray[np.float32])
    right(photo, HeadPoseEstimator())
    right(photo, SingleStageEstimator())
    load_model("capsule", "free")
    load_model(weights=Path("w.h5"), name=MODELS[0])
    fsanet.build_model("capsule", image_size=32)


def told(face: fsanet.Face) -> tuple[Pose, float, str | None]:
    assert_type(face.expected_error, Pose | None)
    return face.pose, face.pose.yaw, face.mask


def wrong(photo: NDArray[np.uint8]) -> None:
    print(fsanet.nonsense)  # type: ignore[attr-defined]
    HeadPoseEstimator(wieghts="free")  # type: ignore[call-arg]
    HeadPoseEstimator(weights=3)  # type: ignore[arg-type]
    HeadPoseEstimator(batch_size="64")  # type: ignore[arg-type]
    HeadPoseEstimator(detector=NoDetector())  # type: ignore[arg-type]
    HeadPoseEstimator(detector=DetectorOfBoxes())  # type: ignore[arg-type]
    HeadPoseEstimator(engine=EngineOfNoSize())  # type: ignore[arg-type]
    HeadPoseEstimator(engine=Engine)  # type: ignore[arg-type]
    HeadPoseEstimator()("photo.jpg")  # type: ignore[arg-type]
    print(HeadPoseEstimator()(photo).pose)  # type: ignore[attr-defined]
    print(HeadPoseEstimator()(photo)[0].pose.jaw)  # type: ignore[attr-defined]
    Pose(1, 2)  # type: ignore[call-arg]
    load_model("capsule")  # type: ignore[call-arg]
    load_model("capsule", weights=None)  # type: ignore[arg-type]
