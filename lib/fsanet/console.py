"""What every command shares: one-sentence errors, exit codes and progress bars."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TypeVar

from tqdm import tqdm

from fsanet.errors import InputError

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_PARTIAL = 3  # something was done, something was not; argparse keeps 2 for wrong usage
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it

Item = TypeVar("Item")


def run_command(command: Callable[..., int | None]) -> Callable[..., int]:
    """Wrap a `main(argv=None)`: errors of the caller become one sentence on stderr and a non-zero exit code.

    InputError and OSError are what our functions raise for what the person can mend; anything else is our own bug and
    keeps its traceback. FSANET_DEBUG=1 keeps the traceback of all.
    """

    @wraps(command)
    def main(argv: list[str] | None = None) -> int:
        try:
            return command(argv) or EXIT_OK
        except KeyboardInterrupt:
            print("\nInterrupted.", file=sys.stderr)
            return EXIT_INTERRUPTED
        except BrokenPipeError:  # `fsanet estimate ... | head`: the reader has what it wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return EXIT_OK
        except (InputError, OSError) as error:
            if os.environ.get("FSANET_DEBUG"):
                raise
            print(f"error: {error}", file=sys.stderr)
            return EXIT_ERROR

    return main


def progress(
    items: Iterable[Item] | None = None,
    *,
    total: int | None = None,
    initial: int = 0,
    unit: str = "it",
    label: str = "",
    quiet: bool = False,
) -> tqdm:
    """A progress bar with rate and remaining time on stderr; silent when `quiet` or when stderr is no terminal.

    Args:
        items: what to iterate over; None for a bar that is moved with `.update(n)`.
        total: number of items, where `items` has no length.
        initial: items that an earlier run did, shown as done.
        unit: the word for one item, for the rate.
        label: the word before the bar.
        quiet: show nothing.
    """
    hidden = True if quiet else None  # None: tqdm hides itself where there is no terminal
    return tqdm(
        items,
        total=total,
        initial=initial,
        unit=unit,
        desc=label or None,
        disable=hidden,
        dynamic_ncols=True,
        file=sys.stderr,
    )


@contextmanager
def quiet_native_stderr() -> Iterator[None]:
    """Hold back what native code writes to stderr, such as TensorFlow's notices at import; shown after all on an error.

    All of the process's stderr is held, so keep it around imports and constructors.
    """
    try:
        shown = os.dup(2)
    except OSError:  # a process without stderr: nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(shown, held.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)
