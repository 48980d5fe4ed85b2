"""The sides are what they say: the original's graphs give the original's angles; operations are counted right."""

import numpy as np
import pytest

from fsanet.benchmarks.speed import original
from fsanet.benchmarks.speed.arithmetic import peak_gflops
from fsanet.benchmarks.speed.sides import Side, side_mflop, side_ms

FUSION = ("fsanet_capsule_3_16_2_21_5", "fsanet_var_capsule_3_16_2_21_5", "fsanet_noS_capsule_3_16_2_192_5")


@pytest.mark.mirror
def test_the_originals_graphs_give_the_originals_angles(mirror):
    with np.load(mirror / "golden" / "original_outputs.npz") as golden:
        crops = golden["inputs/x_a"]
        expected = np.mean([golden[f"outputs/300W_LP/{name}"] for name in FUSION], axis=0)
    found = original.open_original(original.original_graphs("fusion_capsule"))(crops)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.mirror
def test_operations_of_the_original(mirror):
    assert side_mflop(Side("original", "var_capsule")) == pytest.approx(2 * 14.8, rel=0.05)  # 14.8 million products


@pytest.mark.parametrize(("kind", "mflop"), [("keras", 29.6), ("onnx", 35.0)])  # the lean first block is dense
def test_operations_of_ours(kind, mflop):
    assert side_mflop(Side(kind, "var_capsule")) == pytest.approx(mflop, rel=0.06)


def test_a_side_is_timed():
    assert side_ms(Side("onnx", "var_capsule"), 2, 0.0) > 0
    assert peak_gflops(0.0) > 0


def test_a_folder_without_graphs_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_MIRROR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"fsanet_var_capsule_3_16_2_21_5\.pb' is not there: check FSANET"):
        original.original_graphs("var_capsule")
