"""ONNX Runtime: the engine for use. Needs no Keras once there is an ONNX file."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fsanet.builds import ONNX_RUNTIME, clash_of_builds
from fsanet.engines.engine import Workers, as_float, check_output, checked_batch_size, checked_crops, checked_threads
from fsanet.engines.reading import EXPECTED_ERROR, ExpectedError, Reading
from fsanet.errors import InputError
from fsanet.sessions import CALLS, SessionPair, onnx_runtime_reads, session_options

if TYPE_CHECKING:
    import onnxruntime

_WORTH_A_SESSION = 100  # crops: sharing out about as many saves the time that a session takes to open
_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class OnnxEngine:
    """Poses through ONNX Runtime; of a fusion whose file tells them, the errors to be expected too.

    A single crop is computed by all threads together, operation by operation, and so are the first hundred. Further
    ones that come several at once are shared out, each thread computing its own from first to last, because that spares
    the threads the waiting for one another: on two cores 64 crops take three quarters of the time. So does a crop while
    another network is computing, in a video for one. It takes a session of its own, which is opened when that is worth
    it. Both say the same.

    Args:
        path: an ONNX file as `write_onnx` or `make export FORMAT=onnx` makes it.
        threads: cores for one call; None: all that the process may use.
        provider: "cpu", "cuda", or "auto" for CUDA where this ONNX Runtime has it.
        batch_size: crops that a thread, or a GPU, computes at once; None: 8 on a CPU, where larger ones leave the
            cache, and 256 on a GPU.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when it is not an ONNX model with the network's input and output, or a setting is wrong.

    Attributes:
        expected: errors by the spread of a fusion's members, as the file tells them; None where it does not. Set to
            `fsanet.engines.reading.SPREAD`, readings tell the spread itself.
    """

    name = "onnx"

    def __init__(
        self, path: str | Path, *, threads: int | None = None, provider: str = "auto", batch_size: int | None = None
    ):
        self.path = Path(path)
        self._providers = _providers(provider)
        threads = checked_threads(threads)
        on_cpu = self._providers[0] == _PROVIDERS["cpu"]
        self._workers = Workers(threads if on_cpu else 1)
        self.batch_size = checked_batch_size(batch_size, default=8 if on_cpu else 256)
        self._sessions = SessionPair(partial(_open_session, self.path, self._providers), threads)
        self.input_size = _input_size(self._sessions.together, self.path)
        self._input = self._sessions.together.get_inputs()[0].name
        self._outputs = [output.name for output in self._sessions.together.get_outputs()]
        known = self.metadata.get(EXPECTED_ERROR) if len(self._outputs) > 1 else None
        self.expected = None if known is None else ExpectedError.from_text(known)
        self._lock = threading.Lock()
        self._come = 0  # crops, several at once

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says of itself: model, weights, licence, angle order, colour order, crop margin."""
        return dict(self._sessions.together.get_modelmeta().custom_metadata_map)

    @property
    def on_cuda(self) -> bool:
        """Whether a graphics card computes: not where ONNX Runtime has CUDA and finds no card or library of it."""
        return self._sessions.together.get_providers()[0] == _PROVIDERS["cuda"]

    def predict(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Poses of face crops, as `Engine.predict` has it."""
        return self._answers(crops_bgr)[0]

    def read(self, crops_bgr: ArrayLike) -> Reading:
        """Poses of face crops and the errors to be expected, as `fsanet.engines.reading.Reading` has it."""
        poses, spread = self._answers(crops_bgr)
        return Reading(poses, np.full_like(poses, np.nan) if self.expected is None else self.expected.of(spread))

    def _answers(self, crops_bgr: ArrayLike) -> NDArray[np.float32]:
        """Angles and their spread among the members, (2, N, 3); NaN where the file tells the angles alone."""
        crops = checked_crops(crops_bgr, self.input_size)
        in_turn = len(crops) <= 1 or self._workers.count == 1 or self._are_few(len(crops))
        answers = np.full((2, len(crops), 3), np.nan, np.float32)
        with CALLS.one_more() as is_alone:
            together = self._workers.count == 1 or (in_turn and is_alone)
            session = self._sessions.together if together else self._sessions.single()

            def work(_: int, part: slice) -> None:
                for answer, found in zip(answers, self._run(session, crops[part]), strict=False):
                    answer[part] = found

            self._workers.share_out(len(crops), self.batch_size, work, in_turn)
        return answers

    def _are_few(self, crops: int) -> bool:
        """Whether the crops that came so far, and these, are too few for a session of their own."""
        with self._lock:
            self._come += crops
            return not self._sessions.has_single and self._come <= _WORTH_A_SESSION

    def _run(self, session: onnxruntime.InferenceSession, crops: NDArray) -> list[NDArray[np.float32]]:
        return session.run(self._outputs, {self._input: as_float(crops)})


def clash_of_runtimes() -> str:
    """What is wrong where both of ONNX Runtime's packages are installed and the one without CUDA came last; else ""."""
    clash = clash_of_builds(ONNX_RUNTIME)
    if not clash:
        return ""
    import onnxruntime

    return "" if _PROVIDERS["cuda"] in onnxruntime.get_available_providers() else clash


def _open_session(path: Path, providers: list[str], threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime

    if not path.is_file():
        raise FileNotFoundError(f"There is no ONNX file '{path}'.")
    with onnx_runtime_reads(path):
        return onnxruntime.InferenceSession(str(path), session_options(threads), providers=providers)


def _providers(provider: str) -> list[str]:
    """ONNX Runtime's names, preferred first. CPU stays behind CUDA for operations that CUDA lacks."""
    import onnxruntime

    available = onnxruntime.get_available_providers()
    if provider == "auto":
        provider = "cuda" if _PROVIDERS["cuda"] in available else "cpu"
    if provider not in _PROVIDERS:
        raise InputError(f"There is no provider '{provider}'. The providers are: auto, {', '.join(_PROVIDERS)}.")
    if _PROVIDERS[provider] not in available:
        raise InputError(
            f"Provider '{provider}' needs an ONNX Runtime with {_PROVIDERS[provider]}; the installed one has "
            f"{', '.join(available)}. For CUDA install onnxruntime-gpu in its place. {clash_of_runtimes()}".rstrip()
        )
    return list(dict.fromkeys([_PROVIDERS[provider], _PROVIDERS["cpu"]]))


def _input_size(session: onnxruntime.InferenceSession, path: Path) -> int:
    """Side of the square crops that the network takes."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shape = inputs[0].shape if len(inputs) == 1 else []
    square = len(shape) == 4 and isinstance(shape[1], int) and shape[1] == shape[2] and shape[3] == 3
    told = 1 <= len(outputs) <= 2  # the angles, and perhaps their spread
    if not square or not told or inputs[0].type != "tensor(float)":
        raise InputError(
            f"'{path}' is not a head pose network: it takes {[(i.type, i.shape) for i in inputs]}, expected one float "
            "tensor of (batch, size, size, 3)."
        )
    for output in outputs:
        check_output(output.shape, path)
    return shape[1]
