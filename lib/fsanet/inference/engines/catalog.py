"""Engines by name."""

from importlib.util import find_spec
from pathlib import Path

from fsanet.inference.engines.engine import Engine
from fsanet.inference.engines.onnx_cache import exported_onnx, ready_onnx
from fsanet.inference.engines.onnx_engine import OnnxEngine
from fsanet.models.spec import get_spec

ENGINES = ("onnx", "keras")

_EXPORT_PACKAGES = ("keras", "tensorflow", "tf2onnx", "onnx")


def create_engine(
    engine: str = "auto",
    *,
    model: str = "fusion_capsule",
    weights: str | Path = "synthetic",
    threads: int | None = None,
    provider: str = "auto",
    batch_size: int | None = None,
) -> Engine:
    """An engine with a model's weights in it.

    Args:
        engine: "onnx", "keras", or "auto": ONNX Runtime where the model is there as ONNX or can be exported, else
            Keras.
        model: a name of `fsanet.MODELS`.
        weights: a catalogued training set ("synthetic", "300W_LP", "BIWI"), a weight file as `load_model` takes it, or
            an ONNX file.
        threads: cores for one call; None: all that the process may use. ONNX Runtime only.
        provider: "cpu", "cuda", or "auto" for CUDA where this ONNX Runtime has it. ONNX Runtime only.
        batch_size: crops that are computed at once; more are computed in turns. None: what suits the engine.

    Raises:
        ValueError: for an unknown engine, model, training set or provider; the message lists the known ones.
        FileNotFoundError: where the weights are not on this machine; the message says how to get them.
        ImportError: where neither an ONNX file nor Keras is on this machine.
    """
    if engine not in ("auto", *ENGINES):
        raise ValueError(f"There is no engine '{engine}'. The engines are: auto, {', '.join(ENGINES)}.")
    get_spec(model)
    weights = str(weights)
    if engine == "auto":
        engine = _best_engine(model, weights)
    if engine == "onnx":
        path = weights if weights.endswith(".onnx") else exported_onnx(model, weights)
        return OnnxEngine(path, threads=threads, provider=provider, batch_size=batch_size)
    return _keras_engine(model, weights, threads, provider, batch_size)


def _best_engine(model: str, weights: str) -> str:
    if weights.endswith(".onnx") or ready_onnx(model, weights):
        return "onnx"
    return "onnx" if all(map(find_spec, _EXPORT_PACKAGES)) else "keras"


def _keras_engine(model: str, weights: str, threads: int | None, provider: str, batch_size: int | None) -> Engine:
    if threads is not None or provider != "auto":
        raise ValueError("threads and provider are settings of engine 'onnx'; Keras' backend has its own.")
    if not find_spec("keras"):
        raise ImportError("Engine 'keras' needs Keras: pip install 'fsanet[keras]'. Engine 'onnx' works without it.")
    from fsanet.inference.engines.keras_engine import KerasEngine
    from fsanet.weights.loading import load_model

    return KerasEngine(load_model(model, weights=weights), batch_size=batch_size)
