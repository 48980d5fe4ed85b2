"""Rows that several processes hold are normalised as those of one: outputs, moving statistics and all gradients."""

import keras
import numpy as np
import pytest

from fsanet.layers import FusedBatchNormalization
from tests.fixtures.together import in_threads

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="several processes need TensorFlow")

ROWS, COUNT = 12, 3


@pytest.fixture
def batch():
    """Rows, and the gradient of what is behind the layer; no two processes have the same statistics."""
    rng = np.random.default_rng(0)
    x = rng.normal(5, 3, (ROWS, 4, 4, 3)) + np.arange(ROWS)[:, None, None, None]
    return x.astype("float32"), rng.normal(size=(ROWS, 4, 4, 3)).astype("float32")


def step(x, upstream):
    """Outputs, moving mean and variance, and the gradients of rows, gamma and beta."""
    layer = FusedBatchNormalization(momentum=0.5)
    layer.build(x.shape)
    layer.gamma.assign([0.5, 1.0, 2.0])
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = layer(x, training=True)
        loss = tf.reduce_sum(outputs * upstream)
    gradients = tape.gradient(loss, [x, layer.gamma.value, layer.beta.value])
    return [np.array(each) for each in (outputs, layer.moving_mean, layer.moving_variance, *gradients)]


def test_shares_of_a_batch_give_the_numbers_of_the_whole(batch):
    whole = step(*batch)
    share = ROWS // COUNT
    parts = in_threads(COUNT, lambda rank: step(*(each[rank * share : (rank + 1) * share] for each in batch)))
    for number in (0, 3):  # of rows: side by side
        np.testing.assert_allclose(np.concatenate([part[number] for part in parts]), whole[number], atol=2e-5)
    for number in (1, 2):  # statistics: the same everywhere
        for part in parts:
            np.testing.assert_allclose(part[number], whole[number], rtol=1e-5)
    for number in (4, 5):  # of the weights: a sum
        np.testing.assert_allclose(sum(part[number] for part in parts), whole[number], rtol=1e-4, atol=1e-4)


def test_without_the_others_the_numbers_would_be_others(batch):
    whole, alone = step(*batch), step(*(each[: ROWS // COUNT] for each in batch))
    assert np.abs(alone[0] - whole[0][: ROWS // COUNT]).max() > 0.5


def test_processes_that_keep_their_own_statistics_do_as_each_alone(batch):
    share = ROWS // COUNT
    rows = [[each[rank * share : (rank + 1) * share] for each in batch] for rank in range(COUNT)]
    parts = in_threads(COUNT, lambda rank: step(*rows[rank]), statistics_of_all=False)
    for part, own in zip(parts, rows, strict=True):
        for together, alone in zip(part, step(*own), strict=True):
            np.testing.assert_array_equal(together, alone)
