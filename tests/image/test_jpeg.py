import cv2
import numpy as np
import pytest

from fsanet.image.reading import is_whole_jpeg

NOISE = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)


def encoded(*options):
    return cv2.imencode(".jpg", NOISE, list(options))[1].tobytes()


KINDS = {
    "baseline": encoded(),
    "progressive": encoded(cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "with restarts": encoded(cv2.IMWRITE_JPEG_RST_INTERVAL, 2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whole_and_cut(kind):
    data = KINDS[kind]
    assert is_whole_jpeg(data)
    for share in (0.05, 0.3, 0.6, 0.95):
        assert not is_whole_jpeg(data[: int(len(data) * share)])
    assert not is_whole_jpeg(data[:-2])


@pytest.mark.parametrize("kind", KINDS)
def test_what_lies_behind_the_end_does_not_count(kind):
    assert is_whole_jpeg(KINDS[kind] + b"\0\0\0\x18ftypmp42" + bytes(100_000))


def test_an_end_mark_of_a_thumbnail_is_not_that_of_the_picture():
    data = KINDS["baseline"]
    comment = b"\xff\xfe" + (len(data) + 2).to_bytes(2, "big") + data  # a whole picture within a comment
    nested = data[:2] + comment + data[2:]
    assert is_whole_jpeg(nested)
    assert not is_whole_jpeg(nested[: 2 + len(comment) + 300])


def test_fill_bytes_before_a_marker():
    data = KINDS["baseline"]
    assert is_whole_jpeg(data[:-2] + b"\xff\xff\xff" + data[-2:])
    assert is_whole_jpeg(data[:2] + b"\xff\xff" + data[2:])


@pytest.mark.parametrize(
    "data", [b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe0\0\0", b"\xff\xd8ab"]
)
def test_scraps(data):
    assert not is_whole_jpeg(data)
