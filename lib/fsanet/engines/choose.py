"""Engines by name, and by what the weights are. A new engine is one file and one row of `_ENGINES`."""

import logging
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from fsanet.engines.engine import Engine, told_model
from fsanet.engines.keras_engine import KerasEngine
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.engines.openvino_engine import OpenVinoEngine
from fsanet.engines.tensorflow_engines import FrozenGraphEngine, LiteRtEngine, SavedModelEngine
from fsanet.errors import InputError, MissingPackageError, UnreadableError
from fsanet.export.formats.table import describe
from fsanet.export.onnx_cache import can_keep, export_anew, exported_onnx, onnx_dir, ready_onnx
from fsanet.locations import HOME_VARIABLE, NoHomeError, command_here
from fsanet.models.spec import default_weights, get_spec
from fsanet.weights.model_files import model_of, weight_files

log = logging.getLogger(__name__)

_EXPORT_PACKAGES = ("keras", "tensorflow", "tf2onnx", "onnx")
_FILES = {".onnx": "onnx", ".tflite": "litert", ".xml": "openvino", ".pb": "frozen_graph"}
_FOLDERS = {"model.xml": "openvino", "saved_model.pb": "saved_model"}  # by a file that such a folder holds


def create_engine(
    engine: str = "auto",
    *,
    model: str | None = None,
    weights: str | Path | None = None,
    threads: int | None = None,
    provider: str | None = None,
    batch_size: int | None = None,
) -> Engine:
    """An engine with a model's weights in it. Settings that are None are the engine's own choice.

    Args:
        engine: one of `ENGINES`, or "auto": what runs the export that `weights` names; else ONNX Runtime where the
            model is there as ONNX or can be exported, else Keras; a warning says what is in the way where the packages
            for an export are there.
        model: a name of `fsanet.MODELS`; None for that of an export, else `model_of` the weights.
        weights: a catalogued training set ("free", "synthetic", "300W_LP", "BIWI"), a weight file or a folder of them
            as `load_model` takes it, or what `fsanet export` wrote: a file, or the folder of OpenVINO or of a
            SavedModel. A `Path` is never the name of a training set. None: our own, `default_weights`.
        threads: cores for one call; None: all that the process may use.
        provider: for onnx: "cpu", "cuda", or "auto" for CUDA where this ONNX Runtime has it.
        batch_size: crops that are computed at once; more are computed in turns.

    Raises:
        ValueError: for an unknown engine, model, training set or setting; the message lists the known ones. Also for an
            export that says that it is of another model.
        FileNotFoundError: where the weights are not on this machine; the message says how to get them.
        ImportError: where the engine's package is not installed.
    """
    if engine not in ("auto", *ENGINES):
        raise InputError(f"There is no engine '{engine}'. The engines are: auto, {', '.join(ENGINES)}.")
    wanted = get_spec(model_of(weights) if model is None else model).name
    weights = default_weights(wanted) if weights is None else weights
    name = _best_engine(wanted, weights) if engine == "auto" else engine
    given = {"threads": threads, "provider": provider, "batch_size": batch_size}
    built = _ENGINES[name].build(wanted, weights, _checked(name, given))
    told = told_model(built)
    if model and told and told != model:
        raise InputError(f"'{weights}' is an export of {told}, not of {model}: leave the model out, or give its own.")
    return built


def open_export(path: Path) -> Engine:
    """The engine that runs what an export wrote, .keras files as whole models included.

    Raises:
        ValueError: when it is none of the formats, or its content is damaged.
        FileNotFoundError: when it is not there.
        ImportError: where the engine's package is not installed.
    """
    if path.suffix == ".keras":
        return _whole_keras_model(path)
    name = export_engine(path)
    if name is None:
        raise InputError(f"'{path}' is no export: expected {', '.join(_FILES)}, .keras or a folder of an export.")
    return _ENGINES[name].build("", path, {})


def export_engine(path: Path) -> str | None:
    """The name of the engine that runs an exported file or folder; None for what is no export."""
    if path.is_dir():
        return next((name for file, name in _FOLDERS.items() if (path / file).is_file()), None)
    return _FILES.get(path.suffix)


def _best_engine(model: str, weights: str | Path) -> str:
    of_export = export_engine(Path(weights))
    if of_export or ready_onnx(model, weights):
        return of_export or "onnx"
    if not all(map(find_spec, _EXPORT_PACKAGES)):
        return "keras"
    if hindrance := _hindrance():
        log.warning("Engine 'keras' reads the poses, which takes longer: %s.", hindrance)
    return "keras" if hindrance else "onnx"


def _hindrance() -> str:
    """What keeps a model from being exported and kept, where the packages for that are there; "" where nothing does."""
    import keras

    if (backend := keras.backend.backend()) != "tensorflow":
        return f"an export to ONNX needs Keras on TensorFlow, and it runs on {backend}"
    try:
        place = "" if can_keep() else f"in '{onnx_dir()}'"
    except NoHomeError:
        place = "where the user has no home folder"
    return place and f"no export can be kept {place}; {HOME_VARIABLE} may name a folder that can be written"


def _checked(engine: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given, all of which the engine must have."""
    settings = {key: value for key, value in given.items() if value is not None}
    known = _ENGINES[engine].settings
    if foreign := [key for key in settings if key not in known]:
        raise InputError(
            f"Engine '{engine}' has no setting {', '.join(foreign)}; it has: {', '.join(known) or 'none'}."
        )
    return settings


def _onnx(model: str, weights: str | Path, settings: dict[str, Any]) -> Engine:
    return _opened(model, weights, lambda path: OnnxEngine(path, **settings))


def _opened(model: str, weights: str | Path, opens: Callable[[Path], Engine]) -> Engine:
    """An engine on the ONNX file of the weights; one of the cache that was damaged since is exported again."""
    path = _onnx_file(model, weights)
    try:
        return opens(path)
    except UnreadableError:
        if path == Path(weights) or path.parent != onnx_dir():
            raise
    log.warning("'%s' is damaged: it is exported again.", path)
    return opens(export_anew(model, weights))


def _onnx_file(model: str, weights: str | Path) -> Path:
    return Path(weights) if Path(weights).suffix == ".onnx" else exported_onnx(model, weights)


def _litert(model: str, weights: str | Path, settings: dict[str, Any]) -> Engine:
    return LiteRtEngine(_export_of("litert", "tflite", model, weights), **settings)


def _openvino(model: str, weights: str | Path, settings: dict[str, Any]) -> Engine:
    path = Path(weights)
    if path.is_dir() and export_engine(path) == "openvino":
        return OpenVinoEngine(path / "model.xml", **settings)
    if path.suffix == ".xml":
        return OpenVinoEngine(path, **settings)
    return _opened(model, weights, lambda path: OpenVinoEngine(path, **settings))


def _saved_model(model: str, weights: str | Path, settings: dict[str, Any]) -> Engine:
    return SavedModelEngine(_export_of("saved_model", "saved_model", model, weights), **settings)


def _frozen_graph(model: str, weights: str | Path, settings: dict[str, Any]) -> Engine:
    return FrozenGraphEngine(_export_of("frozen_graph", "frozen_graph", model, weights), **settings)


def _export_of(engine: str, export_format: str, model: str, weights: str | Path) -> Path:
    """The path of an export that the engine runs, which the weights must be."""
    if (other := export_engine(Path(weights))) == engine:
        return Path(weights)
    what = next((suffix for suffix, name in _FILES.items() if name == engine), f"{export_format} folder")
    refusal = f"Engine '{engine}' takes a {what} as weights, got '{weights}'"
    if other:
        raise InputError(f"{refusal}, which engine '{other}' runs: leave the engine out, or give a {what}.")
    command = command_here(
        f"export MODEL={model} WEIGHTS={weights} FORMAT={export_format}",
        f"export --model {model} --weights {weights} --format {export_format}",
    )
    raise InputError(f"{refusal}: run {command} first.")


def _keras(model: str, weights: str | Path, settings: dict[str, Any]) -> Engine:
    weight_files(model, weights)  # what is no weights needs no Keras
    if not find_spec("keras"):
        without = "; engine 'onnx' works without" if ready_onnx(model, weights) else ""
        raise MissingPackageError(f"Engine 'keras' needs Keras: pip install 'fsanet[keras]'{without}.")
    from fsanet.tensors import layers_in
    from fsanet.weights.loading import load_model

    with layers_in("float32"):
        return KerasEngine(load_model(model, weights=weights), metadata=describe(model, weights), **settings)


def _whole_keras_model(path: Path) -> KerasEngine:
    import keras

    import fsanet.layers  # noqa: F401 (registers the layers by name)

    return KerasEngine(keras.saving.load_model(path, compile=False))


class _Row(NamedTuple):
    """An engine: its class, how it is built from a model's name, weights and settings, and which settings it has."""

    kind: type[Engine]
    build: Callable[[str, str | Path, dict[str, Any]], Engine]
    settings: tuple[str, ...] = ()


_ENGINES = {
    "onnx": _Row(OnnxEngine, _onnx, ("threads", "provider", "batch_size")),
    "litert": _Row(LiteRtEngine, _litert, ("threads",)),
    "keras": _Row(KerasEngine, _keras, ("batch_size",)),
    "openvino": _Row(OpenVinoEngine, _openvino, ("threads", "batch_size")),
    "saved_model": _Row(SavedModelEngine, _saved_model),
    "frozen_graph": _Row(FrozenGraphEngine, _frozen_graph),
}
ENGINES = tuple(_ENGINES)
ENGINE_CLASSES = tuple(row.kind for row in _ENGINES.values())
