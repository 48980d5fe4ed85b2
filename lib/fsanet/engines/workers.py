"""Crops shared out among threads, each computing its own from first to last."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from fsanet.engines.engine import shares


class Workers:
    """Some threads, of which the calling one is the first; the others are started when first needed.

    Args:
        count: threads that work at once.
    """

    def __init__(self, count: int):
        self.count = count
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def share_out(self, number: int, batch_size: int, work: Callable[[int, slice], None]) -> None:
        """Call `work(worker, part)` until the parts cover `number` crops; one worker has one call at a time.

        An error in any of the calls is raised here, when all have ended.
        """
        parts = shares(number, batch_size, self.count)

        def go(worker: int) -> None:
            for part in parts[worker :: self.count]:
                work(worker, part)

        others = [self._threads().submit(go, worker) for worker in range(1, min(self.count, len(parts)))]
        try:
            go(0)
        finally:
            errors = [other.exception() for other in others]
        for error in filter(None, errors):
            raise error

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.count - 1, thread_name_prefix="fsanet-engine")
            return self._pool
