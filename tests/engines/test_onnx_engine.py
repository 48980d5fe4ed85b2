"""The ONNX file behind an engine: its names, and the cache that keeps it."""

import numpy as np
import onnx
import pytest

from fsanet.engines import onnx_engine as module
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.export import onnx_cache
from fsanet.export.comparison import probe_crops
from fsanet.export.formats.table import INPUT_NAME, OUTPUT_NAME
from fsanet.sessions import Calls

pytestmark = pytest.mark.filterwarnings("ignore:In the future `np.object`:FutureWarning")  # keras' patch of tf2onnx


def test_an_export_is_kept_and_used_again(weights, onnx_engine, cache):
    written, kept = onnx_engine.path.stat().st_mtime_ns, set(cache.rglob("*"))
    again = onnx_cache.exported_onnx("var_capsule", str(weights))
    assert again == onnx_engine.path
    assert again.is_relative_to(cache)
    assert again.stat().st_mtime_ns == written
    assert set(cache.rglob("*")) == kept


def test_the_first_crops_need_no_session_of_their_own_and_get_the_same_answers(onnx_engine, monkeypatch):
    crops, opened = probe_crops(64), []
    engine = OnnxEngine(onnx_engine.path, threads=2, batch_size=3)
    opens = engine._sessions._opens
    monkeypatch.setattr(engine._sessions, "_opens", lambda threads: opened.append(threads) or opens(threads))
    monkeypatch.setattr(module, "_WORTH_A_SESSION", 2 * len(crops))
    first, second, shared_out = (engine.predict(crops) for _ in range(3))
    assert opened == [1]
    np.testing.assert_array_equal(first, shared_out)
    np.testing.assert_array_equal(second, shared_out)


def test_a_crop_leaves_the_other_cores_to_another_network(onnx_engine, monkeypatch):
    crops, used = probe_crops(64)[:1], []
    engine = OnnxEngine(onnx_engine.path, threads=2)
    monkeypatch.setattr(engine, "_run", lambda session, crops: used.append(session) or [np.zeros((len(crops), 3))])
    calls = Calls()
    monkeypatch.setattr(module, "CALLS", calls)
    engine.predict(crops)
    with calls.one_more():
        engine.predict(crops)
    monkeypatch.setattr(module, "CALLS", Calls())
    engine.predict(crops)
    together, single = engine._sessions.together, engine._sessions.single()
    assert used == [together, single, together]
    assert single is not together


def test_other_weights_are_another_file(model, onnx_engine, tmp_path):
    bias = model.get_layer("ssr_F_Cap_model").get_layer("delta_s1").bias
    kept = np.asarray(bias)
    bias.assign(kept + 0.5)
    try:
        model.save_weights(tmp_path / "changed.weights.h5")
        changed = OnnxEngine(onnx_cache.exported_onnx("var_capsule", str(tmp_path / "changed.weights.h5")))
        assert changed.path != onnx_engine.path
        assert np.abs(changed.predict(probe_crops(64)) - onnx_engine.predict(probe_crops(64))).max() > 1e-3
    finally:
        bias.assign(kept)


def test_names_in_the_file(onnx_engine):
    graph = onnx.load(onnx_engine.path).graph
    assert [value.name for value in graph.input] == [INPUT_NAME] == ["image_bgr"]
    assert [value.name for value in graph.output] == [OUTPUT_NAME] == ["yaw_pitch_roll_deg"]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_the_cache_follows_fsanet_home(monkeypatch, tmp_path):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    assert onnx_cache.onnx_dir() == tmp_path / "onnx"
