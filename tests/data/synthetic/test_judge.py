import numpy as np

from data.synthetic.judge import agreement


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
