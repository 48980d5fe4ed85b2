import numpy as np
import pytest

from fsanet.datasets.pose_set import PoseSet
from fsanet.rendering import write_demo_heads


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(write_demo_heads, "HEADS", 1)
    monkeypatch.setattr(write_demo_heads, "HARD_PERSONS", 1)


def test_the_command_writes_every_set_of_the_figures(few, tmp_path, capsys):
    assert write_demo_heads.main(["--out", str(tmp_path)]) == 0
    assert {path.stem for path in tmp_path.iterdir()} == set(write_demo_heads.MAKERS)
    assert "hard_heads.npz" in capsys.readouterr().out
    hard = PoseSet.load(tmp_path / "hard_heads.npz")
    assert hard.extras["kind"].tolist() == list(write_demo_heads.HARD_KINDS)
    assert len(set(hard.source)) == 1  # one person in every kind


@pytest.mark.parametrize("person", range(4))
def test_a_pose_has_its_magnitudes_within_the_limits_and_its_signs_from_the_person(person):
    near = write_demo_heads._pose_within(((10, 20), (0, 5), (30, 30)), person)
    far = write_demo_heads._pose_within(((40, 60), (6, 7), (50, 60)), person)
    assert (np.abs(near) <= [20, 5, 30]).all()
    assert (np.abs(near) >= [10, 0, 30]).all()
    np.testing.assert_array_equal(np.sign(near), np.sign(far))
