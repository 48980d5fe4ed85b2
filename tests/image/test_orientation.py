"""All eight orientations, by whoever turns: OpenCV in JPEG, PNG, WebP and TIFF, `orientation` in AVIF."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image, features

from fsanet.image.orientation import turned_upright
from fsanet.image.reading import decode_image
from fsanet.inference.video.picture_series import PictureSeries

ORIENTATIONS = range(1, 9)
TAG = 274
STORED = np.kron(np.array([[0, 90, 150], [200, 230, 255]], np.uint8), np.ones((16, 16), np.uint8))  # (32, 48)


def upright(image, orientation):
    """As TIFF 6.0 has it: which side of the picture the first row and the first column are."""
    turned = image.T if orientation > 4 else image
    mirrored = {1: turned, 2: turned[:, ::-1], 3: turned[::-1, ::-1], 4: turned[::-1]}
    return mirrored[{5: 1, 6: 2, 7: 3, 8: 4}.get(orientation, orientation)]


def by_pillow(file_format, orientation, **options):
    exif = Image.Exif()
    exif[TAG] = orientation
    encoded = io.BytesIO()
    Image.fromarray(STORED).convert("RGB").save(encoded, file_format, exif=exif, **options)
    return encoded.getvalue()


def tiff(orientation, order, values, start=8, further=0):
    """A directory of a TIFF in either byte order, and its grey values; the first directory lies at 8."""
    height, width = values.shape
    entries = {256: width, 257: height, 258: values.itemsize * 8, 259: 1, 262: 1, 273: 0, TAG: orientation, 277: 1}
    entries |= {278: height, 279: values.nbytes}
    size = 2 + 12 * len(entries) + 4
    entries[273] = start + size
    fields = (struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in entries.items() if tag != TAG)
    turn = struct.pack(f"{order}HHIHH", TAG, 3, 1, orientation, 0)
    directory = b"".join(sorted([*fields, turn], key=lambda field: struct.unpack(f"{order}H", field[:2])))
    return struct.pack(f"{order}H", len(entries)) + directory + struct.pack(f"{order}I", further) + values.tobytes()


def head(order):
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)


@pytest.fixture(scope="module")
def avif():
    if not features.check("avif") or cv2.imdecode(np.frombuffer(by_pillow("AVIF", 1), np.uint8), 1) is None:
        pytest.skip("a Pillow and an OpenCV that know AVIF are needed")
    return {orientation: by_pillow("AVIF", orientation, quality=100) for orientation in ORIENTATIONS}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_avif_is_read_upright(avif, orientation):
    image = decode_image(avif[orientation], "a.avif")
    np.testing.assert_allclose(image[..., 1], upright(STORED, orientation), atol=2)
    assert image.flags.writeable


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_opencv_turns_by_exif(file_format, orientation):
    image = decode_image(by_pillow(file_format, orientation), "a picture")
    np.testing.assert_allclose(image[..., 1], upright(STORED, orientation), atol=12)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_opencv_turns_tiff_once(orientation, order, deep):
    values = STORED.astype(f"{order}u2") * 257 if deep else STORED
    image = decode_image(head(order) + tiff(orientation, order, values), "a.tif")
    np.testing.assert_array_equal(image[..., 1], upright(STORED, orientation))


@pytest.mark.parametrize("order", "<>")
def test_each_page_of_a_tiff_is_turned_by_itself(tmp_path, order):
    size = len(tiff(1, order, STORED))
    pages = [tiff(o, order, STORED, 8 + (o - 1) * size, 8 + o * size if o < 8 else 0) for o in ORIENTATIONS]
    (tmp_path / "pages.tif").write_bytes(head(order) + b"".join(pages))
    frames = list(PictureSeries(str(tmp_path / "pages.tif")))
    for orientation, frame in zip(ORIENTATIONS, frames, strict=True):
        np.testing.assert_array_equal(frame.image_bgr[..., 1], upright(STORED, orientation))


def box(kind, *content):
    return struct.pack(">I", 8 + len(b"".join(content))) + kind + b"".join(content)


def boxes(associations, item=b"\0\1", versions=b"\0\0", flags=b"\0"):
    """A file whose properties are: a size, a quarter anti-clockwise, and left and right mirrored."""
    store = box(b"ipco", box(b"ispe", bytes(12)), box(b"irot", b"\1"), box(b"imir", b"\1"))
    of_items = box(b"ipma", versions[1:], b"\0\0", flags, b"\0\0\0\2", associations)
    pitm = box(b"pitm", versions[:1], bytes(3), item)
    return box(b"ftyp", b"avif") + box(b"meta", bytes(4), pitm, box(b"iprp", store, of_items))


QUARTER = np.rot90(STORED)
OTHER = b"\0\2\1\3"  # what another item has: left and right mirrored


@pytest.mark.parametrize(
    ("encoded", "seen"),
    [
        (boxes(OTHER + b"\0\1\2\1\x82"), QUARTER),
        (boxes(OTHER + b"\0\1\2\x82\x83"), QUARTER[:, ::-1]),
        (boxes(OTHER + b"\0\1\2\x83\x82"), np.rot90(STORED[:, ::-1])),  # in the order in which they are named
        (boxes(b"\0\2\1\0\3\0\1\1\x80\2", flags=b"\1"), QUARTER),  # numbers of two bytes
        (boxes(b"\0\0\0\2\1\3\0\0\0\1\1\2", item=b"\0\0\0\1", versions=b"\1\1"), QUARTER),  # items of four bytes
        (boxes(OTHER + b"\0\1\3\0\4\2"), QUARTER),  # numbers that no property has
        (boxes(OTHER), STORED),
    ],
)
def test_turns_are_those_of_the_item_that_is_shown(encoded, seen):
    np.testing.assert_array_equal(turned_upright(STORED[..., None], encoded)[..., 0], seen)


def test_boxes_with_long_sizes_and_without_one():
    plain = boxes(OTHER + b"\0\1\1\2")
    meta = plain[12 + 8 :]
    for header in (struct.pack(">I4sQ", 1, b"meta", 16 + len(meta)), struct.pack(">I4s", 0, b"meta")):
        np.testing.assert_array_equal(turned_upright(STORED[..., None], plain[:12] + header + meta)[..., 0], QUARTER)


def test_damaged_boxes_are_no_turn_and_no_error():
    whole = boxes(OTHER + b"\0\1\1\2")
    for end in range(len(whole)):
        np.testing.assert_array_equal(turned_upright(STORED[..., None], whole[:end])[..., 0], STORED)
    noise = np.random.default_rng(0)
    for _ in range(2000):
        damaged = bytearray(whole)
        for place in noise.integers(8, len(whole), 3):
            damaged[place] = noise.integers(256)
        assert turned_upright(STORED[..., None], bytes(damaged)).size == STORED.size
