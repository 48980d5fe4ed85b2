"""The fusion of three on a graphics card: its angles against those of the CPU, time, memory, and training.

Each side is a way to reach the card, alone in a process of its own: Keras on each backend that is installed, and ONNX
Runtime. Graphics cards of NVIDIA round products of float32 to ten bits unless they are told not to; they are told here,
by `NVIDIA_TF32_OVERRIDE=0`, or angles would differ by more than `MOST_DEG`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

from fsanet.benchmarks.own_process import OwnProcess, own_peak_mb
from fsanet.benchmarks.speed.measurement import Effort, Row, Section, median_ms
from fsanet.console import quiet_native_stderr
from fsanet.errors import InputError
from fsanet.training.settings import PRECISIONS

MODEL, WEIGHTS = "fusion_capsule", "free"
TRAINED = "var_capsule"
FACES = (1, 64, 1024)
MOST_DEG = 1e-3
TITLE = f"{MODEL} on a graphics card, float32; training of {TRAINED}, batch 256, paper's augmentation"
NO_CARD = "Nothing is checked: `nvidia-smi` finds no graphics card here."
_BACKENDS = ("tensorflow", "jax", "torch")
_SIDES = (*_BACKENDS, "onnxruntime")
_SIZE, _BATCH = 64, 256
_COMPARED = 8  # crops; more would say the same

# Read by the libraries when they are loaded: exact products, and no more memory than is used.
_SETTINGS = {
    "NVIDIA_TF32_OVERRIDE": "0",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "JAX_DEFAULT_MATMUL_PRECISION": "highest",
}


class Outcome(NamedTuple):
    """What a side came to.

    Attributes:
        difference_deg: largest difference of an angle from ONNX Runtime's on the CPU.
        ms: {faces: milliseconds of a call}.
        images_per_second: {precision: rate of training}; empty for ONNX Runtime, which does not train.
        memory_mb: the card's in use at the end, of all processes; on a CPU the peak of this one.
    """

    difference_deg: float
    ms: dict[int, float]
    images_per_second: dict[str, float]
    memory_mb: float


def run(effort: Effort, device: str = "gpu") -> Section:
    """Check every side that is installed; without a graphics card a section that says so.

    Args:
        effort: how long.
        device: "gpu", or "cpu" to try the check itself out.

    Raises:
        ValueError: when a side's angles are not those of the CPU.
    """
    card = card_name() if device == "gpu" else "cpu"
    if not card:
        return Section("gpu", TITLE, [], [NO_CARD])
    rows, left_out = [], []
    for side in _SIDES:
        if find_spec(side) is None or (side in _BACKENDS and find_spec("keras") is None):
            left_out.append(f"{side}: not installed.")
            continue
        try:
            with OwnProcess() as process:
                rows += rows_of(side, process(measure, side, device, effort))
        except MissingDeviceError as error:
            left_out.append(f"{side}: {error}")
    return Section("gpu", f"{TITLE}; {card}", rows, left_out)


class MissingDeviceError(InputError):
    """A library is there, and does not see the graphics card."""


def card_name() -> str:
    """Name, driver and memory of the first graphics card; empty where there is none."""
    return _ask_card("name,driver_version,memory.total")


def rows_of(side: str, outcome: Outcome) -> list[Row]:
    """The figures of a side.

    Raises:
        ValueError: when its angles differ by more than `MOST_DEG`: then its times mean nothing.
    """
    if not outcome.difference_deg <= MOST_DEG:
        raise InputError(
            f"{side} differs from the CPU by {outcome.difference_deg:.2g} degrees, more than {MOST_DEG:g}."
        )
    times = [
        Row(f"{side}, {faces:,} faces", "ms", (ms,), {"faces/s": 1000.0 * faces / ms})
        for faces, ms in outcome.ms.items()
    ]
    training = [
        Row(f"{side}, training in {precision}", "images/s", (rate,))
        for precision, rate in outcome.images_per_second.items()
    ]
    difference = Row(f"{side}, largest difference", "degrees", (outcome.difference_deg,))
    return [*times, *training, Row(f"{side}, memory", "MB", (outcome.memory_mb,)), difference]


def measure(side: str, device: str, effort: Effort) -> Outcome:
    """All of one side. To be called in a process in which neither Keras nor a backend is loaded.

    Raises:
        MissingDeviceError: when the side does not see the device.
    """
    os.environ.update(_SETTINGS)
    if side in _BACKENDS:
        os.environ["KERAS_BACKEND"] = side
    if device == "gpu" and not _SEES_CARD[side]():
        raise MissingDeviceError("this build does not see the graphics card.")
    with quiet_native_stderr(), _placed(side, device):
        predict = _opened(side, device)
        crops = np.random.default_rng(0).integers(0, 256, (max(FACES), _SIZE, _SIZE, 3)).astype(np.uint8)
        difference = np.abs(predict(crops[:_COMPARED]) - _expected(crops[:_COMPARED])).max()
        ms = {faces: median_ms(partial(predict, crops[:faces]), effort.seconds) for faces in FACES}
        rates = {precision: _training_rate(precision, effort) for precision in PRECISIONS if side in _BACKENDS}
    return Outcome(float(difference), ms, rates, _memory_mb(device))


def _expected(crops: np.ndarray) -> np.ndarray:
    from fsanet.engines.choose import create_engine

    return create_engine("onnx", model=MODEL, weights=WEIGHTS, provider="cpu").predict(crops)


def _opened(side: str, device: str) -> Callable[[np.ndarray], np.ndarray]:
    from fsanet.engines.choose import create_engine
    from fsanet.engines.onnx_engine import OnnxEngine

    if side in _BACKENDS:
        return create_engine("keras", model=MODEL, weights=WEIGHTS, batch_size=max(FACES)).predict
    provider = "cuda" if device == "gpu" else "cpu"
    engine = create_engine("onnx", model=MODEL, weights=WEIGHTS, provider=provider, batch_size=max(FACES))
    if device == "gpu" and not (isinstance(engine, OnnxEngine) and engine.on_cuda):
        raise MissingDeviceError("it has CUDA's provider, which finds no card or lacks a library of CUDA.")
    return engine.predict


def _placed(side: str, device: str) -> AbstractContextManager:
    """Within this context Keras computes on the device; ONNX Runtime has its provider."""
    if side not in _BACKENDS:
        return nullcontext()
    import keras

    return keras.device(f"{device}:0")


def _training_rate(precision: str, effort: Effort) -> float:
    from fsanet.benchmarks.speed.training import Case, make_trainer

    train = make_trainer(TRAINED, Case(_BATCH, "paper"), precision)
    train()  # traces and warms up
    return float(np.median([train().clock for _ in range(effort.rounds)]))


def _memory_mb(device: str) -> float:
    return float(_ask_card("memory.used").split()[0]) if device == "gpu" else own_peak_mb()


def _ask_card(what: str) -> str:
    """What `nvidia-smi` says of the first card; empty where there is none."""
    if shutil.which("nvidia-smi") is None:
        return ""
    command = ["nvidia-smi", f"--query-gpu={what}", "--format=csv,noheader"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip().partition("\n")[0] if answer.returncode == 0 else ""


def _tensorflow_sees_card() -> bool:
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def _jax_sees_card() -> bool:
    import jax

    return jax.default_backend() == "gpu"


def _torch_sees_card() -> bool:
    import torch

    return torch.cuda.is_available()


def _onnxruntime_sees_card() -> bool:
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


_SEES_CARD: dict[str, Callable[[], bool]] = {
    "tensorflow": _tensorflow_sees_card,
    "jax": _jax_sees_card,
    "torch": _torch_sees_card,
    "onnxruntime": _onnxruntime_sees_card,
}
