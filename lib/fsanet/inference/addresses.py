"""Addresses as they may be shown and kept: cameras have passwords in them."""

import re

_USER = re.compile(r"(?<=://)[^/?#]*@")  # as FFmpeg takes it: up to the last @ before the path


def without_user(text: str) -> str:
    """Text with user and password left out of each address in it: rtsp://me:secret@camera/1 -> rtsp://camera/1."""
    return _USER.sub("", text)
