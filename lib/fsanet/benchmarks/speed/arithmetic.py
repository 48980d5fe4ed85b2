"""How much arithmetic a network is, and how much the machine can do."""

from pathlib import Path

from fsanet.benchmarks.speed.measurement import median_ms

_MATRIX_SIDE = 2048


def peak_gflops(seconds: float) -> float:
    """Billions of float32 operations a second in a product of large matrices, on all cores."""
    import numpy as np

    matrix = np.random.default_rng(0).random((_MATRIX_SIDE, _MATRIX_SIDE), np.float32)
    return 2.0 * _MATRIX_SIDE**3 / median_ms(lambda: matrix @ matrix, seconds) / 1e6


def model_mflop(model: str, lean: bool) -> float:
    """Millions of float32 operations for one crop, counted by TensorFlow's profiler.

    Args:
        model: a name of `fsanet.MODELS`.
        lean: of the graph that is exported, rather than of the Keras model.
    """
    import tensorflow as tf

    from fsanet.export.lean.lean_model import lean_model
    from fsanet.models.build import build_model

    network = lean_model(build_model(model)) if lean else build_model(model)
    crop = tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)
    call = tf.function(lambda image: network(image, training=False), input_signature=[crop], autograph=False)
    return _mflop(call.get_concrete_function().graph)


def frozen_graph_mflop(path: Path, input_name: str) -> float:
    """Millions of float32 operations for one crop of a frozen graph."""
    import tensorflow as tf

    definition = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    with tf.Graph().as_default() as graph:
        crop = tf.compat.v1.placeholder(tf.float32, (1, 64, 64, 3))
        tf.import_graph_def(definition, name="", input_map={input_name: crop})
    return _mflop(graph)


def _mflop(graph) -> float:
    from tensorflow.compat.v1 import profiler

    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output()
    return profiler.profile(graph, options=options.build()).total_float_ops / 1e6
