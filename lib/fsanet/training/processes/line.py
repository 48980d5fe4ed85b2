"""A line between two processes of one training: messages of arrays, and soon a sentence when the other is gone."""

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_HEAD = struct.Struct("<I")  # length of what describes the arrays of a message
_LONGEST_HEAD = 1 << 20
_NUMBERS = "biuf"  # kinds of arrays that are taken

# A machine without power closes no socket: ask after 2 silent seconds, give up after three questions, and after 8
# seconds of what was sent and not confirmed. Small messages go at once. Names that a system lacks are left out.
_OPTIONS = {
    "TCP_NODELAY": 1,
    "TCP_KEEPIDLE": 2,
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 8000,
}


class LostError(OSError):
    """The other process cannot be reached any more."""


class Message(NamedTuple):
    """What came: its kind, and arrays of numbers."""

    kind: str
    arrays: list[NDArray[Any]]


class Line:
    """One end of a line.

    Args:
        connection: a connected socket; it belongs to the line.
        other: what the other process is called in messages, as a sentence begins.
    """

    def __init__(self, connection: socket.socket, other: str):
        self._socket = connection
        self._other = other
        connection.settimeout(None)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _OPTIONS.items():
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def send(self, kind: str, arrays: Sequence[NDArray[Any]] = ()) -> None:
        """Send a message.

        Raises:
            LostError: when the other process is gone.
        """
        whole = [np.asarray(array, order="C") for array in arrays]
        head = json.dumps([kind, [(array.dtype.str, array.shape) for array in whole]]).encode()
        parts = [_HEAD.pack(len(head)) + head, *(array.tobytes() for array in whole)]
        try:
            self._socket.sendall(b"".join(parts))
        except OSError as error:
            raise self._lost() from error

    def receive(self) -> Message:
        """Wait for a message.

        Raises:
            LostError: when the other process is gone, or is none of ours.
        """
        [length] = _HEAD.unpack(self._bytes(_HEAD.size))
        if length > _LONGEST_HEAD:
            raise self._lost()
        kind, described = json.loads(self._bytes(length))
        return Message(kind, [self._array(np.dtype(name), shape) for name, shape in described])

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _array(self, dtype: np.dtype, shape: Sequence[int]) -> NDArray[Any]:
        if dtype.kind not in _NUMBERS:
            raise self._lost()
        array = np.empty(shape, dtype)
        self._fill(array.reshape(-1).view(np.uint8).data)
        return array

    def _bytes(self, length: int) -> bytearray:
        read = bytearray(length)
        self._fill(memoryview(read))
        return read

    def _fill(self, view: memoryview) -> None:
        while view.nbytes:
            try:
                count = self._socket.recv_into(view)
            except OSError as error:
                raise self._lost() from error
            if count == 0:
                raise self._lost()
            view = view[count:]

    def _lost(self) -> LostError:
        return LostError(
            f"{self._other} has ended or cannot be reached, so this one ends too: the same command goes on from the "
            "last checkpoint."
        )
