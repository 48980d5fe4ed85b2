import os
import signal
import threading

import pytest

from fsanet.training.stopping import StopRequests


def test_the_first_signal_is_noted_and_the_second_acts():
    with StopRequests() as stop:
        assert not stop.seen
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.seen
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_handlers_are_given_back(number):
    before = signal.getsignal(number)
    with StopRequests():
        assert signal.getsignal(number) != before
    assert signal.getsignal(number) == before


def test_it_works_in_another_thread_where_no_handler_can_be_set():
    seen = []

    def run():
        with StopRequests() as stop:
            seen.append(stop.seen)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [False]
