"""Whether a JPEG is whole, whatever lies behind it: OpenCV fills what is missing with grey and says nothing."""

import re

START = b"\xff\xd8\xff"
_MARKER_IN_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")  # neither a stuffed byte nor a restart
_END, _SCAN = 0xD9, 0xDA
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}


def is_whole_jpeg(encoded: bytes) -> bool:
    """Whether the segments of a JPEG lead to its end mark.

    What follows the end mark does not count: phones put a film behind it, programs put data of their own there.

    Args:
        encoded: the bytes of the file, beginning with `START`.
    """
    position = 2
    while position + 1 < len(encoded):
        if encoded[position] != 0xFF:
            return False
        marker = encoded[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
        elif marker == _END:
            return True
        elif marker in _WITHOUT_LENGTH:
            position += 2
        else:
            position += 2 + int.from_bytes(encoded[position + 2 : position + 4], "big")
            if marker == _SCAN:
                found = _MARKER_IN_SCAN.search(encoded, position)
                if found is None:
                    return False
                position = found.end() - 2
    return False
