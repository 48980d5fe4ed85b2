import pytest

from fsanet.inference.addresses import without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://me:secret@camera/1", "rtsp://camera/1"),
        ("rtsp://me:sec@ret@camera:554/1", "rtsp://camera:554/1"),
        ("http://camera/a@b?c=d@e", "http://camera/a@b?c=d@e"),
        ("http://camera?c=d@e", "http://camera?c=d@e"),
        ("me@photos/1.jpg", "me@photos/1.jpg"),
        ("http://camera/live?user=me&pwd=secret&channel=1", "http://camera/live?user=me&pwd=&channel=1"),
        ("srt://camera:9000?passphrase=long enough", "srt://camera:9000?passphrase= enough"),
        ("'http://camera?Token=abc#t' is a stream", "'http://camera?Token=#t' is a stream"),
        ("photos/what?pwd=1.jpg", "photos/what?pwd=1.jpg"),
        ("http://camera/?keyframe=1", "http://camera/?keyframe=1"),
        ("http://store/get?key=a.jpg&auth=basic", "http://store/get?key=a.jpg&auth=basic"),
        ("['rtsp://a:b@c/1', 'http://d:e@f/2']", "['rtsp://c/1', 'http://f/2']"),
    ],
)
def test_user_and_password_are_left_out_of_addresses_alone(text, shown):
    assert without_secrets(text) == shown
