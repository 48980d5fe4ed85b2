"""Errors that are to be expected of poses, by how far the members of a fusion are apart."""

import json

import numpy as np
import onnx
import pytest

from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.engines.reading import EXPECTED_ERROR, SPREAD, ExpectedError, read
from fsanet.errors import InputError
from fsanet.export.comparison import probe_crops
from fsanet.export.onnx_cache import bundled_onnx

EXPECTED = ExpectedError((1.0, 2.0, 0.5), (0.5, 1.0, 2.0))


@pytest.fixture(scope="module")
def fusion():
    return OnnxEngine(bundled_onnx("fusion_capsule", "free"), threads=1)


def spread_of(engine, crops):
    """(N, 3) how far the members are apart."""
    plain = OnnxEngine(engine.path, threads=1)
    plain.expected = SPREAD
    return plain.read(crops).error_deg


def told(engine, folder, text):
    """The engine's file, with another text for what is to be expected."""
    proto = onnx.load(engine.path)
    rest = {entry.key: entry.value for entry in proto.metadata_props if entry.key != EXPECTED_ERROR}
    onnx.helper.set_model_props(proto, rest | ({EXPECTED_ERROR: text} if text else {}))
    path = folder / "told.onnx"
    onnx.save(proto, path)
    return OnnxEngine(path, threads=1)


def test_errors_grow_with_the_spread_angle_by_angle():
    np.testing.assert_allclose(EXPECTED.of(np.array([[0, 0, 0], [2, 3, 1]], np.float32)), [[1, 2, 0.5], [2, 5, 2.5]])


def test_the_spread_is_that_of_the_members(fusion):
    crops = probe_crops(64, 3)
    members = [OnnxEngine(bundled_onnx(name, "free")) for name in ("capsule", "var_capsule", "noS_capsule")]
    poses = np.stack([member.predict(crops) for member in members])
    np.testing.assert_allclose(fusion.predict(crops), poses.mean(axis=0), atol=2e-3)
    np.testing.assert_allclose(spread_of(fusion, crops), poses.std(axis=0), atol=2e-3)


def test_what_the_file_says_is_what_is_expected(fusion, tmp_path):
    crops = probe_crops(64, 2)
    engine = told(fusion, tmp_path, EXPECTED.as_text())
    poses, errors = read(engine, crops)
    np.testing.assert_array_equal(poses, fusion.predict(crops))
    np.testing.assert_allclose(errors, EXPECTED.of(spread_of(fusion, crops)), rtol=1e-6)


def test_the_bundled_fusion_tells_errors_of_degrees(fusion):
    errors = read(fusion, probe_crops(64, 4)).error_deg
    assert (errors > 0.5).all()
    assert np.isfinite(errors).all()


def test_several_crops_and_one_at_a_time_are_read_alike(fusion):
    crops, engine = probe_crops(64, 5), OnnxEngine(fusion.path, threads=2, batch_size=2)
    one_by_one = np.concatenate([read(fusion, crop[None]).error_deg for crop in crops])
    np.testing.assert_allclose(read(engine, crops).error_deg, one_by_one, rtol=1e-4)


def test_a_single_network_and_a_silent_file_tell_no_errors(fusion, tmp_path):
    crops = probe_crops(64, 2)
    for engine in (OnnxEngine(bundled_onnx("capsule", "free")), told(fusion, tmp_path, "")):
        assert np.isnan(read(engine, crops).error_deg).all()
        assert np.isfinite(read(engine, crops).pose_deg).all()


def test_no_crops_give_no_errors(fusion):
    assert read(fusion, np.empty((0, 64, 64, 3), np.uint8)).error_deg.shape == (0, 3)


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", '{"at_one": [1, 2, 3]}', '{"at_one": [1, 2], "per_degree": [1, 2]}', json.dumps([1]), "NaN"]
)
def test_texts_that_are_no_expected_errors(text):
    with pytest.raises(InputError, match="three numbers"):
        ExpectedError.from_text(text)


def test_the_text_says_all():
    assert ExpectedError.from_text(EXPECTED.as_text()) == EXPECTED
