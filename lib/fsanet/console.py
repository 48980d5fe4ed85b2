"""What every command shares: one-sentence errors, messages, exit codes and progress bars."""

import io
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm

from fsanet.errors import InputError, missing_package, sentence_of
from fsanet.files import as_utf8
from fsanet.interrupts import ignore_ctrl_c, pass_over_impatient_ctrl_c

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_PARTIAL = 3  # something was done, something was not; argparse keeps 2 for wrong usage
EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h: a mistake of ours
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it

log = logging.getLogger(__name__)
_NO_UTF8 = re.compile("[\udc80-\udcff]+")  # as Python has such bytes in its text
_package_log = logging.getLogger("fsanet")
_one_holds_stderr = threading.RLock()


class _MessageHandler(logging.Handler):
    """Writes messages to today's stderr, above a progress bar where there is one; nowhere where there is no stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is None:  # which `print` would take for stdout
            return
        text = self.format(record)
        if bars := sys.modules.get("tqdm"):  # without it there is no bar
            bars.tqdm.write(text, file=sys.stderr)
        else:
            print(text, file=sys.stderr)


class _MessageFormatter(logging.Formatter):
    """One line: what is said, after "error: ", "warning: " or the room that tells more.

    Bytes of names that are no UTF-8 are shown as rows have them: \\x and two digits.
    """

    def format(self, record: logging.LogRecord) -> str:
        text = _NO_UTF8.sub(lambda found: as_utf8(found[0]), record.getMessage())
        if record.levelno == logging.INFO:
            return text
        word = record.name if record.levelno < logging.INFO else record.levelname.lower()
        return f"{word}: {text}"


def log_failures(failures: Iterable[tuple[str, str]]) -> None:
    """Say what failed, a line each.

    Args:
        failures: names, and a sentence on each that may hold its name already.
    """
    for name, problem in failures:
        log.error("%s", problem if name in problem else f"{name}: {problem}")


def silence_stdout() -> None:
    """Throw away what is printed from here on, where nobody reads it any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def set_message_level(more: int) -> None:
    """Show the package's messages on stderr: warnings and errors (-1), those for everybody too (0), or all (1)."""
    if not any(isinstance(handler, _MessageHandler) for handler in _package_log.handlers):
        handler = _MessageHandler()
        handler.setFormatter(_MessageFormatter())
        _package_log.addHandler(handler)
    _package_log.setLevel({-1: logging.WARNING, 0: logging.INFO, 1: logging.DEBUG}[more])


def run_command(command: Callable[..., int | None]) -> Callable[..., int]:
    """Wrap a `main(argv=None)`: errors of the caller become one sentence on stderr and a non-zero exit code.

    InputError and OSError are what our functions raise for what the person can mend; anything else is our own bug: it
    keeps its traceback and has an exit code of its own. FSANET_DEBUG=1 raises all. What stdout and stderr cannot
    encode is written with backslashes. Where the process ends with the command (no `argv`), an impatient second Ctrl-C
    does nothing.
    """

    @wraps(command)
    def main(argv: Sequence[str] | None = None) -> int:
        if argv is not None:
            return code_of(argv)
        pass_over_impatient_ctrl_c()
        code = code_of(argv)
        ignore_ctrl_c()
        return code

    def code_of(argv: Sequence[str] | None) -> int:
        _take_every_character()
        set_message_level(0)
        try:
            return command(argv) or EXIT_OK
        except KeyboardInterrupt:
            log.warning("Interrupted.")
            return EXIT_INTERRUPTED
        except BrokenPipeError:  # `fsanet estimate ... | head`: the reader has what it wanted
            silence_stdout()
            return EXIT_OK
        except Exception as error:
            if os.environ.get("FSANET_DEBUG"):
                raise
            if isinstance(error, ModuleNotFoundError):
                error = missing_package(error) or error
            if isinstance(error, InputError | OSError):
                log.error("%s", sentence_of(error))
                return EXIT_ERROR
            traceback.print_exc()
            log.error("This is a mistake of fsanet, not of yours: please report it with the lines above.")
            return EXIT_BUG

    return main


def _take_every_character() -> None:
    """Let stdout and stderr escape what their encoding lacks: a file may have any name."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class HiddenBar:
    """What we do with a bar of tqdm, where none is shown: importing tqdm takes longer than reading a face.

    Args:
        items: what to iterate over.
        n: how far it is.
    """

    disable, leave, unit_scale = True, False, False  # as tqdm has them

    def __init__(self, items: Iterable[Any] | None, n: float):
        self._items: Iterable[Any] = () if items is None else items
        self.n = n

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __enter__(self) -> "HiddenBar":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def update(self, n: float = 1) -> None:
        """Count."""
        self.n += n

    def set_description(self, desc: str) -> None:
        """Show nothing."""

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        """Show nothing."""

    def write(self, s: str) -> None:
        """Print a line."""
        print(s)

    def close(self) -> None:
        """Show nothing."""


def progress(
    items: Iterable[Any] | None = None,
    *,
    total: int | None = None,
    initial: int = 0,
    unit: str = "it",
    label: str = "",
    quiet: bool = False,
) -> "tqdm | HiddenBar":
    """A progress bar with rate and remaining time on stderr; silent when `quiet` or when stderr is no terminal.

    Args:
        items: what to iterate over; None for a bar that is moved with `.update(n)`.
        total: number of items, where `items` has no length.
        initial: items that an earlier run did, shown as done.
        unit: the word for one item, for the rate.
        label: the word before the bar.
        quiet: show nothing.
    """
    if quiet or not (sys.stderr and sys.stderr.isatty()):
        return HiddenBar(items, initial)
    from tqdm import tqdm

    return tqdm(
        items,
        total=total,
        initial=initial,
        unit=unit,
        desc=label or None,
        dynamic_ncols=True,
        file=sys.stderr,
    )


@contextmanager
def quiet_native_stderr() -> Iterator[None]:
    """Hold back what native code writes to stderr, such as TensorFlow's notices at import; shown after all on an error.

    Not on one that the person can mend: its sentence says all. The whole stderr of the process is held, so keep this
    around imports and constructors; threads take turns.
    """
    import tempfile  # which takes its time to import

    with _one_holds_stderr, ExitStack() as undo:
        try:
            shown = os.dup(2)
        except OSError:  # a process without stderr: nothing to hold back
            yield
            return
        undo.callback(os.close, shown)
        held = undo.enter_context(tempfile.TemporaryFile())
        if sys.stderr:
            sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        undo.callback(os.dup2, shown, 2)
        try:
            yield
        except Exception as error:
            if not _is_of_the_person(error):
                held.seek(0)
                os.write(shown, held.read())
            raise


def _is_of_the_person(error: Exception) -> bool:
    """Whether an error is one that the person can mend, and is told in a sentence."""
    if isinstance(error, ModuleNotFoundError):
        return missing_package(error) is not None
    return isinstance(error, InputError | OSError)
