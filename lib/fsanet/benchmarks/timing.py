"""Timing of calls."""

import time
from collections.abc import Callable
from statistics import median

_WARM_CALLS = 2  # the first ones after a pause find cold caches and sleeping threads


def median_ms(call: Callable[[], object], seconds: float) -> float:
    """Median time of a call in milliseconds, over the calls that fit into so many seconds; at least one."""
    for _ in range(_WARM_CALLS):
        call()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return 1000.0 * median(times)
