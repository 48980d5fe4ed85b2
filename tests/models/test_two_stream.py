import keras
import numpy as np
import pytest

from fsanet.models.spec import get_spec
from fsanet.models.two_stream import build_streams


@pytest.fixture(scope="module")
def streams():
    return build_streams(get_spec("capsule"))


def test_three_maps_coarse_to_fine(streams):
    assert streams.name == "ssr_G_model"
    assert [output.shape for output in streams.outputs] == [(None, 8, 8, 64)] * 3
    assert [streams.get_layer(f"x_stage{stage}").input.shape for stage in (1, 2, 3)] == [
        (None, 8, 8, 128),
        (None, 8, 8, 64),
        (None, 16, 16, 32),
    ]


@pytest.mark.parametrize("stream", ["x", "s"])
def test_blocks_of_a_stream(streams, stream):
    shapes = [streams.get_layer(f"{stream}_conv{block}").output.shape[1:] for block in range(1, 8)]
    sizes = [64, 32, 32, 16, 16, 8, 8]
    assert shapes == [(s, s, c) for s, c in zip(sizes, (16, 32, 32, 64, 64, 128, 128), strict=True)]


def test_tanh_behind_the_pooling_gives_the_maximum_of_tanh(streams):
    """The order in the paper is block, then pooling."""
    x = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    names = ("s_bn1", "s_act1")
    normalised, pooled = keras.Model(streams.input, [streams.get_layer(name).output for name in names])(x)
    tanh = np.tanh(keras.ops.convert_to_numpy(normalised))
    expected = tanh.reshape(2, 32, 2, 32, 2, 16).max((2, 4))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(pooled), expected, atol=1e-6)


def test_the_finest_stage_is_pooled_after_the_product(streams):
    x = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    product, pooled = keras.Model(streams.input, [streams.get_layer(n).output for n in ("product_s3", "U_s3")])(x)
    expected = keras.ops.convert_to_numpy(product).reshape(1, 8, 2, 8, 2, 64).mean((2, 4))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(pooled), expected, atol=1e-6)


@pytest.mark.parametrize("name", ["ssrnet_mt", "ssrnet_ori_mt"])
def test_ssrnet_takes_vectors(name):
    streams = build_streams(get_spec(name))
    assert [output.shape for output in streams.outputs] == [(None, 1024), (None, 1024), (None, 4096)]


def test_older_streams_have_plain_convolutions():
    streams = build_streams(get_spec("ssrnet_ori_mt"))
    filters = {stream: [streams.get_layer(f"{stream}_conv{b}").filters for b in range(1, 5)] for stream in "xs"}
    assert filters == {"x": [32] * 4, "s": [16] * 4}
