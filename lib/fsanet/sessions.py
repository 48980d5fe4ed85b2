"""ONNX Runtime's sessions, set up so that they leave the cores to others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.errors import UnreadableError

if TYPE_CHECKING:
    import onnxruntime

_MOMENT_S = 0.5
_SPIN_US = 100  # longer than between two operations of a call


class Calls:
    """Counts the calls of networks that are under way.

    Threads that compute one call together wait for one another at each operation. That is worth it where a call is
    alone; of several at once each is better off with one core of its own. Calls that met a moment ago will meet again:
    in a video, in a folder of pictures.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._met_s = -_MOMENT_S

    @contextmanager
    def one_more(self) -> Iterator[bool]:
        """A call, from its beginning to its end: whether no other is under way, nor were any together a moment ago."""
        with self._lock:
            self._number += 1
            now_s = time.monotonic()
            if self._number > 1:
                self._met_s = now_s
            is_alone = now_s - self._met_s >= _MOMENT_S
        try:
            yield is_alone
        finally:
            with self._lock:
                self._number -= 1


CALLS = Calls()  # of this process


class SessionPair:
    """The sessions of one network: of all its threads for a call that is alone, of a single one for calls that meet.

    Both say the same. The second one is opened when it is first asked for.

    Args:
        opens: opens a session of so many threads.
        threads: cores for a call that is alone.

    Attributes:
        together: the session of all threads.
    """

    def __init__(self, opens: Callable[[int], onnxruntime.InferenceSession], threads: int):
        self.together = opens(threads)
        self._opens, self._lock = opens, threading.Lock()
        self._single = self.together if threads == 1 else None

    @property
    def has_single(self) -> bool:
        """Whether the session of a single thread is open."""
        return self._single is not None

    def single(self) -> onnxruntime.InferenceSession:
        """The session of a single thread."""
        with self._lock:
            if self._single is None:
                self._single = self._opens(1)
            return self._single


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Options of a session.

    Its threads spin within a call, because waking them for each operation costs more than the operation; but not after
    it, nor from the opening to the first call, where they would take the cores from the threads that open the next
    network, decode, detect and draw.

    Args:
        threads: cores for one call.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.force_spinning_stop", "1")  # at the end of a call
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(_SPIN_US))  # where it is known
    options.log_severity_level = 3  # errors; they are raised, too
    return options


@contextmanager
def onnx_runtime_reads(path: Path) -> Iterator[None]:
    """A file is opened inside: what ONNX Runtime raises where it cannot read it becomes a sentence.

    Raises:
        UnreadableError: when it cannot.
        KeyboardInterrupt: when a Ctrl-C came meanwhile, which pybind11 hides behind an error of its own.
    """
    try:
        yield
    except Exception as error:  # its classes are private and share no base but Exception
        behind: BaseException | None = error
        while behind is not None:
            if isinstance(behind, KeyboardInterrupt):
                raise behind from None
            behind = behind.__cause__ or behind.__context__
        raise UnreadableError(f"ONNX Runtime cannot read '{path}': {error}") from error
