"""Stages that overlap in threads.

OpenCV and ONNX Runtime release the interpreter lock, so decoding, detection, estimation and writing run at the same
time while the stages stay plain generators.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_END = object()
_LAST_ITEM_S = 2.0  # of patience with a thread that is at its last item


def prefetched(items: Iterable[Item], depth: int = 4) -> Generator[Item, None, None]:
    """Run an iterable in a thread of its own, at most `depth` items ahead of the reader.

    An exception of the iterable reaches the reader at its place. When the reader stops early (an error, Ctrl-C), the
    thread ends after the item it is at, and the iterable is closed; one that waits longer, for a pipe or an address
    that sends nothing, is left behind and ends with the process.

    Args:
        items: the iterable; a generator may rely on its `finally` being run in the thread that ran it.
        depth: how many finished items may wait.
    """
    # Two simple queues, one of free places, rather than a bounded one: Ctrl-C in the middle of queue.Queue.get can
    # leave its lock taken, and the thread then never ends.
    ready: queue.SimpleQueue = queue.SimpleQueue()
    places: queue.SimpleQueue = queue.SimpleQueue()
    for _ in range(depth):
        places.put(None)
    stopped = threading.Event()

    def put(entry: tuple) -> bool:
        while not stopped.is_set():
            try:
                places.get(timeout=0.1)
            except queue.Empty:
                continue
            ready.put(entry)
            return True
        return False

    def run() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put((item, None)):
                    return
            put((_END, None))
        except BaseException as error:
            put((_END, error))
        finally:
            if hasattr(iterator, "close"):
                iterator.close()

    thread = threading.Thread(target=run, name="fsanet-stage", daemon=True)
    thread.start()
    try:
        while True:
            item, error = ready.get()
            places.put(None)
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        stopped.set()
        thread.join(_LAST_ITEM_S)


def mapped_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, ahead: int | None = None
) -> Iterator[Result]:
    """`map` in threads: results in the order of the items, with only so many under way that memory stays flat.

    Args:
        function: called once an item, from several threads.
        items: what to map over; read no further than needed.
        workers: number of threads.
        ahead: how many items may be under way or wait for the reader; twice the threads by default.
    """
    limit = ahead or 2 * workers
    pending: deque = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="fsanet-map") as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) >= limit:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
