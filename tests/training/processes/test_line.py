"""Messages between two processes arrive whole; a lost one is a sentence."""

import socket
import struct

import numpy as np
import pytest

from fsanet.training.processes.line import Line, LostError


@pytest.fixture
def ends():
    """Two connected lines over loopback, and the socket of the second."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    lines = Line(near, "Process 2 of 2"), Line(far, "Process 1 of 2"), far
    yield lines
    for line in lines[:2]:
        line.close()


ARRAYS = [
    np.array(0.125),
    np.arange(6, dtype=np.uint8).reshape(2, 3),
    np.array([1, 2**63], np.uint64),
    np.empty((0, 3), np.float32),
    np.arange(12.0).reshape(3, 4).T,
]


def test_a_message_arrives_as_it_was(ends):
    one, other, _ = ends
    one.send("numbers", ARRAYS)
    one.send("over")
    kind, arrays = other.receive()
    assert kind == "numbers"
    for sent, came in zip(ARRAYS, arrays, strict=True):
        assert (came.dtype, came.shape) == (sent.dtype, sent.shape)
        np.testing.assert_array_equal(came, sent)
    assert other.receive() == ("over", [])


def test_the_end_of_the_other_is_a_sentence_when_one_waits_and_when_one_sends(ends):
    one, other, _ = ends
    other.close()
    with pytest.raises(LostError, match=r"Process 2 of 2 has ended or cannot be reached.*the same command goes on"):
        one.receive()
    with pytest.raises(LostError, match="Process 2 of 2 has ended"):
        one.send("numbers", [np.zeros(10_000_000)])  # more than the system keeps for who does not read


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack("<I", 1 << 30),
        struct.pack("<I", 20) + b'["x", [["|O", [3]]]]' + bytes(24),
    ],
    ids=["endless", "objects"],
)
def test_what_is_no_message_of_ours_is_not_taken(ends, sent):
    one, _, far = ends
    far.sendall(sent)
    with pytest.raises(LostError):
        one.receive()
