"""The names in published files lead to the right layers, also where no published file is at hand.

`tests/golden/published_files.npz` holds, for every published model, the names and shapes of the arrays in its file in
their order, and the angles of networks whose arrays depend on those names only. It was written when every published
file agreed with the original program, by `FSANET_MIRROR=folder python tests/weights/test_published_files.py`.
"""

import os
import tempfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import fsanet
from fsanet.models.spec import get_spec
from fsanet.weights.saving import save_weights, write_arrays
from tests.models.test_seeded_outputs import seeded_array, seeded_images

GOLDEN = Path(__file__).parents[1] / "golden" / "published_files.npz"
FAMILIES = ("capsule", "netvlad", "metric")
PUBLISHED = [*(f"{score}{family}" for family in FAMILIES for score in ("", "var_", "noS_")), "ssrnet_mt"]
ONE_OF_EACH_PART = ("capsule", "var_metric", "noS_netvlad", "ssrnet_mt")


def listing(path) -> list[str]:
    """All arrays of a file in the order in which Keras 2 reads them: "group layer/variable:0 3,3,16,1"."""
    with h5py.File(path) as file:
        groups = [name.decode() for name in file.attrs["layer_names"]]
        names = [(group, name.decode()) for group in groups for name in file[group].attrs["weight_names"]]
        return [f"{group} {name} {','.join(map(str, file[group][name].shape))}" for group, name in names]


def angles_of(name: str, lines, folder: Path) -> np.ndarray:
    """Angles of a network that is loaded from a file with such names, each array made from its name."""
    groups: dict[str, dict[str, np.ndarray]] = {}
    for line in lines:
        group, array, shape = line.split()
        layer_and_variable = array.removesuffix(":0")
        made = seeded_array(layer_and_variable.rpartition("/")[2], array, tuple(map(int, shape.split(","))))
        groups.setdefault(group, {})[layer_and_variable] = made
    path = folder / "published.h5"
    write_arrays(path, groups)
    return keras.ops.convert_to_numpy(fsanet.load_model(name, weights=path)(seeded_images(), training=False))


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


@pytest.mark.parametrize("name", ONE_OF_EACH_PART)
def test_every_array_goes_where_the_original_has_it(name, golden, tmp_path):
    angles = angles_of(name, golden[f"names/{name}"], tmp_path)
    np.testing.assert_allclose(angles, golden[f"angles/{name}"], rtol=1e-4, atol=1e-3)
    assert golden[f"angles/{name}"].std(0).min() > 0.1  # a network that is switched off would agree on anything


@pytest.mark.parametrize("name", PUBLISHED)
def test_files_are_written_in_the_published_order(name, golden, tmp_path):
    save_weights(fsanet.build_model(name), tmp_path / "w.h5")
    assert listing(tmp_path / "w.h5") == list(golden[f"names/{name}"])


if __name__ == "__main__":
    mirror = Path(os.environ["FSANET_MIRROR"]) / "pre-trained" / "BIWI_models"
    stems = {name: get_spec(name).save_name for name in PUBLISHED}
    names = {name: listing(mirror / stem / f"{stem}.h5") for name, stem in stems.items()}
    with tempfile.TemporaryDirectory() as folder:
        angles = {name: angles_of(name, names[name], Path(folder)) for name in ONE_OF_EACH_PART}
    arrays = {**{f"names/{k}": np.array(v) for k, v in names.items()}, **{f"angles/{k}": v for k, v in angles.items()}}
    np.savez_compressed(GOLDEN, **arrays)
