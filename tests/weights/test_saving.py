import subprocess
import sys

import h5py
import numpy as np
import pytest

import fsanet
from fsanet.models.spec import get_spec
from fsanet.weights.loading import load_model
from fsanet.weights.saving import save_weights

SINGLES = [name for name in fsanet.MODELS if not get_spec(name).members]


def layers_of(path) -> list[tuple[str, list[str]]]:
    """Top-level layers with weights and the names of these, in the order in which Keras 2 reads them."""
    with h5py.File(path) as file:
        groups = [(name.decode(), file[name.decode()]) for name in file.attrs["layer_names"]]
        listed = [(name, [weight.decode() for weight in group.attrs["weight_names"]]) for name, group in groups]
    return [(name, weights) for name, weights in listed if weights]


@pytest.mark.parametrize("name", SINGLES)
def test_saved_weights_load_again(name, tmp_path):
    model = fsanet.build_model(name)
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.01, 1, weight.shape) for weight in model.get_weights()])
    save_weights(model, tmp_path / "w.h5")
    again = load_model(name, weights=tmp_path / "w.h5")
    for saved, loaded in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(saved, loaded)


@pytest.mark.parametrize("training_set", ["300W_LP", "BIWI"])
def test_files_have_the_order_of_the_published_ones(training_set, mirror, tmp_path):
    """Keras 2, and so the original program, fills layers by this order."""
    files = sorted((mirror / "pre-trained" / f"{training_set}_models").glob("*/*.h5"))
    specs = {get_spec(name).save_name: name for name in SINGLES}
    for published in files:
        save_weights(fsanet.build_model(specs[published.stem]), tmp_path / published.name)
        assert layers_of(tmp_path / published.name) == layers_of(published), published.stem
    assert len(files) >= 9


def test_a_fusion_is_saved_member_by_member(tmp_path):
    with pytest.raises(ValueError, match="'fusion_metric' is a fusion: save each of its members, metric, var_metric,"):
        save_weights(fsanet.build_model("fusion_metric", image_size=16), tmp_path / "w.h5")


def test_nothing_is_left_of_a_file_that_could_not_be_written(var_metric, tmp_path):
    (tmp_path / "w.h5").mkdir()
    with pytest.raises(OSError, match=r"w\.h5"):
        save_weights(var_metric, tmp_path / "w.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["w.h5"]


def test_layout_is_that_of_keras_2(published_like):
    with h5py.File(published_like) as file:
        assert file.attrs["layer_names"][0] == b"ssr_G_model"
        assert file["ssr_F_model"].attrs["weight_names"][0] == b"dense_3/kernel:0"
        assert file["ssr_F_model/dense_3/kernel:0"].shape == (8, 9)
        assert str(file.attrs["keras_version"]).startswith("2.")


def test_a_full_disk_is_an_error_and_not_the_end_of_the_process(tmp_path):
    script = (
        "import resource, signal, sys, numpy\n"
        "from fsanet.weights.saving import write_arrays\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_arrays(sys.argv[1], {'a': {f'{i}/kernel': numpy.ones((64, 64)) for i in range(40)}})\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "w.h5"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("Traceback")) == (0, "File too large\n", 0)
