import signal
import threading

import pytest

from fsanet import interrupts
from fsanet.interrupts import ctrl_c_held, pass_over_impatient_ctrl_c


@pytest.fixture(autouse=True)
def _handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_held_ctrl_c_comes_at_the_end_also_of_what_fails():
    done = []

    def start(error):
        with ctrl_c_held():
            for _ in range(2):
                signal.raise_signal(signal.SIGINT)
            done.append(error)
            if error:
                raise error

    for error in (None, OSError("gone")):
        with pytest.raises(KeyboardInterrupt):
            start(error)
    assert len(done) == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nothing_is_held_in_other_threads():
    seen = []

    def start():
        with ctrl_c_held():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_a_ctrl_c_soon_after_another_is_passed_over_and_a_later_one_acts(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(interrupts.time, "monotonic", lambda: now[0])
    pass_over_impatient_ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    for now[0] in (100.1, 104.9):
        signal.raise_signal(signal.SIGINT)
    now[0] = 105.0
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_who_ignores_ctrl_c_goes_on_ignoring_it():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pass_over_impatient_ctrl_c()
    with ctrl_c_held():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
