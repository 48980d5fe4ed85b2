"""What hair does to the pitch of one head: the same heads, and the figures by hand."""

import numpy as np

from fsanet.benchmarks import hair


def test_heads_differ_by_their_hair_alone():
    (short, poses), (fringe, again) = (hair.heads(style, 2) for style in ("short", "fringe_long"))
    assert short.shape == (2, 64, 64, 3)
    np.testing.assert_array_equal(poses, again)
    assert (np.abs(poses) <= [30, 15, 8]).all()
    apart = np.abs(short.astype(int) - fringe).max(axis=-1)
    assert (apart > 20).mean() > 0.03  # hair
    assert np.median(apart[:, 30:45, 22:42]) < 20  # the middle of the face


def test_figures_by_hand(monkeypatch):
    moves = {"short": 0.0, "mop": 1.0, "bob": -2.0}
    asked = []

    def heads(style, number, seed=0):
        asked.append(style)
        return np.full((2, 1), moves.get(style, 0.0)), np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])

    monkeypatch.setattr(hair, "heads", heads)
    signs = np.array([[1.0], [-1.0]])
    lines = hair.table(lambda crops: np.hstack([0 * crops, 3 * signs * crops + crops, 0 * crops]), 2).splitlines()
    assert lines[0] == "| hair | pitch moves by | in size | error |"
    assert lines[2] == "| short | | | 1.00 |"
    assert lines[3] == "| mop | +1.00 | 3.00 | 1.33 |"  # 4 and -2 instead of 2 and 0: 1 + 2 + 3 + 0 + 2 + 0 less 0
    assert asked == ["short", *hair.STYLES]
