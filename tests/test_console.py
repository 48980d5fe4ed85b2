import os
import subprocess
import sys

import pytest

from fsanet.console import (
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_PARTIAL,
    progress,
    quiet_native_stderr,
    run_command,
)


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


@pytest.mark.parametrize("error", [ValueError("bad pose"), FileNotFoundError("bad pose"), ImportError("bad pose")])
def test_errors_of_the_caller_are_one_sentence(capsys, monkeypatch, error):
    monkeypatch.delenv("FSANET_DEBUG", raising=False)
    assert command_that(error)([]) == EXIT_ERROR
    assert capsys.readouterr().err == "error: bad pose\n"


def test_debug_keeps_the_traceback(monkeypatch):
    monkeypatch.setenv("FSANET_DEBUG", "1")
    with pytest.raises(ValueError, match="bad pose"):
        command_that(ValueError("bad pose"))([])


def test_our_own_bugs_keep_their_traceback():
    with pytest.raises(KeyError):
        command_that(KeyError("bug"))([])


def test_ctrl_c(capsys):
    assert command_that(KeyboardInterrupt())([]) == EXIT_INTERRUPTED
    assert "Interrupted" in capsys.readouterr().err


def test_progress_shows_nothing_where_there_is_no_terminal(capsys):
    assert list(progress(range(3), label="Counting")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


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


def test_no_stderr_no_trouble():
    code = (
        "import os; os.close(2)\nfrom fsanet.console import quiet_native_stderr\nwith quiet_native_stderr(): print(1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n")
