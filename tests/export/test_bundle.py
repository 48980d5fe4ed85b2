import pytest

from fsanet.errors import InputError
from fsanet.export.bundle import bundle
from fsanet.models.spec import get_spec


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
