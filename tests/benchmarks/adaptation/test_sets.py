import dataclasses

import numpy as np
import pytest

from fsanet.benchmarks.adaptation import sets as module
from fsanet.benchmarks.adaptation.sets import ROLES, narrow_pose, poor_camera, rendered_sets, wide_pose

SIZE = 16
PICTURES = dict.fromkeys(ROLES, 1)


@pytest.fixture
def two_people(monkeypatch):
    """Two people a role instead of the benchmark's."""
    roles = {name: dataclasses.replace(role, people=2) for name, role in ROLES.items()}
    monkeypatch.setattr(module, "ROLES", roles)


def test_people_of_the_three_sets_are_others(two_people, tmp_path):
    sets = rendered_sets(tmp_path, PICTURES, SIZE, workers=1, quiet=True)
    people = [set(part.source) for part in sets]
    assert [len(part) for part in sets] == [2, 2, 2]
    assert [len(names) for names in people] == [2, 2, 2]
    assert len(set.union(*people)) == 6
    assert sets.source.img_size == SIZE
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    again = rendered_sets(tmp_path, PICTURES, SIZE, workers=1, quiet=True)
    assert files == {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    np.testing.assert_array_equal(again.test.image, sets.test.image)


def test_people_for_testing_are_not_adapted_to():
    target, test = ROLES["target"], ROLES["test"]
    assert target.settings.split == test.settings.split
    assert test.first >= target.first + target.people


def test_a_stopped_rendering_goes_on(two_people, tmp_path, monkeypatch):
    def stop_at_the_second(*args):
        if args[-1] == 1:
            raise KeyboardInterrupt
        return render(*args)

    render = module._render
    with monkeypatch.context() as patch:
        patch.setattr(module, "_render", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            rendered_sets(tmp_path / "parts", PICTURES, SIZE, workers=1, quiet=True)
    rendered = []
    monkeypatch.setattr(module, "_render", lambda *args: (rendered.append(args[1:]), render(*args)))
    rendered_sets(tmp_path / "parts", PICTURES, SIZE, workers=1, quiet=True)
    assert [(args[0], args[-1]) for args in rendered] == [
        ("source", 1), ("target", 0), ("target", 1), ("test", 0), ("test", 1)
    ]  # fmt: skip


def test_the_source_reaches_further_than_the_target():
    rng = np.random.default_rng(0)
    wide, narrow = (np.abs([pose(rng) for _ in range(2000)]) for pose in (wide_pose, narrow_pose))
    assert (narrow.max(axis=0) < [75, 60, 25]).all()
    assert (np.percentile(wide, 95, axis=0) > np.percentile(narrow, 95, axis=0)).all()


def test_the_camera_is_dim_warm_and_soft():
    grey = poor_camera(np.full((32, 32, 3), 128, np.uint8), np.random.default_rng(0))
    blue, green, red = grey.mean(axis=(0, 1))
    assert blue < green < red < 128
    assert grey.std(axis=(0, 1)).min() > 2
    stripes = np.tile(np.repeat([0, 255], 2), (32, 8))[..., None].repeat(3, axis=2).astype(np.uint8)
    seen = poor_camera(stripes, np.random.default_rng(0))
    assert seen.std() < 0.8 * stripes.std()
    again = poor_camera(stripes, np.random.default_rng(0))
    np.testing.assert_array_equal(again, seen)
