"""The graph of a finder, written layer by layer: the numbers of Keras, in few operations."""

from collections import Counter

import keras
import numpy as np
import onnxruntime
import pytest
from keras import layers

from fsanet.errors import InputError
from fsanet.export.finder_graph import finder_graph
from fsanet.export.formats.table import INPUT_NAME
from fsanet.models.single_stage.blocks import context, convolve, flat, predict, pyramid, residual


def finder() -> keras.Model:
    """A small finder of all blocks, whose weights and statistics are random."""
    keras.utils.set_random_seed(3)
    image = keras.Input((None, None, 3), name="image")
    x = convolve(layers.Rescaling(1 / 64, -2.0)(image), 4, stride=2)
    fine = residual(x, 6, stride=2)
    coarse = residual(residual(fine, 8, stride=2), 8)
    rows = [flat(predict(context(level, 8), np.arange(5.0)), 5) for level in pyramid([fine, coarse], 4)]
    model = keras.Model(image, layers.Concatenate(axis=1)(rows), name="small_finder")
    draw = np.random.default_rng(4)
    model.set_weights([draw.uniform(0.2, 1.2, array.shape) - 0.4 * (array.ndim > 1) for array in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def model():
    return finder()


def run(graph, pictures):
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["prediction"], {"image_bgr": pictures})[0]


@pytest.mark.parametrize("size", [(64, 96), (32, 160)])
def test_numbers_are_those_of_keras_at_every_size(model, size):
    pictures = np.random.default_rng(0).uniform(0, 255, (2, *size, 3)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(model(pictures))
    np.testing.assert_allclose(run(finder_graph(model), pictures), expected, rtol=1e-4, atol=1e-4 * np.ptp(expected))


def test_pixels_may_come_as_whole_numbers(model):
    pictures = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3)).astype(np.uint8)
    floats = run(finder_graph(model), pictures.astype(np.float32))
    whole = finder_graph(model, whole_numbers=True)
    np.testing.assert_allclose(run(whole, pictures), floats, rtol=1e-4, atol=1e-4 * np.ptp(floats))
    shapes = {node.op_type: node.attribute for node in whole.graph.node if INPUT_NAME in node.input}
    assert list(shapes) == ["Reshape"]  # four neighbours are one place


def test_whole_numbers_without_two_neighbours_at_once():
    """A first convolution that is too wide for it takes the picture as it is."""
    keras.utils.set_random_seed(5)
    image = keras.Input((None, None, 3))
    x = convolve(layers.Rescaling(1 / 64, -2.0)(image), 12, stride=2)
    wide = keras.Model(image, flat(predict(x, np.arange(5.0)), 5))
    pictures = np.random.default_rng(0).integers(0, 256, (2, 32, 64, 3)).astype(np.uint8)
    written = finder_graph(wide, whole_numbers=True)
    expected = keras.ops.convert_to_numpy(wide(pictures.astype(np.float32)))
    np.testing.assert_allclose(run(written, pictures), expected, rtol=1e-4, atol=1e-4)
    assert {node.op_type for node in written.graph.node if INPUT_NAME in node.input} == {"Transpose"}


def test_normalisation_means_and_scale_are_part_of_the_convolutions(model):
    counts = Counter(node.op_type for node in finder_graph(model).graph.node)
    convolutions = sum(isinstance(layer, layers.Conv2D) for layer in model.layers)
    assert counts["Conv"] + counts["MatMul"] == convolutions
    assert counts["MatMul"] == 2  # what predicts, on each level
    assert set(counts) == {"Transpose", "Sub", "Conv", "MatMul", "Relu", "Add", "Resize", "Concat", "Reshape"}
    assert (counts["Resize"], counts["Reshape"], counts["Sub"]) == (1, 3, 1)  # neighbours of the first one apart


def network_of(*kinds) -> keras.Model:
    image = x = keras.Input((None, None, 3))
    for layer in kinds:
        x = layer(x)
    return keras.Model(image, layers.Reshape((-1, x.shape[-1]))(x))


def test_predictions_are_the_answer_and_nothing_else():
    image = keras.Input((None, None, 3))
    x = layers.Concatenate()([layers.Conv2D(2, 1)(image), layers.Conv2D(2, 1)(image)])
    with pytest.raises(InputError, match="takes predictions; this export writes them as the answer alone"):
        finder_graph(keras.Model(image, layers.Reshape((-1, 4))(layers.ReLU()(x))))


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ([layers.Softmax()], "is a Softmax; this export writes"),
        ([layers.AveragePooling2D(2), layers.Conv2D(2, 3)], "not a mean of squares before 1x1 convolutions"),
        ([layers.AveragePooling2D(3, 2), layers.Conv2D(2, 1)], "not a mean of squares before 1x1 convolutions"),
        ([layers.Rescaling(1 / 2), layers.ReLU()], "not one scale for all colours before convolutions"),
        ([layers.Conv2D(2, 3, use_bias=False)], "arranges a map, not predictions, in rows"),
        ([layers.Rescaling(1 / 2, [1.0, 2.0, 3.0]), layers.Conv2D(2, 1)], "not one scale for all colours"),
        ([layers.Rescaling(1 / 2, 0.25), layers.Conv2D(2, 1)], "makes -0.5 zero, which no pixel is"),
    ],
)
def test_what_it_cannot_write_is_one_sentence(kinds, sentence):
    with pytest.raises(InputError, match=sentence):
        finder_graph(network_of(*kinds), whole_numbers=True)
