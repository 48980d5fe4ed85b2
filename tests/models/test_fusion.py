import keras
import numpy as np

import fsanet


def test_fusion_is_the_mean_of_its_members():
    fusion = fsanet.build_model("fusion_metric", image_size=32)
    x = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)
    members = [keras.ops.convert_to_numpy(fusion.get_layer(name)(x)) for name in ("metric", "var_metric", "noS_metric")]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(fusion(x)), np.mean(members, axis=0), rtol=1e-4)


def test_fusion_is_an_ordinary_model():
    fusion = fsanet.build_model("fusion_capsule", image_size=32)
    assert isinstance(fusion, keras.Model)
    assert (fusion.input_shape, fusion.output_shape) == ((None, 32, 32, 3), (None, 3))


def test_settings_reach_every_member():
    fusion = fsanet.build_model("fusion_capsule", image_size=32, num_classes=2, dim_capsule=8, num_primcaps=12)
    members = (fusion.get_layer(name) for name in ("capsule", "var_capsule", "noS_capsule"))
    shapes = [member.get_layer("ssr_Cap_model").input_shape for member in members]
    assert shapes == [(None, 12, 64), (None, 12, 64), (None, 48, 64)]
    assert fusion.output_shape == (None, 2)
