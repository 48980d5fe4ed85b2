import keras
import numpy as np
import pytest

from fsanet.models.aggregation import build_aggregation
from fsanet.models.spec import get_spec


@pytest.mark.parametrize(
    ("name", "model_name", "variables"),
    [
        ("capsule", "ssr_Cap_model", {"caps/W"}),
        (
            "netvlad",
            "ssr_Agg_model",
            {"netvlad/kernel_W1", "netvlad/kernel_B1", "netvlad/kernel_W2", "netvlad/kernel_H1"},
        ),
        ("metric", "ssr_Metric_model", {"metric_features/kernel_type1", "caps/kernel_type2"}),
    ],
)
def test_three_vectors_of_sixteen(name, model_name, variables):
    model = build_aggregation(get_spec(name))
    assert model.name == model_name
    assert [output.shape for output in model.outputs] == [(None, 16)] * 3
    assert {variable.path for variable in model.weights} == variables


def test_vectors_are_the_rows_in_order():
    model = build_aggregation(get_spec("metric"))
    x = np.random.default_rng(0).standard_normal((2, 21, 64)).astype(np.float32)
    rows = keras.ops.convert_to_numpy(keras.Model(model.input, model.get_layer("caps").output)(x))
    vectors = [keras.ops.convert_to_numpy(vector) for vector in model(x)]
    np.testing.assert_array_equal(np.stack(vectors, axis=1), rows)
