"""Ctrl-C where it does harm: while something starts or closes, and once more while the first one is seen to."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_KEEPING_S = 5.0  # for keeping what was done; who waits longer may stop that too


@contextmanager
def ctrl_c_held() -> Iterator[None]:
    """A Ctrl-C within the block comes at its end; in another thread than the main one none comes at all."""
    if not _may_set_handlers():
        yield
        return
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if seen and callable(before):
            before(signal.SIGINT, None)


def pass_over_impatient_ctrl_c() -> None:
    """From here on a Ctrl-C soon after another one does nothing, as the work is being kept.

    For the command of a process: it stays so.
    """
    acted_at = float("-inf")

    def act(_: int, __: FrameType | None) -> None:
        nonlocal acted_at
        now = time.monotonic()
        if now - acted_at >= _KEEPING_S:
            acted_at = now
            raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler and _may_set_handlers():
        signal.signal(signal.SIGINT, act)


def ignore_ctrl_c() -> None:
    """From here on: the process ends in any case, and its threads are waited for."""
    if _may_set_handlers():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _may_set_handlers() -> bool:
    """Whether this is the main thread; Python lets no other one set them."""
    return threading.current_thread() is threading.main_thread()
