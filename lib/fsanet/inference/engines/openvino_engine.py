"""OpenVINO: an engine for processors with bfloat16, where it is faster than ONNX Runtime in float32."""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.inference.engines.engine import as_float, checked_crops
from fsanet.inference.engines.settings import checked_batch_size, checked_threads
from fsanet.inference.engines.workers import Workers

_PRECISIONS = {"float32": "f32", "bfloat16": "bf16", "float16": "f16"}


class OpenVinoEngine:
    """Poses through OpenVINO.

    Args:
        path: an ONNX file, or an OpenVINO .xml beside its .bin.
        threads: cores for one call; None: all that the process may use.
        precision: "float32", or what the processor computes faster: "bfloat16" or "float16".
        batch_size: crops that a thread computes at once; None: 16.

    Raises:
        ImportError: without OpenVINO.
        FileNotFoundError: when there is no such file.
        ValueError: when it is not a model that OpenVINO reads, or a setting is wrong.
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
            raise ValueError(f"There is no precision '{precision}'. The precisions are: {', '.join(_PRECISIONS)}.")
        self.path = Path(path)
        self.batch_size = checked_batch_size(batch_size, default=16)
        self._precision = _PRECISIONS[precision]
        self._workers = Workers(checked_threads(threads))
        self._core, self._model = _read(self.path)
        self.input_size = self._model.input(0).partial_shape[1].get_length()
        self._lock = threading.Lock()  # requests keep their tensors until the next call
        self._single = self._compile(streams=1).create_infer_request()
        self._requests: list = []

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says of itself; empty for an ONNX file, whose properties OpenVINO does not keep."""
        if not self._model.has_rt_info("fsanet"):
            return {}
        return {key: value.astype(str) for key, value in self._model.rt_info["fsanet"].items()}

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = checked_crops(crops_bgr, self.input_size)
        angles = np.empty((len(crops), 3), np.float32)
        with self._lock:
            requests = [self._single] if len(crops) <= 1 else self._one_for_each_worker()

            def work(worker: int, part: slice) -> None:
                angles[part] = requests[worker].infer({0: as_float(crops[part])})[0]

            self._workers.share_out(len(crops), self.batch_size, work)
        return angles

    def _one_for_each_worker(self) -> list:
        """Requests that compute side by side, each on a core of its own; made when first needed."""
        if not self._requests:
            compiled = self._compile(streams=self._workers.count)
            self._requests = [compiled.create_infer_request() for _ in range(self._workers.count)]
        return self._requests

    def _compile(self, streams: int):
        settings = {
            "INFERENCE_PRECISION_HINT": self._precision,
            "INFERENCE_NUM_THREADS": self._workers.count,
            "NUM_STREAMS": streams,
        }
        return self._core.compile_model(self._model, "CPU", settings)


def _read(path: Path):
    """OpenVINO's core and the model in a file."""
    try:
        import openvino
    except ImportError:
        raise ImportError("Engine 'openvino' needs OpenVINO: pip install 'fsanet[export]'.") from None
    if not path.is_file():
        raise FileNotFoundError(f"There is no file '{path}' for OpenVINO.")
    core = openvino.Core()
    try:
        return core, core.read_model(path)
    except RuntimeError as error:
        raise ValueError(f"OpenVINO cannot read '{path}': {error}") from error
