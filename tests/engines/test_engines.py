"""The engines' contract: same angles, any batch, several threads, clear errors."""

import math
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest

from fsanet.engines.engine import shares
from fsanet.engines.keras_engine import KerasEngine
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.engines.openvino_engine import OpenVinoEngine
from fsanet.engines.tensorflow_engines import LiteRtEngine
from fsanet.errors import InputError
from fsanet.export.comparison import probe_crops

pytestmark = pytest.mark.filterwarnings("ignore:In the future `np.object`:FutureWarning")  # keras' patch of tf2onnx

ENGINES = ("onnx", "litert", "keras", "openvino")  # those of TensorFlow's graphs are tried with the exports


@pytest.fixture(scope="module")
def engines(model, onnx_engine, tflite):
    return {
        "onnx": onnx_engine,
        "litert": LiteRtEngine(tflite, threads=2),
        "keras": KerasEngine(model, batch_size=4),
        "openvino": OpenVinoEngine(onnx_engine.path, threads=2, batch_size=4),
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


AFTER_A_FORK = """
import os, signal, sys, warnings
import numpy as np
from fsanet.engines.choose import create_engine

warnings.simplefilter("ignore")  # Python's own, about the fork of a process with threads
engine, crops = create_engine(weights=sys.argv[1], threads=2), np.zeros((150, 64, 64, 3), np.uint8)
expected = [engine.predict(crops) for _ in range(2)][1]  # the second call opens what shares crops out
child = os.fork()
if not child:
    signal.alarm(30)  # ends a child that waits for ever
    os._exit(0 if np.allclose(engine.predict(crops), expected, atol=1e-4) else 1)
sys.exit(os.waitpid(child, 0)[1] != 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system makes no processes by fork")
@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_an_engine_that_was_used_answers_in_a_forked_process(onnx_engine, tflite, name):
    file = {"onnx": onnx_engine.path, "litert": tflite}[name]
    words = [sys.executable, "-c", AFTER_A_FORK, str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "the child did not answer"


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


def test_threads_must_be_positive(onnx_engine):
    with pytest.raises(ValueError, match="threads must be a whole number, 1 or more, got 0"):
        OnnxEngine(onnx_engine.path, threads=0)


@pytest.mark.parametrize(
    "make", [lambda e, m: OnnxEngine(e.path, batch_size=0), lambda e, m: KerasEngine(m, batch_size=0)]
)
def test_batch_size_must_be_positive(onnx_engine, model, make):
    with pytest.raises(ValueError, match="batch_size must be a whole number, 1 or more, got 0"):
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


def network_with_output(path: Path, *columns: int) -> Path:
    """An ONNX file that takes crops of 4 pixels and gives (batch, *columns)."""
    nodes = [
        onnx.helper.make_node("Flatten", ["crops"], ["flat"]),
        onnx.helper.make_node("MatMul", ["flat", "weights"], ["product"]),
        onnx.helper.make_node("Reshape", ["product", "shape"], ["output"]),
    ]
    constants = [
        onnx.numpy_helper.from_array(np.ones((48, math.prod(columns)), np.float32), "weights"),
        onnx.numpy_helper.from_array(np.array([-1, *columns]), "shape"),
    ]
    kind = onnx.TensorProto.FLOAT
    crops = onnx.helper.make_tensor_value_info("crops", kind, ["batch", 4, 4, 3])
    output = onnx.helper.make_tensor_value_info("output", kind, ["batch", *columns])
    graph = onnx.helper.make_graph(nodes, "foreign", [crops], [output], constants)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.mark.parametrize("engine", [OnnxEngine, OpenVinoEngine])
@pytest.mark.parametrize("columns", [(), (1,), (4,), (3, 1)])
def test_a_network_with_another_output_than_three_angles_is_refused(tmp_path, engine, columns):
    assert engine(network_with_output(tmp_path / "angles.onnx", 3), threads=1).input_size == 4
    came = "".join(f", {size}" for size in columns)
    with pytest.raises(InputError, match=rf"expected an output of \(batch, 3\), .*; got \([^,]+{came}\): give a file"):
        engine(network_with_output(tmp_path / "foreign.onnx", *columns), threads=1)


def test_a_tflite_file_with_another_output_than_three_angles_is_refused(tmp_path):
    import tensorflow as tf

    path = tmp_path / "foreign.tflite"
    network = tf.function(lambda crops: tf.reduce_mean(crops, (1, 2, 3)), [tf.TensorSpec((1, 4, 4, 3))])
    path.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()]).convert())
    with pytest.raises(InputError, match=r"expected an output of \(batch, 3\), .*; got \(1\): give a file"):
        LiteRtEngine(path)
