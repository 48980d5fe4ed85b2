"""Networks of detectors: their files found, or missed with the remedy, and opened so that threads may use them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from numpy.typing import NDArray

from fsanet.locations import DETECTORS, command_here, find_pretrained, pretrained_dir
from fsanet.sessions import CALLS, SessionPair, onnx_runtime_reads, session_options
from fsanet.workers import cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Thing = TypeVar("Thing")


def find_detector_file(name: str) -> Path | None:
    """A detector file by name, in `pre-trained/detectors/` or in the mirror; None where there is none."""
    return find_pretrained(f"{DETECTORS}/{name}")


def read_detector_file(name: str, path: str | Path | None = None) -> bytes:
    """Content of a detector file: of `path` where given, else of the one found by `name`.

    Raises:
        FileNotFoundError: when there is none, with what to do.
    """
    found = Path(path) if path is not None else find_detector_file(name)
    if found is None:
        raise FileNotFoundError(
            f"The detector file '{name}' is not in '{pretrained_dir() / DETECTORS}': "
            f"run {command_here('weights', 'weights')} once to get it."
        )
    if not found.is_file():
        raise FileNotFoundError(f"No detector file at '{found}'.")
    return found.read_bytes()


def open_session(model: str | bytes, threads: int | None = None) -> InferenceSession:
    """A session that threads may share and that leaves the cores to others between calls.

    Args:
        model: path of an ONNX file, or what would be in it.
        threads: cores for one call; None for all that the process may use.

    Raises:
        Exception: one of ONNX Runtime's own, where it is no network.
    """
    import onnxruntime

    options = session_options(threads or cores())
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class Network:
    """A network that threads share: a call that is alone gets all cores, of several at once each has one.

    See `Calls` and `SessionPair`.

    Args:
        path: of an ONNX file.
        threads: cores for a call that is alone; None for all that the process may use.

    Raises:
        FileNotFoundError: when there is no such file.
        InputError: when ONNX Runtime cannot read it.

    Attributes:
        inputs, outputs: types and shapes, as ONNX Runtime describes them.
    """

    def __init__(self, path: Path, threads: int | None = None):
        if not path.is_file():
            raise FileNotFoundError(f"There is no network file '{path}'.")
        with onnx_runtime_reads(path):
            self._sessions = SessionPair(partial(open_session, str(path)), threads or cores())
        self.inputs, self.outputs = self._sessions.together.get_inputs(), self._sessions.together.get_outputs()

    def __call__(self, value: NDArray) -> list[NDArray]:
        """All outputs for the one input."""
        with CALLS.one_more() as is_alone:
            session = self._sessions.together if is_alone else self._sessions.single()
            return session.run(None, {self.inputs[0].name: value})


class PerThread(Generic[Thing]):
    """Builds a thing once in every thread that asks for it.

    OpenCV's detectors keep state between calls: shared by threads, the cascade and the SSD return wrong boxes, and
    YuNet aborts the process.

    Args:
        build: makes one instance; called at once in the constructing thread, so that its errors show there, and at the
            first `get` in every other thread.
    """

    def __init__(self, build: Callable[[], Thing]):
        self._build = build
        self._local = threading.local()
        self.get()

    def get(self) -> Thing:
        """The calling thread's own instance."""
        if not hasattr(self._local, "thing"):
            self._local.thing = self._build()
        return self._local.thing
