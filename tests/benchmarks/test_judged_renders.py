import numpy as np
import pytest

from fsanet.benchmarks.judged_renders import agreement, judge_detectors, judge_poses
from fsanet.rendering.frame import RenderSettings


def test_agreement_by_hand():
    truth = np.array([[-80.0, 0, 0], [-50, 5, 1], [-20, -5, 2], [10, 10, 3], [25, -10, 4], [29, 1, 5]])
    predicted = truth * [1.0, 0.5, 1.0] + [0, 0, 2.0]
    lines = agreement(predicted, truth)
    overall = [float(cell) for cell in lines[1].split()[4:]]
    np.testing.assert_allclose(overall[:3], 1, atol=1e-6)  # correlation
    np.testing.assert_allclose(overall[3:6], [1, 0.5, 1])  # slope
    np.testing.assert_allclose(overall[6:9], [0, -0.08, 2], atol=0.01)  # bias
    np.testing.assert_allclose(overall[9:12], [0, 2.58, 2], atol=0.01)  # MAE
    assert lines[2].split()[:4] == ["0", "to", "30", "4"]
    assert len(lines) == 3  # too few faces beyond 30 degrees for figures of their own


@pytest.mark.slow
def test_a_network_that_has_seen_photographs_only_reads_the_renders(mirror):
    settings = RenderSettings(split="validation", poses="300W_LP")
    predicted, truth = judge_poses(200, 1, settings, "fusion_capsule", "300W_LP", quiet=True)
    near_the_front = np.abs(truth[:, 0]) < 60
    for seen, least in ((np.full(len(truth), True), (0.97, 0.75, 0.75)), (near_the_front, (0.97, 0.87, 0.9))):
        correlation = [np.corrcoef(predicted[seen, k], truth[seen, k])[0, 1] for k in range(3)]
        assert (np.array(correlation) > least).all(), correlation
    assert np.abs(predicted - truth).mean() < 6


@pytest.mark.slow
def test_detectors_find_rendered_faces_also_in_profile(mirror):
    found = judge_detectors(40, 1, quiet=True)
    least = {"mtcnn": 0.7, "yunet": 0.92}
    for name, rows in found.items():
        assert rows[:, 1].mean() > least[name], name
        assert rows[np.abs(rows[:, 0]) > 60, 1].mean() > least[name] - 0.25, name
