import sys

import numpy as np
import pytest

from fsanet.errors import MissingPackageError
from fsanet.scenes.panorama import read_panorama, view


def test_sky_is_above_and_ground_below(rng):
    panorama = np.full((64, 128, 3), [0.02, 0.3, 0.02], np.float32)  # green ground
    panorama[:32] = [0.2, 0.3, 1.5]  # blue sky
    pictures = [view(panorama, rng, 48).astype(int) for _ in range(8)]
    blue = [picture[..., 0] - picture[..., 2] for picture in pictures]
    assert all(picture.shape == (48, 48, 3) for picture in pictures)
    assert np.mean([b[0] for b in blue]) > np.mean([b[-1] for b in blue]) + 30


def test_the_middle_brightness_does_not_depend_on_the_light():
    seen = [view(np.full((8, 16, 3), light, np.float32), np.random.default_rng(0), 8).mean() for light in (0.01, 9.0)]
    assert seen[0] == pytest.approx(seen[1], abs=1)


def test_without_the_package_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(MissingPackageError, match=r"OpenEXR: pip install 'fsanet\[scenes\]'"):
        read_panorama(b"")
