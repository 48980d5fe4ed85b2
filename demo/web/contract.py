"""What the page must know of the Python side, read from where it is defined, so that nothing is stated twice."""

from typing import Any

import fsanet
from demo.web.vendor import RuntimeBuild
from fsanet.dense import decode
from fsanet.dense.layout import CELL_PREDICTION_SIZE, MASK, MASKS, ROTATION_6D, STRIDES
from fsanet.detectors import closer_look, detection, nearby, scout, working_image, yunet
from fsanet.engines.reading import ExpectedError
from fsanet.engines.straightened import LEANING_DEG
from fsanet.image import overlay
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE
from fsanet.inference import drawing, face_estimator
from fsanet.inference.choose import VIDEO_DETECT_SIZE
from fsanet.inference.finder_share import APART_DEG, FINDER_SHARE
from fsanet.inference.rows.row import DIGITS, PoseRow
from fsanet.inference.upright import TOLD_DEG, TOLD_SCORE
from fsanet.inference.video import cuts
from fsanet.inference.video.smoothing import OneEuroRotationFilter
from fsanet.inference.video.tracking import SAME_HEAD_IOU, FaceTracker
from fsanet.weights.pretrained import DETECTOR_FILES

NETWORK_FILE = "models/poses.onnx"
DETECTOR_FILE = "models/faces.onnx"
SAMPLE_FILE = "sample.jpg"
DRAWING_FILE = "angles.jpg"


def contract(
    model: str, weights: str, build: RuntimeBuild, expected: ExpectedError | None = None, is_ours: bool = False
) -> dict[str, Any]:
    """The page's settings, as JSON can say them.

    Args:
        model, weights: of the network that reads the poses, for the page's last line.
        build: of ONNX Runtime.
        expected: errors by the spread of a fusion's members, where the network tells it.
        is_ours: the network's weights come with the package: the finder has a share of their poses alone.
    """
    smoothing, tracker = OneEuroRotationFilter(), FaceTracker()
    return {
        "about": f"fsanet {fsanet.__version__}, model {model}, weights {weights}.",
        "runtime": _runtime(build),
        "network": _network(expected, is_ours),
        "search": {"same_face": detection.SAME_FACE},
        "detector": _detector(),
        "yunet": _yunet(),
        "tracking": {
            "hold_s": tracker.hold_s,
            "min_iou": tracker.min_iou,
            "same_head_iou": SAME_HEAD_IOU,
        },
        "cuts": {
            "side": cuts.SIDE,
            "least_change": cuts.LEAST_CHANGE,
            "times_usual": cuts.TIMES_USUAL,
            "usual_frames": cuts.USUAL_FRAMES,
        },
        "quality": {
            "words": list(face_estimator.FLAGS),
            "useful_height": face_estimator.USEFUL_HEIGHT,
            "cut_inside": face_estimator.CUT_INSIDE,
            "outside_inside": face_estimator.OUTSIDE_INSIDE,
            "unsure_deg": face_estimator.UNSURE_DEG,
        },
        "smoothing": {
            "min_cutoff_hz": smoothing.min_cutoff_hz,
            "beta": smoothing.beta,
            "speed_cutoff_hz": smoothing.speed_cutoff_hz,
        },
        "rows": {"columns": list(PoseRow._fields), "digits": DIGITS},
        "palette": {
            "right": _css(overlay.RIGHT_COLOR),
            "up": _css(overlay.UP_COLOR),
            "front": _css(overlay.FRONT_COLOR),
            "box": _css(drawing.BOX_COLOR),
            "outline": _css(overlay.OUTLINE_COLOR),
        },
        "sample": {"file": SAMPLE_FILE},
        "drawing": DRAWING_FILE,
    }


def _network(expected: ExpectedError | None, is_ours: bool) -> dict[str, Any]:
    return {
        "file": NETWORK_FILE,
        "input_size": INPUT_SIZE,
        "margin": DETECTOR_MARGIN,
        "leaning_deg": LEANING_DEG,
        "told_score": TOLD_SCORE,
        "told_deg": TOLD_DEG,
        "apart_deg": APART_DEG,
        "finder_share": FINDER_SHARE if is_ours else 0.0,
        "expected_error": expected and expected._asdict(),
    }


def _runtime(build: RuntimeBuild) -> dict[str, Any]:
    return {
        "worker": "js/worker.mjs",
        "engine": "js/engine.mjs",
        "entry": f"vendor/{build.entry}",
        "module": f"vendor/{build.module}",
        "wasm": f"vendor/{build.wasm}",
        "webgpu": build.webgpu,
    }


def _detector() -> dict[str, Any]:
    (scale, shift) = scout.CONVENTION
    return {
        "file": DETECTOR_FILE,
        "long_side": VIDEO_DETECT_SIZE,
        "multiple": max(STRIDES),
        "grey": scout.BEYOND,
        "left_out": scout.LEFT_OUT,
        "strides": STRIDES,
        "threshold": scout.THRESHOLD,
        "sure_score": scout.ScoutDetector.sure_score,
        "near": _near(scout.ScoutDetector.closeup),
        "overlap": scout.OVERLAP,
        "within": decode.WITHIN,
        "agreeing": decode.AGREEING,
        "agreed_score": decode.AGREED_SCORE,
        "least_agreed": decode.LEAST_AGREED,
        "meant": decode.MEANT,
        "badge": decode.BADGE,
        "badge_more": scout.BADGE_MORE,
        "head": decode.HEAD,
        "body": decode.BODY,
        "small": scout.SMALL._asdict(),
        "looked_at": scout.LOOKED_AT,
        "closer": {"seen": scout.SEEN_CLOSER, "at_once": closer_look.AT_ONCE, "share": closer_look.CLOSER_SHARE},
        "doubted": {
            "score": closer_look.surer(scout.THRESHOLD, scout.DOUBTED_ODDS),
            "confirmed": closer_look.surer(scout.THRESHOLD, scout.CONFIRMED_ODDS),
            "near": [_near(closeup) for closeup in scout.DOUBTED_CLOSEUPS],
        },
        "large_face": scout.LARGE_FACE,
        "may_be_large": scout.MAY_BE_LARGE,
        "suspected": scout.SUSPECTED,
        "known": scout.KNOWN,
        "coarser": scout.COARSER,
        "least_side": scout.LEAST_SIDE,
        "surely": scout.SURELY,
        "largest_log": decode.LARGEST_LOG,
        "prediction_size": CELL_PREDICTION_SIZE,
        "rotation_at": ROTATION_6D.start,
        "mask_at": MASK.start,
        "masks": MASKS,
        "scale_wh": scale,
        "shift_wh": shift,
    }


def _near(closeup: nearby.Closeup) -> dict[str, Any]:
    return {**closeup._asdict(), "least_iou": nearby.LEAST_IOU}


def _yunet() -> dict[str, Any]:
    (scale, shift) = yunet.CONVENTION
    [file] = [file for file in DETECTOR_FILES if file.path.endswith(yunet.MODEL_FILE)]
    return {
        "name": "YuNet",
        "file": yunet.MODEL_FILE,
        "sha256": file.sha256,
        "threshold": yunet.THRESHOLD,
        "sure_score": yunet.YuNetDetector.sure_score,
        "near": _near(nearby.USUAL_CLOSEUP),
        "long_side": yunet.LONG_SIDE,
        "candidate": yunet.CANDIDATE,
        "nms_iou": yunet.NMS_IOU,
        "coarse": yunet.COARSE,
        "least_gain": working_image.LEAST_GAIN,
        "least_side": yunet.LEAST_SIDE,
        "large_face": yunet.LARGE_FACE,
        "scale_wh": scale,
        "shift_wh": shift,
    }


def _css(bgr: tuple[int, int, int]) -> str:
    blue, green, red = bgr
    return f"#{red:02x}{green:02x}{blue:02x}"
