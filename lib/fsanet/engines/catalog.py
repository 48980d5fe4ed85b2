"""Engines by name."""

from importlib.util import find_spec
from pathlib import Path

from fsanet.engines.engine import Engine
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.errors import InputError, MissingPackageError
from fsanet.export.onnx_cache import exported_onnx, ready_onnx
from fsanet.locations import command_here
from fsanet.models.spec import get_spec

# Each engine with the settings that it has.
_SETTINGS = {
    "onnx": ("threads", "provider", "batch_size"),
    "litert": ("threads",),
    "keras": ("batch_size",),
}
ENGINES = tuple(_SETTINGS)

_EXPORT_PACKAGES = ("keras", "tensorflow", "tf2onnx", "onnx")


def create_engine(
    engine: str = "auto",
    *,
    model: str = "fusion_capsule",
    weights: str | Path = "synthetic",
    threads: int | None = None,
    provider: str | None = None,
    batch_size: int | None = None,
) -> Engine:
    """An engine with a model's weights in it. Settings that are None are the engine's own choice.

    Args:
        engine: "onnx", "litert", "keras", or "auto": what reads the file that `weights` names; else ONNX Runtime
            where the model is there as ONNX or can be exported, else Keras.
        model: a name of `fsanet.MODELS`.
        weights: a catalogued training set ("synthetic", "300W_LP", "BIWI"), a weight file or a folder of them as
            `load_model` takes it, or an exported file: .onnx (onnx), .tflite (litert).
        threads: cores for one call; None: all that the process may use.
        provider: for onnx: "cpu", "cuda", or "auto" for CUDA where this ONNX Runtime has it.
        batch_size: crops that are computed at once; more are computed in turns.

    Raises:
        ValueError: for an unknown engine, model, training set or setting; the message lists the known ones.
        FileNotFoundError: where the weights are not on this machine; the message says how to get them.
        ImportError: where the engine's package is not installed.
    """
    if engine not in ("auto", *ENGINES):
        raise InputError(f"There is no engine '{engine}'. The engines are: auto, {', '.join(ENGINES)}.")
    get_spec(model)
    weights = str(weights)
    name = _best_engine(model, weights) if engine == "auto" else engine
    given = {"threads": threads, "provider": provider, "batch_size": batch_size}
    return _BUILDERS[name](model, weights, _checked(name, given))


def _best_engine(model: str, weights: str) -> str:
    by_suffix = {".onnx": "onnx", ".tflite": "litert"}.get(Path(weights).suffix)
    if by_suffix or ready_onnx(model, weights):
        return by_suffix or "onnx"
    return "onnx" if all(map(find_spec, _EXPORT_PACKAGES)) else "keras"


def _checked(engine: str, given: dict) -> dict:
    """The settings that were given, all of which the engine must have."""
    settings = {key: value for key, value in given.items() if value is not None}
    foreign = [key for key in settings if key not in _SETTINGS[engine]]
    if foreign:
        raise InputError(
            f"Engine '{engine}' has no setting {', '.join(foreign)}; it has: {', '.join(_SETTINGS[engine])}."
        )
    return settings


def _onnx(model: str, weights: str, settings: dict) -> Engine:
    return OnnxEngine(weights if weights.endswith(".onnx") else exported_onnx(model, weights), **settings)


def _litert(model: str, weights: str, settings: dict) -> Engine:
    if not weights.endswith(".tflite"):
        command = command_here(
            f"export MODEL={model} WEIGHTS={weights} FORMAT=tflite",
            f"export --model {model} --weights {weights} --format tflite",
        )
        raise InputError(f"Engine 'litert' takes a .tflite file as weights, got '{weights}': run {command} first.")
    from fsanet.engines.litert_engine import LiteRtEngine

    return LiteRtEngine(weights, **settings)


def _keras(model: str, weights: str, settings: dict) -> Engine:
    if not find_spec("keras"):
        raise MissingPackageError(
            "Engine 'keras' needs Keras: pip install 'fsanet[keras]'; engine 'onnx' works without."
        )
    from fsanet.engines.keras_engine import KerasEngine
    from fsanet.weights.loading import load_model

    return KerasEngine(load_model(model, weights=weights), **settings)


_BUILDERS = {"onnx": _onnx, "litert": _litert, "keras": _keras}
