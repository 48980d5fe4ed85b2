import numpy as np

from fsanet.profiling.filling import fill


def test_known_pixels_stay_and_holes_take_on_what_lies_around():
    image = np.full((40, 60, 3), 200, np.uint8)
    image[:, 30:] = 50
    known = np.ones((40, 60), bool)
    known[15:25, 5:15] = known[15:25, 40:55] = False
    image[~known] = 0
    filled = fill(image, known)
    np.testing.assert_allclose(filled[known], image[known], atol=1e-3)
    np.testing.assert_allclose(filled[15:25, 5:15], 200, atol=3)
    assert filled[15:25, 45:52].max() < 100  # far nearer to 50 than to 200


def test_far_from_all_that_is_known_stands_its_mean():
    image = np.full((64, 64, 3), 90, np.uint8)
    known = np.zeros((64, 64), bool)
    known[:2, :2] = True
    np.testing.assert_allclose(fill(image, known)[-1, -1], 90, atol=1)
