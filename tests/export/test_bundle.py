import keras
import pytest

from fsanet.errors import InputError
from fsanet.export.bundle import bundle
from fsanet.models.spec import OUR_MODELS, get_spec
from fsanet.tensors import layers_in


def test_a_run_is_named_after_a_training_set_of_ours(tmp_path):
    with pytest.raises(InputError, match="one of free, synthetic"):
        bundle(tmp_path / "mine", tmp_path / "weights", tmp_path / "onnx")


@pytest.mark.parametrize(("training_set", "last"), [("free", "noS_capsule"), ("synthetic", "ssrnet_mt")])
def test_every_single_model_must_be_trained(training_set, last, tmp_path, monkeypatch):
    """Each set has its own models: without the last of them nothing is exported."""
    monkeypatch.setattr("fsanet.export.bundle.load_model", lambda model, weights: None)
    exported = []
    monkeypatch.setattr("fsanet.export.bundle.write_onnx", lambda *args: exported.append(args))
    run = tmp_path / training_set
    for model in ("capsule", "var_capsule", "noS_capsule", "ssrnet_mt"):
        name = get_spec(model).save_name
        (run / name).mkdir(parents=True)
        if model != last:
            (run / name / f"{name}.h5").write_bytes(b"weights")
    with pytest.raises(FileNotFoundError, match=f"train {last} in that run first"):
        bundle(run, tmp_path / "weights", tmp_path / "onnx")
    assert exported == []


def test_networks_are_exported_in_float32_whatever_is_set_outside(tmp_path, monkeypatch):
    policies = []
    monkeypatch.setattr("fsanet.export.bundle.load_model", lambda model, weights: None)
    monkeypatch.setattr(
        "fsanet.export.bundle.write_onnx", lambda *_, **__: policies.append(keras.config.dtype_policy().name)
    )
    for name in (get_spec(model).save_name for model in OUR_MODELS["free"]):
        (tmp_path / "free" / name).mkdir(parents=True)
        (tmp_path / "free" / name / f"{name}.h5").write_bytes(b"weights")
    with layers_in("mixed_float16"):
        bundle(tmp_path / "free", tmp_path / "weights", tmp_path / "onnx")
    assert policies == ["float32"] * 4
