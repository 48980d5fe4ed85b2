import pytest
from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL, progress, run_command


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
