"""The engines' contract: same angles, any batch, several threads, clear errors."""

import threading

import numpy as np
import pytest

from fsanet.engines.catalog import ENGINES, create_engine
from fsanet.engines.engine import shares
from fsanet.engines.keras_engine import KerasEngine
from fsanet.engines.litert_engine import LiteRtEngine
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.export import onnx_cache
from fsanet.export.comparison import check_same_angles, probe_crops
from fsanet.export.onnx_file import INPUT_NAME, OUTPUT_NAME

pytestmark = pytest.mark.filterwarnings("ignore:In the future `np.object`:FutureWarning")  # keras' patch of tf2onnx


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of its own, so that exports of other runs are not met."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.delenv("FSANET_HOME", raising=False)
        yield folder


@pytest.fixture(scope="module")
def model(stirred):
    return stirred("var_capsule")


@pytest.fixture(scope="module")
def onnx_engine(model, cache):
    return OnnxEngine.from_keras(model, threads=2, batch_size=2)


@pytest.fixture(scope="module")
def tflite(model, tmp_path_factory):
    from fsanet.export.lean.build import lean_model

    path = tmp_path_factory.mktemp("tflite") / "model.tflite"
    lean_model(model).export(str(path), format="litert", verbose=False)
    return path


@pytest.fixture(scope="module")
def engines(model, onnx_engine, tflite):
    return {
        "onnx": onnx_engine,
        "litert": LiteRtEngine(tflite, threads=2),
        "keras": KerasEngine(model, batch_size=4),
    }


@pytest.mark.parametrize("name", ENGINES)
def test_contract(engines, name):
    engine = engines[name]
    assert engine.name == name
    assert engine.input_size == 64
    angles = engine.predict(probe_crops(64))
    assert angles.shape == (5, 3)
    assert angles.dtype == np.float32


@pytest.mark.parametrize("name", ENGINES)
def test_angles_are_those_of_the_model(engines, model, name):
    crops = probe_crops(64, 9)
    expected = np.asarray(model.predict_on_batch(crops))
    assert np.ptp(expected) > 0.1, "the test network must not be constant"
    np.testing.assert_allclose(engines[name].predict(crops), expected, atol=1e-3)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("number", [0, 1, 3, 4, 5, 11])
def test_any_number_of_crops(engines, name, number):
    crops = probe_crops(64, 11)
    every = engines[name].predict(crops)
    np.testing.assert_allclose(engines[name].predict(crops[:number]), every[:number], atol=1e-4)


@pytest.mark.parametrize(
    ("number", "batch_size", "workers", "sizes"),
    [
        (0, 16, 2, []),
        (1, 16, 2, [1]),
        (2, 16, 2, [1, 1]),
        (5, 16, 2, [2, 3]),
        (64, 16, 2, [16, 16, 16, 16]),
        (65, 16, 2, [10, 11, 11, 11, 11, 11]),
        (7, 3, 1, [2, 2, 3]),
    ],
)
def test_shares(number, batch_size, workers, sizes):
    parts = shares(number, batch_size, workers)
    assert [part.stop - part.start for part in parts] == sizes
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(number))


@pytest.mark.parametrize("name", ENGINES)
def test_uint8_and_floats_of_any_layout(engines, name):
    crops = np.rint(probe_crops(64)).astype(np.uint8)
    expected = engines[name].predict(crops.astype(np.float32))
    np.testing.assert_allclose(engines[name].predict(crops), expected, atol=1e-4)
    np.testing.assert_allclose(engines[name].predict(crops.astype(np.float64)), expected, atol=1e-4)
    mirrored = np.ascontiguousarray(crops[:, :, ::-1])
    np.testing.assert_allclose(engines[name].predict(mirrored[:, :, ::-1]), expected, atol=1e-4)


@pytest.mark.parametrize("name", ENGINES)
def test_threads_share_an_engine(engines, name):
    crops = probe_crops(64, 6)
    expected = [engines[name].predict(crops[i : i + 1]) for i in range(len(crops))]
    results = [None] * len(crops)

    def work(i):
        for _ in range(5):
            results[i] = engines[name].predict(crops[i : i + 1])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(crops))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(results, expected, atol=1e-4)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    ("crops", "text"),
    [
        (np.zeros((64, 64, 3), np.uint8), r"\(N, 64, 64, 3\).*got shape \(64, 64, 3\)"),
        (np.zeros((1, 32, 64, 3), np.uint8), r"got shape \(1, 32, 64, 3\)"),
        (np.zeros((1, 64, 64, 1), np.uint8), r"got shape \(1, 64, 64, 1\)"),
        (np.zeros((1, 64, 64, 3), np.int64), "uint8 or float; got int64"),
    ],
)
def test_wrong_crops(engines, name, crops, text):
    with pytest.raises(ValueError, match=text):
        engines[name].predict(crops)


def test_an_export_is_kept_and_used_again(model, onnx_engine, cache):
    written = onnx_engine.path.stat().st_mtime_ns
    again = OnnxEngine.from_keras(model)
    assert again.path == onnx_engine.path
    assert again.path.is_relative_to(cache)
    assert again.path.stat().st_mtime_ns == written
    assert [file.name for file in again.path.parent.iterdir()] == [again.path.name]


def test_other_weights_are_another_file(model, onnx_engine):
    bias = model.get_layer("ssr_F_Cap_model").get_layer("delta_s1").bias
    kept = np.asarray(bias)
    bias.assign(kept + 0.5)
    try:
        changed = OnnxEngine.from_keras(model)
        assert changed.path != onnx_engine.path
        assert np.abs(changed.predict(probe_crops(64)) - onnx_engine.predict(probe_crops(64))).max() > 1e-3
    finally:
        bias.assign(kept)


def test_names_in_the_file(onnx_engine):
    import onnx

    graph = onnx.load(onnx_engine.path).graph
    assert [value.name for value in graph.input] == [INPUT_NAME] == ["image_bgr"]
    assert [value.name for value in graph.output] == [OUTPUT_NAME] == ["yaw_pitch_roll_deg"]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_a_differing_export_is_refused(model):
    class Off(KerasEngine):
        def predict(self, crops_bgr):
            return super().predict(crops_bgr) + 0.002

    with pytest.raises(ValueError, match=r"'off.onnx' differs from its Keras model by up to 0.002 degrees"):
        check_same_angles(model, Off(model), "off.onnx")


def test_threads_must_be_positive(onnx_engine):
    with pytest.raises(ValueError, match="threads must be at least 1, got 0"):
        OnnxEngine(onnx_engine.path, threads=0)


@pytest.mark.parametrize(
    "make", [lambda e, m: OnnxEngine(e.path, batch_size=0), lambda e, m: KerasEngine(m, batch_size=0)]
)
def test_batch_size_must_be_positive(onnx_engine, model, make):
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        make(onnx_engine, model)


def test_wrong_provider_lists_the_right_ones(onnx_engine):
    with pytest.raises(ValueError, match=r"no provider 'tpu'. The providers are: auto, cpu, cuda"):
        OnnxEngine(onnx_engine.path, provider="tpu")


def test_missing_and_foreign_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no ONNX file"):
        OnnxEngine(tmp_path / "none.onnx")
    foreign = tmp_path / "foreign.onnx"
    foreign.write_bytes(b"no network")
    with pytest.raises(ValueError, match="ONNX Runtime cannot read"):
        OnnxEngine(foreign)
    with pytest.raises(ValueError, match="LiteRT cannot read"):
        LiteRtEngine(foreign)


def test_a_network_of_another_shape_is_refused(mirror):
    with pytest.raises(ValueError, match="is not a head pose network"):
        OnnxEngine(mirror / "models" / "face_detection_yunet_2023mar.onnx")


def test_wrong_engine_lists_the_right_ones():
    with pytest.raises(ValueError, match=r"no engine 'tensorrt'. The engines are: auto, onnx, litert, keras"):
        create_engine("tensorrt")


def test_wrong_model_lists_the_right_ones():
    with pytest.raises(ValueError, match="no model 'resnet'"):
        create_engine(model="resnet")


@pytest.mark.parametrize(
    ("engine", "setting", "text"),
    [
        ("keras", {"threads": 1}, "Engine 'keras' has no setting threads; it has: batch_size"),
        ("litert", {"provider": "cpu", "batch_size": 8}, "Engine 'litert' has no setting provider, batch_size"),
    ],
)
def test_settings_of_another_engine(engine, setting, text):
    with pytest.raises(ValueError, match=text):
        create_engine(engine, model="var_capsule", weights="300W_LP", **setting)


def test_litert_takes_a_tflite_file(tflite):
    assert create_engine("auto", weights=tflite).name == "litert"
    with pytest.raises(ValueError, match="run `make export MODEL=capsule WEIGHTS=BIWI FORMAT=tflite` first"):
        create_engine("litert", model="capsule", weights="BIWI")


def test_an_onnx_file_as_weights(onnx_engine):
    engine = create_engine(weights=onnx_engine.path)
    assert engine.name == "onnx"
    assert engine.path == onnx_engine.path


def test_missing_weight_file(tmp_path, cache):
    with pytest.raises(FileNotFoundError, match="There is no weight file"):
        create_engine(model="var_capsule", weights=tmp_path / "none.h5")


def test_without_onnx_file_and_exporter_keras_runs(monkeypatch, mirror, cache):
    monkeypatch.setattr("fsanet.engines.catalog._EXPORT_PACKAGES", ("a_package_that_is_not_there",))
    assert create_engine(model="metric", weights="300W_LP").name == "keras"


def test_from_a_training_set_without_keras_once_exported(monkeypatch, mirror, cache):
    first = create_engine(model="var_capsule", weights="300W_LP")
    assert first.metadata["model"] == "var_capsule"
    assert first.metadata["weights"] == "300W_LP"
    assert first.metadata["colour_order"] == "BGR"
    assert first.metadata["angles"].startswith("yaw, pitch, roll in degrees")
    assert "research-only" in first.metadata["licence"]
    monkeypatch.setattr("fsanet.engines.catalog.find_spec", lambda name: None)
    assert create_engine(model="var_capsule", weights="300W_LP").path == first.path


def test_golden_angles(mirror, cache):
    golden = np.load(mirror / "golden" / "original_outputs.npz")
    engine = create_engine("onnx", model="var_capsule", weights="300W_LP")
    stored = next(name for name in golden.files if name.startswith("outputs/300W_LP/fsanet_var_capsule"))
    np.testing.assert_allclose(engine.predict(golden["inputs/x_a"]), golden[stored], atol=1e-3)


def test_the_cache_follows_fsanet_home(monkeypatch, tmp_path):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    assert onnx_cache.cache_dir() == tmp_path / "onnx"
