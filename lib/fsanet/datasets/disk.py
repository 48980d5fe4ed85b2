"""Writing long pieces of work to a disk that may be full, read-only or pulled away."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fsanet.datasets.parts import Parts

log = logging.getLogger(__name__)


def require_writable(folder: Path) -> None:
    """Make the folder and write a file into it.

    Raises:
        OSError: when that is not possible.
    """
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        remedy = "give another folder with --out (OUT= of make)"
        raise OSError(f"Cannot write to '{folder}' ({error.strerror}): {remedy}.") from None


@contextmanager
def kept_for_the_next_run(megabytes: int, *of_files: Parts) -> Iterator[None]:
    """Around work that is done in parts: what is kept when it breaks off, and what is said.

    After Ctrl-C, a killed worker or an error of ours the parts stay, so that the next run goes on with them. Where the
    disk fails they are removed: nothing half-written stays, and a full disk is not kept full.

    Args:
        megabytes: how much disk the whole takes at most.
        of_files: the pieces of work, for each file that will be made of them.

    Raises:
        OSError: when the disk failed, with what to do about it.
    """
    try:
        yield
    except BaseException as error:
        # those without a number are sentences of ours
        of_disk = error if isinstance(error, OSError) and error.errno is not None else None
        for parts in of_files:
            if of_disk or len(parts.missing()) == parts.count:
                parts.discard()
            elif isinstance(error, KeyboardInterrupt):
                log.warning("%s: stopped; the same command goes on where it was", parts.path.name)
        if of_disk:
            names = ", ".join(f"'{parts.path}'" for parts in of_files)
            raise OSError(
                f"{names} cannot be written ({of_disk.strerror}); nothing of it was kept. Up to {megabytes} MB "
                "are needed while it is made: free some space or give another folder with --out (OUT= of make)."
            ) from error
        raise
