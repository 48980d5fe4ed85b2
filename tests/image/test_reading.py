import struct

import cv2
import numpy as np
import pytest

from fsanet.image.reading import read_image, write_image


@pytest.fixture
def picture():
    gradient = np.linspace(0, 255, 48).astype(np.uint8)
    return np.stack([np.tile(gradient, (32, 1)), np.full((32, 48), 90, np.uint8), np.tile(gradient[::-1], (32, 1))], -1)


def encode(path, image, *options):
    done, data = cv2.imencode(path.suffix, image, list(options))
    assert done
    path.write_bytes(data.tobytes())
    return path


def test_png_comes_back_unchanged_from_a_spaced_and_accented_path(tmp_path, picture):
    path = tmp_path / "ein Foto mit Umlaut äöü 写真.png"
    write_image(path, picture)
    np.testing.assert_array_equal(read_image(path), picture)


def test_sixteen_bits_are_scaled_to_eight(tmp_path, picture):
    path = encode(tmp_path / "deep.png", picture.astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_image(path), picture)


def test_grey_is_repeated(tmp_path, picture):
    image = read_image(encode(tmp_path / "grey.png", picture[..., 0]))
    np.testing.assert_array_equal(image, np.repeat(picture[..., :1], 3, axis=-1))


def test_alpha_is_dropped(tmp_path, picture):
    alpha = np.dstack([picture, np.full(picture.shape[:2], 7, np.uint8)])
    np.testing.assert_array_equal(read_image(encode(tmp_path / "alpha.png", alpha)), picture)


def test_cmyk_is_converted(tmp_path):
    from PIL import Image

    path = tmp_path / "print.jpg"
    Image.new("CMYK", (32, 16), (0, 255, 255, 0)).save(path)  # no cyan, full magenta and yellow: red
    blue, green, red = read_image(path)[8, 16]
    assert red > 200
    assert max(blue, green) < 80


def test_one_pixel(tmp_path):
    assert read_image(encode(tmp_path / "dot.png", np.zeros((1, 1, 3), np.uint8))).shape == (1, 1, 3)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No image file at '.*nowhere\.jpg'"):
        read_image(tmp_path / "nowhere.jpg")


def test_zero_bytes(tmp_path):
    path = tmp_path / "empty.jpg"
    path.touch()
    with pytest.raises(ValueError, match=r"'.*empty\.jpg' is empty \(0 bytes\)"):
        read_image(path)


def test_text_renamed_to_jpg(tmp_path):
    path = tmp_path / "notes.jpg"
    path.write_text("not a picture")
    with pytest.raises(ValueError, match="no image that can be read"):
        read_image(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_jpeg_is_refused_rather_than_filled_with_grey(tmp_path, picture, share):
    whole = encode(
        tmp_path / "whole.jpg", np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    ).read_bytes()
    path = tmp_path / "cut.jpg"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ValueError, match="truncated JPEG"):
        read_image(path)


def test_truncated_png_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path = encode(tmp_path / "cut.png", noise)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(ValueError, match="damaged"):
        read_image(path)


def test_a_header_that_claims_too_many_pixels(tmp_path):
    path = encode(tmp_path / "bomb.png", np.zeros((4, 4, 3), np.uint8))
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 100_000, 100_000)
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"bomb\.png"):
        read_image(path)


def test_writing_without_a_suffix_says_what_to_give(tmp_path, picture):
    with pytest.raises(ValueError, match=r"give a name that ends in \.jpg or \.png"):
        write_image(tmp_path / "picture", picture)


def test_writing_where_a_file_stands_in_for_a_folder(tmp_path, picture):
    (tmp_path / "taken").touch()
    with pytest.raises(OSError, match="taken"):
        write_image(tmp_path / "taken" / "picture.png", picture)
