"""Engines for TensorFlow's formats: .tflite files, SavedModels and frozen graphs, as `fsanet export` writes them."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.engines.engine import Workers, as_float, check_output, checked_crops, checked_threads
from fsanet.errors import InputError, MissingPackageError
from fsanet.export.formats.table import INPUT_NAME, METADATA_FILE, METADATA_PREFIX, OUTPUT_NAME, SIGNATURE


class LiteRtEngine:
    """Poses through LiteRT, formerly TensorFlow Lite: for .tflite files, and the fastest for those of int8.

    A single crop is computed by all threads together. Several are shared out and computed one by one in each thread:
    small activations stay in the cache, and larger batches would be prepared anew for each size.

    Args:
        path: a .tflite file as `make export FORMAT=tflite` makes it.
        threads: cores for one call; None: all that the process may use.

    Raises:
        ImportError: without LiteRT.
        FileNotFoundError: when there is no such file.
        ValueError: when it is not a model that LiteRT reads, or not one of head poses, or a setting is wrong.
    """

    name = "litert"

    def __init__(self, path: str | Path, *, threads: int | None = None):
        self.path = Path(path)
        self._workers = Workers(checked_threads(threads))
        self._single = _interpreter(self.path, self._workers.count)
        self._input = self._single.get_input_details()[0]
        output = self._single.get_output_details()[0]
        check_output(output["shape"], self.path)
        self._output = output["index"]
        self.input_size = int(self._input["shape"][1])
        self._lock = threading.Lock()  # an interpreter serves one thread at a time
        self._interpreters: list = []

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says of itself; empty where `fsanet export` did not write it."""
        from ai_edge_litert import schema_py_generated as schema

        model = schema.Model.GetRootAs(self.path.read_bytes())
        entries = (model.Metadata(number) for number in range(model.MetadataLength()))
        buffers = {(entry.Name() or b"").decode(): model.Buffers(entry.Buffer()) for entry in entries}
        return {
            name.removeprefix(METADATA_PREFIX): bytes(buffer.DataAsNumpy()).decode()
            for name, buffer in buffers.items()
            if name.startswith(METADATA_PREFIX)
        }

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = checked_crops(crops_bgr, self.input_size)
        angles = np.empty((len(crops), 3), np.float32)
        with self._lock:
            interpreters = [self._single] if len(crops) <= 1 else self._one_for_each_worker()

            def work(worker: int, part: slice) -> None:
                for i in range(part.start, part.stop):
                    angles[i] = self._run(interpreters[worker], crops[i : i + 1])

            self._workers.share_out(len(crops), max(1, len(crops)), work)
        return angles

    def _one_for_each_worker(self) -> list:
        if not self._interpreters:
            self._interpreters = [_interpreter(self.path, 1) for _ in range(self._workers.count)]
        return self._interpreters

    def _run(self, interpreter, crop: NDArray) -> NDArray[np.float32]:
        interpreter.set_tensor(self._input["index"], as_float(crop))
        interpreter.invoke()
        return interpreter.get_tensor(self._output)[0]


def _interpreter(path: Path, threads: int):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise MissingPackageError("Engine 'litert' needs LiteRT: pip install 'fsanet[export]'.") from None
    if not path.is_file():
        raise FileNotFoundError(f"There is no .tflite file '{path}'.")
    try:
        interpreter = Interpreter(str(path), num_threads=threads)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise InputError(f"LiteRT cannot read '{path}': {error}") from error
    return interpreter


class SavedModelEngine:
    """Poses through a SavedModel.

    Args:
        path: the folder.

    Raises:
        ImportError: without TensorFlow.
        ValueError: when it is not a SavedModel with our signature.
    """

    name = "saved_model"

    def __init__(self, path: str | Path):
        import tensorflow as tf

        self.path = Path(path)
        try:
            self._loaded = tf.saved_model.load(str(path))  # its signatures do not keep it alive
            self._network = self._loaded.signatures[SIGNATURE]
            self.input_size = int(self._network.structured_input_signature[1][INPUT_NAME].shape[1])
        except (OSError, KeyError) as error:
            raise InputError(f"'{path}' is not a SavedModel of a head pose network: {error}.") from error

    @property
    def metadata(self) -> dict[str, str]:
        """What the folder says of itself; empty where `fsanet export` did not write it."""
        file = self.path / METADATA_FILE
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = as_float(checked_crops(crops_bgr, self.input_size))
        return self._network(**{INPUT_NAME: crops})[OUTPUT_NAME].numpy()


class FrozenGraphEngine:
    """Poses through a frozen graph of TensorFlow 1.

    Args:
        path: the .pb file.
        input_name: the tensor that takes crops.
        output_name: the tensor with the angles.

    Raises:
        ImportError: without TensorFlow.
        FileNotFoundError: when there is no such file.
        ValueError: when it is no graph with those tensors.
    """

    name = "frozen_graph"

    def __init__(self, path: str | Path, input_name: str = f"{INPUT_NAME}:0", output_name: str = f"{OUTPUT_NAME}:0"):
        import tensorflow as tf
        from google.protobuf.message import DecodeError

        try:
            graph = tf.compat.v1.GraphDef.FromString(Path(path).read_bytes())
            wrapped = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
            self._network = wrapped.prune(input_name, output_name)
        except (DecodeError, KeyError, ValueError) as error:
            raise InputError(f"'{path}' is not a frozen graph with {input_name} and {output_name}: {error}.") from error
        self._constant = tf.constant
        self.input_size = int(self._network.inputs[0].shape[1])

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        crops = as_float(checked_crops(crops_bgr, self.input_size))
        return self._network(self._constant(crops)).numpy()
