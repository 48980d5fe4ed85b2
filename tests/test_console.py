import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from fsanet.console import (
    EXIT_BUG,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_PARTIAL,
    progress,
    quiet_native_stderr,
    run_command,
    set_message_level,
)
from fsanet.errors import InputError, MissingPackageError


def command_that(outcome):
    @run_command
    def main(argv=None):
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return main


@pytest.mark.parametrize(("outcome", "code"), [(None, EXIT_OK), (0, EXIT_OK), (EXIT_PARTIAL, EXIT_PARTIAL)])
def test_exit_codes(outcome, code):
    assert command_that(outcome)([]) == code


@pytest.fixture(autouse=True)
def _no_debug(monkeypatch):
    monkeypatch.delenv("FSANET_DEBUG", raising=False)


@pytest.mark.parametrize(
    "error", [InputError("bad pose"), FileNotFoundError("bad pose"), MissingPackageError("bad pose")]
)
def test_errors_of_the_caller_are_one_sentence(capsys, error):
    assert command_that(error)([]) == EXIT_ERROR
    assert capsys.readouterr().err == "error: bad pose\n"


@pytest.mark.parametrize(
    ("raises", "sentence"),
    [
        (lambda folder: (folder / "file").mkdir(), "'{0}/file' is there already, and is no folder"),
        (lambda folder: (folder / "file" / "a").mkdir(), "'{0}/file/a' lies below a file, where a folder is needed"),
        (lambda folder: folder.write_text(""), "'{0}' is a folder, where a file is needed"),
        (lambda folder: (folder / "no" / "a").touch(), "'{0}/no/a' is not there, and cannot be made there"),
        (lambda folder: (folder / ("a" * 300)).touch(), "has a name that is too long"),
    ],
)
def test_what_the_system_says_of_a_file_is_a_sentence(tmp_path, capsys, raises, sentence):
    (tmp_path / "file").touch()

    @run_command
    def main(argv=None):
        raises(tmp_path)

    assert main([]) == EXIT_ERROR
    said = capsys.readouterr().err
    assert sentence.format(tmp_path) in said
    assert said.endswith(": check the path, or give another one.\n")
    assert "Errno" not in said


def test_a_package_of_an_extra_that_is_missing_says_which_extra(capsys):
    assert command_that(ModuleNotFoundError("No module named 'keras'", name="keras.ops"))([]) == EXIT_ERROR
    expected = "error: This needs keras, which is not installed: pip install 'fsanet[keras]'.\n"
    assert capsys.readouterr().err == expected
    assert command_that(ModuleNotFoundError("No module named 'pose'", name="pose"))([]) == EXIT_BUG


def add_crops_of_two_sizes():
    return np.zeros((2, 64, 64, 3)) + np.zeros((2, 32, 32, 3))


@pytest.mark.parametrize("bug", [add_crops_of_two_sizes, lambda: {}["yaw"], lambda: int("many")])
def test_our_own_bugs_keep_their_traceback_and_have_an_exit_code_of_their_own(capsys, bug):
    assert run_command(lambda argv: bug())([]) == EXIT_BUG
    printed = capsys.readouterr().err
    assert "Traceback" in printed
    assert bug.__name__ in printed
    assert printed.splitlines()[-1].startswith("error: This is a mistake of fsanet, not of yours")


@pytest.mark.parametrize("error", [InputError("bad pose"), KeyError("bad pose")])
def test_debug_raises_all(monkeypatch, error):
    monkeypatch.setenv("FSANET_DEBUG", "1")
    with pytest.raises(type(error), match="bad pose"):
        command_that(error)([])


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        (-1, ["warning: w", "error: e"]),
        (0, ["i", "warning: w", "error: e"]),
        (1, ["fsanet.room: d", "i", "warning: w", "error: e"]),
    ],
)
def test_messages_are_one_line_each_and_as_many_as_wanted(capsys, more, shown):
    set_message_level(more)
    log = logging.getLogger("fsanet.room")
    log.debug("%s", "d")
    log.info("i")
    log.warning("w")
    log.error("e")
    printed = capsys.readouterr()
    assert printed.err.splitlines() == shown
    assert printed.out == ""


def test_ctrl_c(capsys):
    assert command_that(KeyboardInterrupt())([]) == EXIT_INTERRUPTED
    assert "Interrupted" in capsys.readouterr().err


KEEPS_ITS_WORK = """
import sys, threading, time
from fsanet.console import run_command
@run_command
def main(argv=None):
    threading.Thread(target=time.sleep, args=(1.0,)).start()
    try:
        print("at work", flush=True)
        time.sleep(30)
    finally:
        time.sleep(0.5)
        print("kept")
sys.exit(main())
"""


def test_an_impatient_second_ctrl_c_does_nothing():
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPS_ITS_WORK],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    with process:
        assert process.stdout.readline() == "at work\n"
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert (process.stdout.read(), process.stderr.read()) == ("kept\n", "warning: Interrupted.\n")
    assert process.returncode == EXIT_INTERRUPTED


def test_a_command_that_another_program_calls_leaves_its_ctrl_c_alone():
    before = signal.getsignal(signal.SIGINT)
    command_that(KeyboardInterrupt())([])
    assert signal.getsignal(signal.SIGINT) is before


def test_progress_shows_nothing_where_there_is_no_terminal(capsys):
    assert list(progress(range(3), label="Counting")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def on_terminal(monkeypatch):
    """Standard error as a terminal; not a fixture, as pytest puts its own standard error in place before each test."""
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def test_a_terminal_shows_a_bar_and_messages_above_it(monkeypatch):
    terminal = on_terminal(monkeypatch)
    set_message_level(0)
    with progress(range(3), label="Counting") as bar:
        for _ in bar:
            logging.getLogger("fsanet.room").info("a message")
    shown = terminal.getvalue()
    assert "Counting: 100%" in shown
    assert shown.count("a message\n") == 3


@pytest.mark.parametrize("quiet", [True, False])
def test_a_hidden_bar_takes_what_a_shown_one_takes(monkeypatch, capsys, quiet):
    terminal = on_terminal(monkeypatch)
    with progress(total=10, initial=3, quiet=quiet) as bar:
        bar.update(2)
        bar.set_description("room")
        bar.set_postfix_str("loss 3", refresh=False)
        bar.write("a line")
        assert (bar.n, bar.disable) == (5, quiet)
        bar.unit_scale = bar.leave = False
    assert capsys.readouterr().out == "a line\n"
    assert bool(terminal.getvalue()) is not quiet
    assert list(progress(None, quiet=True)) == []


def test_tqdm_is_imported_for_a_bar_that_shows_alone():
    code = "import sys; from fsanet.console import progress; list(progress([1])); print('tqdm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_native_notices_are_held_back(capfd):
    with quiet_native_stderr():
        os.write(2, b"notice\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_native_notices_are_shown_after_all_on_an_error(capfd):
    def failing_import():
        with quiet_native_stderr():
            os.write(2, b"notice\n")
            raise ImportError

    with pytest.raises(ImportError):
        failing_import()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "notice\nafter\n"


@pytest.mark.parametrize(
    "error", [InputError("bad"), FileNotFoundError("bad"), ModuleNotFoundError("no keras", name="keras")]
)
def test_native_notices_are_no_part_of_what_the_person_can_mend(capfd, error):
    def failing_import():
        with quiet_native_stderr():
            os.write(2, b"notice\n")
            raise error

    with pytest.raises(type(error)):
        failing_import()
    assert capfd.readouterr().err == ""


def test_threads_that_hold_back_notices_at_once_leave_stderr_as_it_was(capfd):
    entered = threading.Event()

    def hold():
        with quiet_native_stderr():
            entered.set()
            time.sleep(0.2)

    first = threading.Thread(target=hold)
    first.start()
    entered.wait()
    with quiet_native_stderr():
        first.join(0.5)
    first.join()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_what_the_terminal_cannot_show_is_escaped():
    code = (
        "from fsanet.console import run_command\nfrom fsanet.errors import InputError\n"
        "@run_command\ndef main(argv):\n    print('\\xfc\\udce9')\n    raise InputError('no \\xfc')\n"
        "raise SystemExit(main([]))"
    )
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=ascii_only)
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_ERROR, "\\xfc\\udce9\n", "error: no \\xfc\n")


def test_bytes_of_a_name_that_are_no_utf8_are_told_as_rows_have_them():
    """In a process of its own: what pytest keeps of a log must be UTF-8 for its workers."""
    code = "from fsanet.console import run_command; from fsanet.errors import InputError\n"
    code += (
        "@run_command\ndef main(argv):\n    raise InputError('no folder nu\\udcff/\xfc')\nraise SystemExit(main([]))"
    )
    command = [sys.executable, "-X", "utf8", "-c", code]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (EXIT_ERROR, "error: no folder nu\\xff/\xfc\n")


@pytest.mark.parametrize("first", ["", "import tqdm; "])
def test_messages_of_a_process_without_stderr_are_not_among_its_results(first):
    code = first + "from fsanet.console import run_command; from fsanet.errors import InputError\n"
    code += "@run_command\ndef main(argv):\n    print('result')\n    raise InputError('no')\nraise SystemExit(main([]))"
    command = f'"{sys.executable}" -c "{code}" 2>&-'
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (EXIT_ERROR, "result\n")


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_streams_that_are_no_files_are_left_as_they_are(monkeypatch, stream):
    monkeypatch.setattr(sys, "stdout", stream)
    assert command_that(None)([]) == EXIT_OK


def test_no_stderr_no_trouble():
    code = (
        "import os; os.close(2)\nfrom fsanet.console import quiet_native_stderr\nwith quiet_native_stderr(): print(1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n")
