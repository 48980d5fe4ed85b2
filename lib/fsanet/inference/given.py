"""What an estimator is asked for, a detector and an engine by their names or as objects, as the parts that it has."""

from pathlib import Path

from fsanet.detectors.catalog import DETECTORS, create_sized_detector
from fsanet.detectors.detection import OwnDetector
from fsanet.engines.choose import ENGINE_CLASSES, ENGINES, create_engine, export_engine
from fsanet.engines.engine import OwnEngine, told_model
from fsanet.engines.straightened import StraightenedEngine
from fsanet.errors import InputError
from fsanet.models.spec import DEFAULT_MODEL


def detector_of(detector: str | OwnDetector, detect_size: int | None) -> OwnDetector:
    """The detector of that name, or the object; see `HeadPoseEstimator`."""
    if isinstance(detector, str):
        return create_sized_detector(detector, detect_size)
    if not hasattr(detector, "detect"):
        raise InputError(
            f"A detector is one of {', '.join(DETECTORS)}, or an object with detect(image_bgr); got {detector!r}."
        )
    if detect_size is not None:
        raise InputError(
            "A detector that is given as an object searches at a size of its own: leave detect_size out, got "
            f"{detect_size!r}."
        )
    return detector


def engine_of(engine: str | OwnEngine, model: str | None, weights: str | Path | None) -> OwnEngine:
    """The engine of that name, or the object; the package's own read leaning faces twice, see `HeadPoseEstimator`."""
    if isinstance(engine, str):
        return StraightenedEngine(create_engine(engine, model=model, weights=weights))
    if not hasattr(engine, "predict") or not hasattr(engine, "input_size"):
        raise InputError(
            f"An engine is one of auto, {', '.join(ENGINES)}, or an object with input_size and predict(crops_bgr); "
            f"got {engine!r}."
        )
    if model is not None or weights is not None:
        raise InputError(
            "An engine that is given as an object has a network of its own: leave model and weights out, got "
            f"{model!r} and {weights!r}."
        )
    return StraightenedEngine(engine) if isinstance(engine, ENGINE_CLASSES) else engine


def network_name(engine: OwnEngine, given: str | OwnEngine, model: str | None, weights: str | Path | None) -> str:
    """The model that an engine runs: as it or its file tells, else as it was asked for; else the export or the default.

    An object that does not tell it is called by its own name, or that of its class.
    """
    unnamed = DEFAULT_MODEL
    if not isinstance(given, str):
        unnamed = getattr(given, "name", type(given).__name__)
    elif weights and export_engine(Path(weights)):
        unnamed = Path(weights).name
    return told_model(engine) or model or unnamed
