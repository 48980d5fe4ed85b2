"""Settings that engines share: threads and batch size."""

from fsanet.errors import InputError
from fsanet.workers import cores


def checked_threads(threads: int | None) -> int:
    """The number of threads to use: as given, or one per usable core.

    Raises:
        ValueError: when it is not at least 1.
    """
    if threads is None:
        return cores()
    if threads < 1:
        raise InputError(f"threads must be at least 1, got {threads}; leave it out for one per core.")
    return threads


def checked_batch_size(batch_size: int | None, default: int) -> int:
    """The number of crops to compute at once: as given, or the default.

    Raises:
        ValueError: when it is not at least 1.
    """
    if batch_size is None:
        return default
    if batch_size < 1:
        raise InputError(f"batch_size must be at least 1, got {batch_size}.")
    return batch_size
