import keras
import pytest

from demo.figures.model_graph import boxes_of, shapes_text, sub_models
from fsanet import build_model


@pytest.fixture(scope="module")
def model():
    return build_model("capsule")


def test_every_parameter_is_in_one_box(model):
    for part in sub_models(model):
        assert sum(box.parameters for box in boxes_of(part)) == part.count_params(), part.name


def test_sub_models_are_all_that_a_network_has(model):
    assert [part.name for part in sub_models(model)] == [
        "capsule",
        "ssr_G_model",
        "ssr_S_model",
        "feat_S_model",
        "ssr_Cap_model",
        "ssr_F_Cap_model",
    ]


def test_a_box_is_a_layer_that_learns_with_what_follows(model):
    boxes = {box.name: box for box in boxes_of(model.get_layer("ssr_G_model"))}
    first = boxes["x_conv1"]
    assert first.words[:2] == ["SepConv 3\N{MULTIPLICATION SIGN}3, 16", "BN"]
    assert set(first.words[2:]) == {"ReLU", "mean pool 2"}
    assert first.shapes == [(32, 32, 16)]
    assert first.before == ["streams_image"]
    assert set(boxes["product_s1"].before) == {"x_stage1", "s_stage1"}
    assert boxes["product_s3"].shapes == [(8, 8, 64)]  # pooled within the box


def test_shapes_are_counted():
    assert shapes_text([(8, 8)]) == "8 \N{MULTIPLICATION SIGN} 8"
    assert shapes_text([(4,), (4,), (8,)]) == "2 of 4, 8"


def test_a_layer_with_two_followers_keeps_its_box_closed():
    image = keras.Input((8,), name="i")
    hidden = keras.layers.Dense(4, name="d")(image)
    active = keras.layers.Activation("relu", name="r")(hidden)
    both = keras.layers.Add(name="sum")([hidden, active])
    assert [box.name for box in boxes_of(keras.Model(image, both))] == ["i", "d", "r", "sum"]


@pytest.mark.parametrize("name", ["noS_netvlad", "var_metric", "fusion_capsule", "ssrnet_mt"])
def test_every_kind_of_model_becomes_boxes(name):
    boxes = boxes_of(build_model(name))
    assert boxes[0].before == []
    assert all(box.before for box in boxes[1:])
