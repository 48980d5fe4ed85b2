import pytest

from fsanet.inference.addresses import without_user


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://me:secret@camera/1", "rtsp://camera/1"),
        ("rtsp://me:sec@ret@camera:554/1", "rtsp://camera:554/1"),
        ("http://camera/a@b?c=d@e", "http://camera/a@b?c=d@e"),
        ("http://camera?c=d@e", "http://camera?c=d@e"),
        ("me@photos/1.jpg", "me@photos/1.jpg"),
        ("['rtsp://a:b@c/1', 'http://d:e@f/2']", "['rtsp://c/1', 'http://f/2']"),
    ],
)
def test_user_and_password_are_left_out_of_addresses_alone(text, shown):
    assert without_user(text) == shown
