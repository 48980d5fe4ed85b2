import keras
import numpy as np
import pytest

from fsanet.layers import SSRLayer


def angles_oracle(predictions, deltas, shifts, bins, lambda_d):
    """The sum written out, bin by bin."""
    angles = np.zeros(deltas[0].shape)
    width = np.ones(deltas[0].shape)
    for p, delta, shift, s in zip(predictions, deltas, shifts, bins, strict=True):
        width = width * s * (1 + lambda_d * delta)
        angles += sum((i - s // 2 + shift) * p[..., i] for i in range(s)) / width
    return 99 * angles


@pytest.mark.parametrize("bins", [(3, 3, 3), (3, 5, 7)])
@pytest.mark.parametrize("lambda_d", [1.0, 0.25])
def test_agrees_with_the_oracle(bins, lambda_d):
    rng = np.random.default_rng(0)
    predictions = [2 * rng.random((4, 3, s)) for s in bins]
    deltas, shifts = ([rng.uniform(-0.8, 0.8, (4, 3)) for _ in bins] for _ in range(2))
    inputs = [x.astype(np.float32) for x in (*predictions, *deltas, *shifts)]
    outputs = keras.ops.convert_to_numpy(SSRLayer(bins, lambda_d)(inputs))
    np.testing.assert_allclose(outputs, angles_oracle(predictions, deltas, shifts, bins, lambda_d), rtol=1e-4)


@pytest.mark.parametrize(("bin_index", "expected"), [(0, -33.0), (1, 0.0), (2, 33.0)])
def test_one_certain_bin_of_the_first_stage(bin_index, expected):
    """Bins of the first stage are 99 / 3 degrees wide and stand at -33, 0 and 33."""
    p = np.zeros((1, 1, 3), np.float32)
    p[..., bin_index] = 1
    zero = np.zeros((1, 1), np.float32)
    outputs = SSRLayer()([p, 0 * p, 0 * p, *[zero] * 6])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(outputs), [[expected]], atol=1e-5)


def test_half_precision_sums_in_float32():
    """The result is as near to the exact one as one rounding allows."""
    p = np.full((1, 3, 3), 0.4, np.float32)
    shift = np.full((1, 3), 0.3, np.float32)
    inputs = [p, p, p, *[0 * shift] * 3, shift, shift, shift]
    exact = float(keras.ops.convert_to_numpy(SSRLayer()(inputs))[0, 0])
    half = keras.ops.cast(SSRLayer(dtype="mixed_float16")(inputs), "float32")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(half), exact, rtol=2e-3)
