"""What is to be expected of faces: lines through errors, and faces by what is expected of them."""

import shutil

import numpy as np
import onnx
import pytest

from fsanet.benchmarks import expected_error
from fsanet.datasets.pose_set import PoseSet
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.engines.reading import ExpectedError
from fsanet.errors import InputError
from fsanet.export.onnx_cache import bundled_onnx


def drawn(rng, faces, at_one, per_degree):
    """Spreads, and errors that have the wanted mean over them."""
    spread = rng.gamma(2.0, 1.5, (faces, 3))
    return spread, (np.array(at_one) + np.array(per_degree) * spread) * rng.exponential(1.0, (faces, 3))


def test_the_lines_are_those_that_the_errors_were_drawn_by():
    spread, error = drawn(np.random.default_rng(0), 20_000, (1.0, 2.0, 0.5), (0.5, 1.0, 2.0))
    fitted = expected_error.fit([spread], [error])
    np.testing.assert_allclose(fitted.at_one, (1.0, 2.0, 0.5), atol=0.15)
    np.testing.assert_allclose(fitted.per_degree, (0.5, 1.0, 2.0), atol=0.06)


def test_a_small_set_counts_as_much_as_a_large_one():
    rng = np.random.default_rng(1)
    sets = [drawn(rng, faces, (level,) * 3, (0.0,) * 3) for faces, level in ((200, 4.0), (20_000, 2.0))]
    fitted = expected_error.fit(*zip(*sets, strict=True))
    middle = fitted.of(np.full((1, 3), 3.0, np.float32))
    np.testing.assert_allclose(middle, 3.0, atol=0.4)


def test_nothing_is_expected_below_zero():
    spread = np.tile(np.array([[1.0], [2.0], [3.0]]), (1, 3))
    assert min(*expected_error.fit([spread], [4.0 - spread]).per_degree) == 0.0


def test_faces_are_parted_by_what_is_expected():
    expected = np.tile(np.array([[5.0], [1.0], [3.0], [2.0]]), (1, 3))
    parts = expected_error.parts_of(expected, expected + np.array([0.0, 1.0, 0.0, 3.0])[:, None], parts=2)
    assert parts == [(2, 1.5, 3.5), (2, 4.0, 4.0)]


def test_a_roll_that_is_not_labelled_is_left_out_of_the_fit_and_of_the_parts():
    rng = np.random.default_rng(3)
    whole, (spread, error) = (drawn(rng, 2_000, (1.0, 2.0, 0.5), (0.5, 1.0, 2.0)) for _ in range(2))
    error[:, 2] = np.nan
    alone, both = (
        expected_error.fit(*zip(whole, strict=True)),
        expected_error.fit(*zip(whole, (spread, error), strict=True)),
    )
    assert (alone.at_one[2], alone.per_degree[2]) == (both.at_one[2], both.per_degree[2])
    assert alone.at_one[:2] != both.at_one[:2]
    with pytest.raises(InputError, match="No set labels the roll, so nothing can be fitted to it"):
        expected_error.fit([spread], [error])
    [part] = expected_error.parts_of(spread, error, parts=1)
    assert part == (2_000, pytest.approx(spread[:, :2].mean()), pytest.approx(error[:, :2].mean()))


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    """A bundled fusion of one's own that says nothing else than the real one."""
    path = tmp_path / "fusion_capsule.onnx"
    shutil.copy(bundled_onnx("fusion_capsule", "free"), path)
    monkeypatch.setattr(expected_error, "bundled_onnx", lambda model, weights: path if weights == "free" else None)
    return path


@pytest.fixture
def labelled(tmp_path):
    """A small set of noise, with poses."""
    rng = np.random.default_rng(2)
    image, pose = rng.integers(0, 256, (12, 64, 64, 3), np.uint8), rng.normal(0, 20, (12, 3)).astype(np.float32)
    PoseSet(image, pose, np.array([str(number) for number in range(12)])).save(tmp_path / "noise.npz")
    return tmp_path


def test_what_is_kept_is_what_the_file_says_afterwards(bundled, labelled, capsys):
    before = OnnxEngine(bundled)
    args = ["free", "--set", "noise", "--folder", str(labelled)]
    assert expected_error.main([*args, "--keep", "--chart", str(labelled / "chart.png")]) == 0
    after = OnnxEngine(bundled)
    assert isinstance(after.expected, ExpectedError)
    assert after.expected != before.expected
    assert {**after.metadata, "expected_error": ""} == {**before.metadata, "expected_error": ""}
    assert (labelled / "chart.png").stat().st_size > 5000
    assert "noise, 12 faces" in capsys.readouterr().out
    assert expected_error.main(args) == 0
    assert OnnxEngine(bundled).expected == after.expected


def test_a_set_without_roll_is_shown_by_yaw_and_pitch_and_nothing_is_kept_of_it(bundled, labelled, capsys):
    given, before = PoseSet.load(labelled / "noise.npz"), bundled.read_bytes()
    args = ["free", "--folder", str(labelled), "--set"]
    tables = []
    for roll in (0.0, 50.0):  # what stands there instead of a label makes no difference
        pose = given.pose * [1, 1, 0] + [0, 0, roll]
        PoseSet(given.image, pose, given.source, {"roll_labelled": False}).save(labelled / "facing.npz")
        assert expected_error.main([*args, "facing"]) == 0
        tables.append(capsys.readouterr().out)
    assert "facing, 12 faces; no roll in its labels: errors are of yaw and pitch" in tables[0]
    assert tables[0] == tables[1]
    assert expected_error.main([*args, "facing", "--keep"]) != 0
    assert "No set labels the roll" in capsys.readouterr().err
    assert bundled.read_bytes() == before
    assert expected_error.main([*args, "facing", "noise", "--keep"]) == 0


def test_a_file_that_tells_nothing_has_to_be_fitted_first(bundled, labelled, capsys):
    proto = onnx.load(bundled)
    del proto.metadata_props[:]
    onnx.save(proto, bundled)
    assert expected_error.main(["free", "--set", "noise", "--folder", str(labelled)]) != 0
    assert "fit them with --keep first" in capsys.readouterr().err


def test_weights_without_a_bundled_fusion(bundled, labelled, capsys):
    assert expected_error.main(["BIWI", "--set", "noise", "--folder", str(labelled)]) != 0
    assert "no bundled fusion 'BIWI'" in capsys.readouterr().err
