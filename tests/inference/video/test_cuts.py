import numpy as np
import pytest

from fsanet.inference.video.cuts import CutDetector


def place(seed, size=(90, 120)):
    """A picture with large plain shapes, as rooms and streets are."""
    random = np.random.default_rng(seed)
    return np.kron(random.integers(0, 255, (6, 8, 3)), np.ones((size[0] // 6, size[1] // 8, 1))).astype(np.uint8)


def cuts(images):
    detector = CutDetector()
    return [i for i, image in enumerate(images) if detector.is_cut(image)]


def test_another_place_is_a_cut():
    assert cuts([place(0)] * 5 + [place(1)] * 3 + [place(2)]) == [5, 8]


def test_something_that_moves_is_none():
    frames = []
    for i in range(20):
        frames.append(place(0))
        frames[-1][20:60, 5 * i : 5 * i + 25] = 200
    assert cuts(frames) == []


def test_a_camera_that_is_swung_is_none():
    wide = np.concatenate([place(seed) for seed in range(6)], axis=1)
    assert cuts([wide[:, 25 * i : 25 * i + 120] for i in range(20)]) == [1]  # it begins with a jerk, then goes on


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (1080, 1920)])
def test_frames_of_any_size(size):
    black, white = np.zeros((*size, 3), np.uint8), np.full((*size, 3), 255, np.uint8)
    assert cuts([black, black, white, white]) == [2]


def test_a_frame_of_another_size_is_compared_all_the_same():
    assert cuts([place(0), place(0, (180, 240)), place(1)]) == [2]
