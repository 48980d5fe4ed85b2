import numpy as np

from fsanet.scenes.degrade import degrade


def test_a_photograph_of_a_picture_is_near_it_and_another_each_time(rng):
    picture = np.tile(np.linspace(60, 190, 64, dtype=np.float32)[:, None, None], (1, 48, 3))
    photos = [degrade(picture, rng) for _ in range(20)]
    assert all(photo.shape == (64, 48, 3) and photo.dtype == np.uint8 for photo in photos)
    assert all(np.corrcoef(photo.mean(axis=2).ravel(), picture[..., 0].ravel())[0, 1] > 0.8 for photo in photos)
    assert len({photo.tobytes() for photo in photos}) == 20
    assert picture[0, 0, 0] == 60  # the picture itself is as it was


def test_equal_generators_give_equal_photographs():
    picture = np.full((32, 32, 3), 100, np.float32)
    one, other = (degrade(picture, np.random.default_rng(2)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
