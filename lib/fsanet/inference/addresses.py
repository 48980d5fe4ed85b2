"""Addresses as they may be shown and kept: cameras have passwords in them."""

import re

_USER = re.compile(r"(?<=://)[^/?#]*@")  # as FFmpeg takes it: up to the last @ before the path
_ADDRESS = re.compile(r"\w+://[^\s']*")
_SECRET = re.compile(r"([?&](?:pwd|pass|passwd|password|passphrase|token|access_token|api_?key|secret)=)[^&#]+", re.I)


def without_secrets(text: str) -> str:
    """Text with user and password left out of each address in it: rtsp://me:secret@camera/1 -> rtsp://camera/1, and
    http://camera/live?user=me&pwd=secret -> http://camera/live?user=me&pwd=.
    """
    if "://" not in text:  # as in a million names of files
        return text
    return _ADDRESS.sub(lambda address: _SECRET.sub(r"\1", address[0]), _USER.sub("", text))
