"""One instance of a thing per thread."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


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
