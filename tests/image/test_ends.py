import cv2
import numpy as np
import pytest

from fsanet.image.ends import is_whole_jpeg, picture_end

_NOISE = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)


def encoded(*options):
    return cv2.imencode(".jpg", _NOISE, list(options))[1].tobytes()


KINDS = {
    "baseline": encoded(),
    "progressive": encoded(cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "with restarts": encoded(cv2.IMWRITE_JPEG_RST_INTERVAL, 2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whole_and_cut_jpegs(kind):
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
def test_scraps_of_jpegs(data):
    assert not is_whole_jpeg(data)


def test_a_jpeg_in_which_the_next_one_begins_is_not_whole():
    data = KINDS["baseline"]
    assert not is_whole_jpeg(data[:1000] + data)
    assert picture_end(data[:1000] + data) == (1000, True)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".pgm", ".ppm"])
def test_a_picture_ends_where_its_format_says_and_not_before(suffix):
    image = _NOISE[..., 0] if suffix == ".pgm" else _NOISE
    data = cv2.imencode(suffix, image)[1].tobytes()
    assert picture_end(data + b"what follows") == (len(data), True)
    for part in (data[:-1], data[:13]):
        _, is_end = picture_end(part)
        assert not is_end


def test_a_deep_pgm_with_a_comment_ends_where_it_says():
    assert picture_end(b"P5\n# of a camera\n3 2\n1023\n" + bytes(12) + b"P5") == (38, True)


@pytest.mark.parametrize("suffix", [".tiff", ".gif", ".avif"])
def test_other_formats_end_with_the_bytes(suffix):
    assert picture_end(cv2.imencode(suffix, _NOISE)[1].tobytes()) == (0, False)


@pytest.mark.parametrize("data", [*KINDS.values(), cv2.imencode(".png", _NOISE)[1].tobytes()])
def test_a_picture_that_comes_in_pieces_ends_where_it_does_in_one_and_is_gone_through_once(data):
    stood = 0
    for size in range(13, len(data), 7):
        before, (stood, is_end) = stood, picture_end(data[:size], stood)
        assert stood >= before
        assert not is_end
    assert picture_end(data, stood) == (len(data), True)
    assert picture_end(bytes(stood) + data[stood:], stood) == (0, False)
