"""Every format is written whole, runs, carries its names and metadata, and is refused when it differs."""

import ctypes
import functools
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from fsanet.cli import main
from fsanet.commands.export import _stem, export, place
from fsanet.datasets.pose_set import PoseSet
from fsanet.engines.choose import open_export
from fsanet.engines.keras_engine import KerasEngine
from fsanet.errors import InputError
from fsanet.export import comparison
from fsanet.export.comparison import probe_crops
from fsanet.export.formats.table import FORMATS, INT8, Source, describe, get_format
from fsanet.models.spec import get_spec
from fsanet.tensors import layers_in
from fsanet.weights import loading
from fsanet.weights.saving import save_weights

pytestmark = [
    pytest.mark.filterwarnings("ignore:In the future `np.object`:FutureWarning"),  # keras' patch of tf2onnx
    pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning"),  # TensorFlow's own debugger
]


@pytest.fixture(scope="module")
def model(stirred):
    return stirred("var_capsule")


@pytest.fixture(scope="module")
def weights(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "mine.weights.h5"
    model.save_weights(path)
    return path


@pytest.fixture(scope="module", autouse=True)
def loaded_once():
    """The network is read from its file for the first export alone: to build it takes longer than most formats."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loading, "load_model", functools.cache(loading.load_model))
        yield


@pytest.fixture(scope="module")
def sets(model, tmp_path_factory):
    """Validation and test sets whose labels are the model's own angles, so that its error is zero."""
    folder = tmp_path_factory.mktemp("data")
    images = np.rint(probe_crops(64, 24)).astype(np.uint8)
    poses = KerasEngine(model).predict(images)
    for name in (comparison.CALIBRATION_SET, comparison.TEST_SET):
        PoseSet(images, poses, np.array([str(i) for i in range(24)])).save(folder / f"{name}.npz")
    return folder


@pytest.fixture(scope="module")
def exported(weights, sets, tmp_path_factory):
    """Makes an export, once for each format and quantisation: exported(name, quantize) -> path, verdict, engine."""

    @functools.cache
    def make(name, quantize=""):
        form, folder = get_format(name), tmp_path_factory.mktemp("exported")
        path, verdict = export(
            "var_capsule", weights, name, folder / f"model{form.suffix}", quantize, calibration=sets, test=sets
        )
        assert [file.name for file in folder.iterdir()] == [path.name]
        return path, verdict, open_export(path)

    return make


def test_int8_asks_for_its_crops(model):
    with pytest.raises(InputError, match="int8 needs crops that show the range of every tensor"):
        _ = Source(model, {}, INT8).crops


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_angles_of_the_model(name, model, exported):
    _, verdict, engine = exported(name)
    assert verdict.startswith("angles equal those of the Keras model to")
    crops = probe_crops(64, 7)
    np.testing.assert_allclose(engine.predict(crops), np.asarray(model.predict_on_batch(crops)), atol=1e-3)


@pytest.mark.parametrize(
    ("name", "quantize"), [("onnx", "float16"), ("onnx", "int8"), ("tflite", "int8"), ("openvino", "float16")]
)
def test_quantised(name, quantize, exported, sets):
    _, verdict, engine = exported(name, quantize)
    assert "mean absolute error on 24 test crops" in verdict
    assert f"of {comparison.LARGEST_CHANGE_DEG[quantize]} allowed" in verdict
    labels = PoseSet.load(sets / f"{comparison.TEST_SET}.npz")
    error = np.abs(engine.predict(labels.image) - labels.pose).mean()
    assert 0.0 < error <= comparison.LARGEST_CHANGE_DEG[quantize]


def test_convolutions_of_int8_are_int8(exported):
    import onnx
    from tensorflow.lite.tools import flatbuffer_utils

    kinds = [node.op_type for node in onnx.load(exported("onnx", "int8")[0]).graph.node]
    assert kinds.count("QuantizeLinear") > 20
    graph = flatbuffer_utils.read_model(str(exported("tflite", "int8")[0])).subgraphs[0]
    int8, float32 = 9, 0
    maps = [tensor for tensor in graph.tensors if len(tensor.shape) == 4 and tensor.shape[3] in (16, 32, 64, 128)]
    assert sum(tensor.type == int8 for tensor in maps) > 30
    assert graph.tensors[graph.inputs[0]].type == float32


EXPECTED_METADATA = {"model": "var_capsule", "weights": "mine.weights.h5", "colour_order": "BGR"}


@pytest.mark.parametrize("name", ["onnx", "tflite", "openvino", "saved_model"])
def test_metadata_that_the_engine_reads(name, exported):
    assert exported(name)[2].metadata.items() >= EXPECTED_METADATA.items()


class _SignalStack(ctypes.Structure):
    """stack_t of signal.h."""

    _fields_ = (("address", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


def signal_stack() -> tuple:
    """Address and size of the stack on which this thread handles signals."""
    stack = _SignalStack()
    assert ctypes.CDLL(None).sigaltstack(None, ctypes.byref(stack)) == 0
    return stack.address, stack.size


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for the stack of its signals")
def test_openvino_leaves_the_signals_of_this_thread_alone(exported):
    path, _, _ = exported("openvino")
    before = signal_stack()
    engine = open_export(path)
    engine.predict(probe_crops(64, 2))
    assert signal_stack() == before


@pytest.mark.parametrize(("given", "told"), [("free", "free"), (Path("free"), "./free"), ("./free", "./free")])
def test_a_folder_of_ones_own_is_not_told_as_a_training_set(given, told, tmp_path, monkeypatch):
    stem = get_spec("var_capsule").save_name
    file = tmp_path / "free" / stem / f"{stem}.h5"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x89HDF\r\n\x1a\nmine")
    monkeypatch.chdir(tmp_path)
    about = describe("var_capsule", given)
    assert about["weights"] == told
    assert ("free photographs" in about["licence"]) == (told == "free")


def test_metadata_of_a_saved_model(exported):
    text = (exported("saved_model")[0] / "assets.extra" / "fsanet.json").read_text()
    assert json.loads(text).items() >= EXPECTED_METADATA.items()


def test_metadata_and_names_of_tflite(exported):
    from ai_edge_litert.interpreter import Interpreter
    from tensorflow.lite.tools import flatbuffer_utils

    path = str(exported("tflite")[0])
    model = flatbuffer_utils.read_model(path)
    found = {entry.name.decode(): bytes(model.buffers[entry.buffer].data) for entry in model.metadata}
    assert found.items() >= {f"fsanet.{key}": value.encode() for key, value in EXPECTED_METADATA.items()}.items()
    signature = Interpreter(path).get_signature_list()["serving_default"]
    assert signature == {"inputs": ["image_bgr"], "outputs": ["yaw_pitch_roll_deg"]}


def test_too_large_a_change_is_refused_and_nothing_stays(monkeypatch, weights, sets, tmp_path):
    monkeypatch.setitem(comparison.LARGEST_CHANGE_DEG, "float16", 0.0)
    with pytest.raises(ValueError, match=r"was not kept: mean absolute error on 24 test crops 0\.0.* of 0.0 allowed"):
        export("var_capsule", weights, "onnx", tmp_path / "a.onnx", "float16", test=sets)
    assert not list(tmp_path.iterdir())


def test_wrong_names_list_the_right_ones(weights):
    with pytest.raises(ValueError, match=r"no format 'caffe'. The formats are: onnx, tflite, openvino, saved_model"):
        export("var_capsule", weights, "caffe")
    with pytest.raises(ValueError, match=r"'keras' cannot be quantised to 'int8'; its quantisations are: none"):
        export("var_capsule", weights, "keras", quantize="int8")
    with pytest.raises(ValueError, match=r"'onnx' cannot be quantised to 'int4'; .* float16, int8"):
        export("var_capsule", weights, "onnx", quantize="int4")


def test_a_missing_set_says_how_to_make_it(weights, tmp_path, capsys):
    status = main(
        ["export", "--model", "var_capsule", "--weights", str(weights), "--quantize", "int8", "--folder", str(tmp_path)]
    )
    assert status == 1
    assert "make preprocess" in capsys.readouterr().err


def test_the_command(weights, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["export", "--model", "var_capsule", "--weights", str(weights), "--format", "keras"]) == 0
    assert capsys.readouterr().out.startswith("exported/var_capsule_mine.keras (1.")


def test_a_folder_takes_the_export_under_its_default_name(weights, tmp_path):
    killed = tmp_path / ".var_capsule_mine.0123abcd.part.keras"
    killed.touch()
    for out in (tmp_path, tmp_path / "new"):
        path, _ = export("var_capsule", weights, "keras", out)
        assert path == out / "var_capsule_mine.keras"
        assert path.is_file()
    assert not killed.exists()


@pytest.mark.parametrize(
    ("weights", "name"),
    [
        ("free", "free"),
        ("my/mine.weights.h5", "mine"),
        ("mine.h5", "mine"),
        ("mine.hdf5", "mine"),
        ("mine.keras", "mine"),
        ("v1.1.weights.h5", "v1.1"),
        ("v1.2.weights.h5", "v1.2"),
        ("runs/exp.1", "exp.1"),
        ("runs/2026.11.29", "2026.11.29"),
    ],
)
def test_the_default_name_has_all_of_the_weights_name_but_its_suffix(weights, name):
    assert _stem("capsule", weights, "") == f"capsule_{name}"
    assert _stem("capsule", Path(weights), INT8) == f"capsule_{name}_int8"


def test_a_folder_of_an_export_is_replaced_and_another_is_not(tmp_path):
    openvino = get_format("openvino")
    (tmp_path / "model.xml").touch()
    assert place(tmp_path, "name", openvino) == tmp_path
    (tmp_path / "model.xml").rename(tmp_path / "photo.jpg")
    assert place(tmp_path, "name", openvino) == tmp_path / "name"
    assert place(tmp_path / "new", "name", openvino) == tmp_path / "new"


@pytest.mark.parametrize("name", ["openvino", "saved_model"])
def test_an_export_holds_nothing_that_hinders_the_next(name, exported):
    path, _, _ = exported(name)
    assert place(path, "name", get_format(name)) == path


def test_a_folder_with_an_export_and_other_files_is_not_replaced(tmp_path):
    openvino = get_format("openvino")
    for folder in (tmp_path / "mine", tmp_path / "name"):
        (folder / "photos").mkdir(parents=True)
        for file in ("model.xml", "notes.txt", "photos/a.jpg"):
            (folder / file).touch()
    message = r"would be replaced by the export and holds more than one \(notes\.txt, photos/a\.jpg\): give another"
    with pytest.raises(InputError, match=message):
        place(tmp_path / "mine", "name", openvino)
    with pytest.raises(InputError, match=message):
        place(tmp_path, "name", openvino)
    with pytest.raises(InputError, match=r"is a folder, got the file '.*notes\.txt': give another name"):
        place(tmp_path / "mine" / "notes.txt", "name", openvino)


def test_the_suffix_of_another_format_is_an_error(weights, tmp_path):
    with pytest.raises(
        ValueError, match=r"An export as 'onnx' is a file in \.onnx, got '.*a\.pb': name it so or a folder"
    ):
        export("var_capsule", weights, "onnx", tmp_path / "a.pb")


def test_of_a_folder_that_holds_one_model_that_one_is_exported(model, tmp_path):
    name = get_spec("var_capsule").save_name
    save_weights(model, tmp_path / "runs" / name / f"{name}.h5")
    assert main(["export", "--weights", str(tmp_path / "runs"), "--format", "keras", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "var_capsule_runs.keras").is_file()


def test_a_precision_that_is_set_outside_is_not_that_of_exports(model, tmp_path):
    model.save_weights(path := tmp_path / "mine.weights.h5")  # that no other export has read
    with layers_in("float16"):
        _, verdict = export("var_capsule", path, "onnx", tmp_path / "e.onnx")
    assert verdict.startswith("angles equal those of the Keras model")


def test_notices_of_native_code_are_held_back_while_the_export_is_opened(stirred, tmp_path, monkeypatch, capfd):
    def opened(path):
        os.write(2, b"kernels are chosen\n")
        return open_export(path)

    save_weights(stirred("metric"), tmp_path / "w.h5")
    monkeypatch.setattr("fsanet.commands.export.open_export", opened)
    export("metric", tmp_path / "w.h5", "onnx", tmp_path / "out.onnx")
    assert "kernels" not in capfd.readouterr().err
