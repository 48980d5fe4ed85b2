import numpy as np

from demo.figures import comparison


def test_samples_spread_over_the_yaw():
    poses = np.zeros((9, 3))
    poses[:, 0] = [5, -60, 30, 0, 80, -20, 12, -70, 55]
    shown = comparison.by_yaw(poses, 5)
    assert poses[shown, 0].tolist() == [-70, -20, 5, 30, 80]
    assert sorted(comparison.by_yaw(poses, 20)) == list(range(9))
