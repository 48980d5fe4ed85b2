"""A few rendered frames that several tests look at."""

import pytest

from data.synthetic.samples import Settings, render_frame

POSES = [(0, 0, 0), (35, 10, -15), (-80, -20, 10), (10, 45, 30), (60, -40, -50)]


@pytest.fixture(scope="session")
def frames_of_one_face():
    """One person with one expression in known poses, from the same distance."""
    return [render_frame(4, 0, Settings(clean=True), (220, 220), (0.4, 0.4), pose=pose) for pose in POSES]
