"""Stopping between two steps instead of within one."""

import signal
import threading


class StopRequests:
    """While this context is open, the first Ctrl-C or SIGTERM is noted, and the second acts as it always does.

    Attributes:
        seen: whether one came.
    """

    def __init__(self):
        self.seen = False
        self._before = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():  # elsewhere Python lets nobody set handlers
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_):
        self._give_back()

    def _note(self, *_):
        self.seen = True
        self._give_back()

    def _give_back(self):
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
