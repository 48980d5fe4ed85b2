"""ONNX Runtime: the engine for use. Needs no Keras once there is an ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.inference.engines.engine import checked_crops, in_batches
from fsanet.inference.engines.threads import checked_threads

if TYPE_CHECKING:
    import keras
    import onnxruntime

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class OnnxEngine:
    """Poses through ONNX Runtime.

    Args:
        path: an ONNX file as `write_onnx` or `make export FORMAT=onnx` makes it.
        threads: cores for one call; None: all that the process may use.
        provider: "cpu", "cuda", or "auto" for CUDA where this ONNX Runtime has it.
        batch_size: crops that are computed at once; more are computed in turns.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is not an ONNX model with the network's input and output, or a setting is wrong.
    """

    name = "onnx"

    def __init__(self, path: str | Path, *, threads: int | None = None, provider: str = "auto", batch_size: int = 64):
        self.path = Path(path)
        self.batch_size = _checked_batch_size(batch_size)
        self._session = _open_session(self.path, checked_threads(threads), provider)
        self.input_size = _input_size(self._session, self.path)
        self._input = self._session.get_inputs()[0].name
        self._outputs = [self._session.get_outputs()[0].name]

    @classmethod
    def from_keras(cls, model: keras.Model, **settings) -> OnnxEngine:
        """An engine for a loaded Keras model; its ONNX file is kept in the cache under the hash of its weights.

        Args:
            model: as `load_model` or `build_model` returns it, trained further or not.
            **settings: of the engine.
        """
        from fsanet.inference.engines.onnx_cache import cached_onnx_of_model

        return cls(cached_onnx_of_model(model), **settings)

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says of itself: model, weights, licence, angle order, colour order, crop margin."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        return in_batches(self._run, checked_crops(crops_bgr, self.input_size), self.batch_size)

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._session.run(self._outputs, {self._input: batch})[0]


def _checked_batch_size(batch_size: int) -> int:
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}.")
    return batch_size


def _open_session(path: Path, threads: int, provider: str) -> onnxruntime.InferenceSession:
    import onnxruntime

    if not path.is_file():
        raise FileNotFoundError(f"There is no ONNX file '{path}'.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads spin within a call, because waking them for each operation costs more than the operation; but not after
    # it, where they would take the cores from the threads that decode, detect and draw.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 3  # errors; they are raised, too
    providers = _providers(provider, onnxruntime.get_available_providers())
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # its classes are private and share no base but Exception
        raise ValueError(f"ONNX Runtime cannot read '{path}': {error}") from error


def _providers(provider: str, available: list[str]) -> list[str]:
    """ONNX Runtime's names, preferred first. CPU stays behind CUDA for operations that CUDA lacks."""
    if provider == "auto":
        provider = "cuda" if _PROVIDERS["cuda"] in available else "cpu"
    if provider not in _PROVIDERS:
        raise ValueError(f"There is no provider '{provider}'. The providers are: auto, {', '.join(_PROVIDERS)}.")
    if _PROVIDERS[provider] not in available:
        raise ValueError(
            f"Provider '{provider}' needs an ONNX Runtime with {_PROVIDERS[provider]}; the installed one has "
            f"{', '.join(available)}. For CUDA install onnxruntime-gpu in its place."
        )
    return list(dict.fromkeys([_PROVIDERS[provider], _PROVIDERS["cpu"]]))


def _input_size(session: onnxruntime.InferenceSession, path: Path) -> int:
    """Side of the square crops that the network takes."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shape = inputs[0].shape if len(inputs) == 1 else []
    square = len(shape) == 4 and isinstance(shape[1], int) and shape[1] == shape[2] and shape[3] == 3
    if not square or len(outputs) != 1 or inputs[0].type != "tensor(float)":
        raise ValueError(
            f"'{path}' is not a head pose network: it takes {[(i.type, i.shape) for i in inputs]}, expected one float "
            "tensor of (batch, size, size, 3)."
        )
    return shape[1]
