"""Engines by name, by settings, and by what the weights are."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from fsanet.engines.choose import _FILES, ENGINES, create_engine, export_engine, open_export
from fsanet.engines.keras_engine import KerasEngine
from fsanet.errors import InputError, MissingPackageError, UnreadableError
from fsanet.export.comparison import probe_crops
from fsanet.export.onnx_cache import bundled_onnx, ready_onnx
from fsanet.models.spec import get_spec
from fsanet.tensors import layers_in
from fsanet.weights import loading
from fsanet.weights.loading import load_model
from fsanet.weights.saving import save_weights

pytestmark = pytest.mark.filterwarnings("ignore:In the future `np.object`:FutureWarning")  # keras' patch of tf2onnx


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
        ("saved_model", {"threads": 1}, "Engine 'saved_model' has no setting threads; it has: none"),
    ],
)
def test_settings_of_another_engine(engine, setting, text):
    with pytest.raises(ValueError, match=text):
        create_engine(engine, model="var_capsule", weights="300W_LP", **setting)


def test_litert_takes_a_tflite_file(tflite):
    assert create_engine("auto", weights=tflite).name == "litert"
    with pytest.raises(ValueError, match="run `make export MODEL=capsule WEIGHTS=BIWI FORMAT=tflite` first"):
        create_engine("litert", model="capsule", weights="BIWI")


@pytest.mark.parametrize(
    ("engine", "what"), [("litert", ".tflite"), ("frozen_graph", ".pb"), ("saved_model", "saved_model folder")]
)
def test_weights_that_are_another_export_are_told_with_their_own_engine(engine, what):
    path = bundled_onnx("capsule", "free")
    with pytest.raises(InputError, match=rf"which engine 'onnx' runs: leave the engine out, or give a {what}\.$"):
        create_engine(engine, weights=path)


def test_an_onnx_file_as_weights(onnx_engine):
    engine = create_engine(weights=onnx_engine.path)
    assert engine.name == "onnx"
    assert engine.path == onnx_engine.path
    assert create_engine("openvino", weights=onnx_engine.path, threads=1).path == onnx_engine.path


def test_an_export_of_another_model_than_is_asked_for_is_refused(tmp_path):
    path = tmp_path / "e.onnx"
    shutil.copy(bundled_onnx("capsule", "free"), path)
    assert create_engine(weights=path).metadata["model"] == "capsule"
    assert create_engine(model="capsule", weights=path).path == path
    with pytest.raises(
        InputError, match=r"e\.onnx' is an export of capsule, not of fusion_capsule: leave the model out"
    ):
        create_engine(model="fusion_capsule", weights=path)


def test_a_tflite_file_that_says_nothing_of_itself(tflite):
    assert create_engine(model="capsule", weights=tflite).metadata == {}


def test_exports_are_told_apart_by_suffix_and_by_what_a_folder_holds(tmp_path):
    for folder, file in (("a", "model.xml"), ("b", "saved_model.pb"), ("c", "photo.jpg")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).touch()
    assert [export_engine(tmp_path / folder) for folder in "abc"] == ["openvino", "saved_model", None]
    names = ("m.onnx", "m.tflite", "m.xml", "m.pb", "m.h5", "m.keras")
    assert [export_engine(tmp_path / name) for name in names] == [
        "onnx",
        "litert",
        "openvino",
        "frozen_graph",
        None,
        None,
    ]
    assert {"onnx", "litert", "openvino", "saved_model", "frozen_graph", "keras"} == set(ENGINES)


def test_what_is_no_export_says_what_is(tmp_path):
    with pytest.raises(
        ValueError, match=r"mine\.h5' is no export: expected \.onnx, \.tflite, \.xml, \.pb, \.keras or a"
    ):
        open_export(tmp_path / "mine.h5")


def test_graphs_of_tensorflow_that_are_none(tmp_path):
    (tmp_path / "junk.pb").write_bytes(b"no graph at all")
    with pytest.raises(ValueError, match=r"junk\.pb' is not a frozen graph with image_bgr:0"):
        create_engine(weights=tmp_path / "junk.pb")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"no graph at all")
    with pytest.raises(ValueError, match=r"saved' is not a SavedModel of a head pose network"):
        create_engine(weights=tmp_path / "saved")
    with pytest.raises(ValueError, match="Engine 'saved_model' takes a saved_model folder as weights, got 'BIWI'"):
        create_engine("saved_model", model="capsule", weights="BIWI")


@pytest.mark.parametrize("engine", ["auto", "keras", "onnx", "openvino"])
@pytest.mark.parametrize(
    ("name", "content"), [("a.jpg", b"\xff\xd8\xff"), ("a.h5", b"version https://git-lfs"), ("a", b"")]
)
def test_what_is_no_weight_file_is_told_without_keras(engine, name, content, tmp_path, monkeypatch):
    monkeypatch.setattr("fsanet.engines.choose.find_spec", lambda package: None)
    monkeypatch.setitem(sys.modules, "keras", None)  # importing it is an error
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}' is no weight file: it is neither HDF5 nor a .keras archive"):
        create_engine(engine, weights=tmp_path / name)


def test_every_export_that_serves_as_weights_is_named(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(InputError) as refused:
        create_engine(weights=tmp_path / "a.jpg")
    assert all(f" {suffix}" in str(refused.value) for suffix in _FILES)


@pytest.mark.parametrize("start", [b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"])
def test_what_may_be_weights_asks_for_keras(start, tmp_path, monkeypatch):
    monkeypatch.setattr("fsanet.engines.choose.find_spec", lambda package: None)
    (tmp_path / "a.h5").write_bytes(start)
    with pytest.raises(InputError, match=r"Engine 'keras' needs Keras: pip install 'fsanet\[keras\]'\.$"):
        create_engine(weights=tmp_path / "a.h5")
    with pytest.raises(InputError, match=r"'fsanet\[keras\]'; engine 'onnx' works without\.$"):
        create_engine("keras")


def test_missing_weight_file(tmp_path, cache):
    with pytest.raises(FileNotFoundError, match="There is no weight file"):
        create_engine(model="var_capsule", weights=tmp_path / "none.h5")


def test_without_onnx_file_and_exporter_keras_runs(monkeypatch, mirror, cache):
    monkeypatch.setattr("fsanet.engines.choose._EXPORT_PACKAGES", ("a_package_that_is_not_there",))
    assert create_engine(model="metric", weights="300W_LP").name == "keras"


def test_from_a_training_set_without_keras_once_exported(monkeypatch, mirror, cache):
    first = create_engine(model="var_capsule", weights="300W_LP")
    assert first.metadata["model"] == "var_capsule"
    assert first.metadata["weights"] == "300W_LP"
    assert first.metadata["colour_order"] == "BGR"
    assert first.metadata["angles"].startswith("yaw, pitch, roll in degrees")
    assert "research-only" in first.metadata["licence"]
    monkeypatch.setattr("fsanet.engines.choose.find_spec", lambda name: None)
    assert create_engine(model="var_capsule", weights="300W_LP").path == first.path


def test_golden_angles(mirror, cache):
    golden = np.load(mirror / "golden" / "original_outputs.npz")
    engine = create_engine("onnx", model="var_capsule", weights="300W_LP")
    stored = next(name for name in golden.files if name.startswith("outputs/300W_LP/fsanet_var_capsule"))
    np.testing.assert_allclose(engine.predict(golden["inputs/x_a"]), golden[stored], atol=1e-3)


@pytest.fixture
def run_folder(stirred, tmp_path):
    """A folder as a training leaves it, with one model that is not the default."""
    name = get_spec("metric").save_name
    save_weights(stirred("metric"), tmp_path / "runs" / name / f"{name}.h5")
    return tmp_path / "runs"


def test_a_folder_of_one_model_needs_no_name_of_it(run_folder):
    assert create_engine("keras", weights=run_folder).metadata["model"] == "metric"


@pytest.mark.parametrize("weights", ["free", "./free"])
def test_a_path_is_no_training_set_though_it_is_called_so(weights, run_folder, monkeypatch):
    run_folder.rename(run_folder.parent / "free")
    monkeypatch.chdir(run_folder.parent)
    assert create_engine("keras", weights=Path(weights)).metadata["model"] == "metric"
    assert create_engine(model="capsule", weights="free").metadata["weights"] == "free"
    with pytest.raises(FileNotFoundError, match="The folder 'free' holds no weight file of capsule"):
        create_engine(model="capsule", weights=Path(weights))


def warnings_of_ours(caplog):
    """What was said of engines; TensorFlow has its own to say of many models."""
    return [record.getMessage() for record in caplog.records if record.name == "fsanet.engines.choose"]


def test_where_no_export_can_be_kept_keras_reads_and_says_why(run_folder, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "file"))
    assert create_engine(weights=run_folder).name == "keras"
    (said,) = warnings_of_ours(caplog)
    assert said == (
        f"Engine 'keras' reads the poses, which takes longer: no export can be kept in '{tmp_path / 'file' / 'onnx'}'; "
        "FSANET_HOME may name a folder that can be written."
    )


def test_without_a_home_folder_keras_reads_and_says_why(run_folder, monkeypatch, caplog):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    for variable in ("FSANET_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert create_engine(weights=run_folder).name == "keras"
    (said,) = warnings_of_ours(caplog)
    assert said.endswith(
        "takes longer: no export can be kept where the user has no home folder; FSANET_HOME may name a folder that can "
        "be written."
    )


def test_on_another_backend_than_tensorflow_keras_reads_and_says_why(run_folder, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    assert create_engine(weights=run_folder).name == "keras"
    (said,) = warnings_of_ours(caplog)
    assert said.endswith("takes longer: an export to ONNX needs Keras on TensorFlow, and it runs on jax.")


def test_a_cache_of_another_user_holds_nothing(run_folder, monkeypatch):
    class Closed:
        def is_file(self):
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("fsanet.export.onnx_cache._cache_path", lambda model, weights: Closed())
    assert ready_onnx("metric", run_folder) is None


@pytest.mark.parametrize("engine", ["auto", "openvino"])
def test_a_file_of_the_cache_that_was_damaged_is_exported_again(engine, weights, onnx_engine, caplog):
    whole = onnx_engine.path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2]):
        onnx_engine.path.write_bytes(damaged)
        caplog.clear()
        made = create_engine(engine, model="var_capsule", weights=weights)
        assert warnings_of_ours(caplog) == [f"'{onnx_engine.path}' is damaged: it is exported again."]
        np.testing.assert_allclose(made.predict(probe_crops(64)), onnx_engine.predict(probe_crops(64)), atol=1e-3)


def test_a_damaged_file_that_was_given_is_told_and_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    (tmp_path / "onnx").mkdir()
    (path := tmp_path / "onnx" / "mine.onnx").write_bytes(b"no network")
    with pytest.raises(UnreadableError, match=r"ONNX Runtime cannot read '.*mine\.onnx'"):
        create_engine(weights=path)
    assert path.read_bytes() == b"no network"


def test_of_a_folder_of_several_models_one_is_to_be_named(run_folder):
    shutil.copytree(run_folder / get_spec("metric").save_name, run_folder / "ssrnet_mt")
    (run_folder / "ssrnet_mt" / f"{get_spec('metric').save_name}.h5").rename(run_folder / "ssrnet_mt/ssrnet_mt.h5")
    with pytest.raises(InputError, match=r"name one \(--model metric, --model ssrnet_mt\)"):
        create_engine(weights=run_folder)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["onnx", "keras"])
def test_a_precision_that_training_has_set_is_not_that_of_engines(engine, run_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))  # where it is not exported yet
    crops = probe_crops(64, 3)
    with layers_in("mixed_float16"):
        angles = create_engine(engine, weights=run_folder).predict(crops)
    with layers_in("float32"):
        expected = KerasEngine(load_model("metric", run_folder)).predict(crops)
    np.testing.assert_allclose(angles, expected, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["onnx", "keras"])
def test_what_others_write_to_stderr_meanwhile_is_seen(engine, run_folder, tmp_path, monkeypatch, capfd):
    def load_model(name, weights):
        os.write(2, b"of another thread\n")
        return loaded(name, weights=weights)

    loaded = loading.load_model
    monkeypatch.setattr(loading, "load_model", load_model)
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))  # where it is not exported yet
    create_engine(engine, weights=run_folder)
    assert "of another thread\n" in capfd.readouterr().err


def test_an_export_that_lacks_a_package_names_all_that_it_needs(run_folder, tmp_path, monkeypatch):
    def load_model(name, weights):
        raise ModuleNotFoundError("No module named 'h5py'", name="h5py")

    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("fsanet.weights.loading.load_model", load_model)
    with pytest.raises(MissingPackageError, match=r"pip install 'fsanet\[keras,export\]'"):
        create_engine("onnx", weights=run_folder)
