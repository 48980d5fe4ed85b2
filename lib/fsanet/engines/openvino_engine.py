"""OpenVINO: runs what `make export FORMAT=openvino` writes, in the precision that the processor computes best."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.engines.engine import as_float, check_output, checked_batch_size, checked_crops, checked_threads, shares
from fsanet.errors import InputError, MissingPackageError, UnreadableError

_PRECISIONS = {"float32": "f32", "bfloat16": "bf16", "float16": "f16"}


class OpenVinoEngine:
    """Poses through OpenVINO, all threads computing one batch together.

    Args:
        path: an ONNX file, or an OpenVINO .xml beside its .bin.
        threads: cores for one call; None: all that the process may use.
        precision: "float32", or what the processor computes faster: "bfloat16" or "float16".
        batch_size: crops that are computed at once, 16 where not given; more are computed in turns.

    Raises:
        ImportError: without OpenVINO.
        FileNotFoundError: when there is no such file.
        ValueError: when it is not a model that OpenVINO reads, or not one of head poses, or a setting is wrong.
    """

    name = "openvino"

    def __init__(
        self,
        path: str | Path,
        *,
        threads: int | None = None,
        precision: str = "float32",
        batch_size: int | None = None,
    ):
        if precision not in _PRECISIONS:
            raise InputError(f"There is no precision '{precision}'. The precisions are: {', '.join(_PRECISIONS)}.")
        self.path = Path(path)
        self.batch_size = checked_batch_size(batch_size, default=16)
        self._precision = _PRECISIONS[precision]
        self._core, self._model = _read(self.path)
        self.input_size = self._model.input(0).partial_shape[1].get_length()
        check_output(_shape(self._model.output(0).partial_shape), self.path)
        self._lock = threading.Lock()  # the request keeps its tensors until the next call
        self._request = self._compile(checked_threads(threads)).create_infer_request()

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says of itself; empty where `fsanet export` did not write it."""
        place = "framework" if self.path.suffix == ".onnx" else "fsanet"  # the first holds an ONNX file's properties
        if not self._model.has_rt_info(place):
            return {}
        return {key: value.astype(str) for key, value in self._model.rt_info[place].items()}

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = checked_crops(crops_bgr, self.input_size)
        angles = np.empty((len(crops), 3), np.float32)
        with self._lock:
            for part in shares(len(crops), self.batch_size):
                angles[part] = self._request.infer({0: as_float(crops[part])})[0]
        return angles

    def _compile(self, threads: int):
        # One stream: two can wait for each other for ever in a process that has run another runtime.
        settings = {
            "INFERENCE_PRECISION_HINT": self._precision,
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
        }
        # Compiling gives its thread another stack for signals and takes it away later: Ctrl-C would crash this one.
        with ThreadPoolExecutor(1) as other:
            return other.submit(self._core.compile_model, self._model, "CPU", settings).result()


def _read(path: Path):
    """OpenVINO's core and the model in a file."""
    try:
        import openvino
    except ImportError:
        raise MissingPackageError("Engine 'openvino' needs OpenVINO: pip install 'fsanet[export]'.") from None
    if not path.is_file():
        raise FileNotFoundError(f"There is no file '{path}' for OpenVINO.")
    core = openvino.Core()
    try:
        return core, core.read_model(path)
    except RuntimeError as error:
        raise UnreadableError(f"OpenVINO cannot read '{path}': {error}") from error


def _shape(partial) -> list[object]:
    """An OpenVINO shape in numbers where these are known."""
    if partial.rank.is_dynamic:
        return ["any rank"]
    return [size.get_length() if size.is_static else "?" for size in partial]
