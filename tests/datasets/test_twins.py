import pytest

from fsanet.datasets.twins import TWINS, plain_name, twin_path


def test_names_of_twins(tmp_path):
    assert twin_path(tmp_path / "AFW_Flip.npz", "_masked") == tmp_path / "AFW_Flip_masked.npz"
    assert [plain_name(n) for n in ("A_masked", "A_rotated", "A_haired", "A")] == ["A"] * 4


@pytest.mark.parametrize("name", [f"A{first}{second}" for first in TWINS for second in TWINS])
def test_the_name_of_a_twin_of_a_twin_is_read_in_whichever_order(name):
    assert plain_name(name) == "A"
    assert plain_name(f"{name}_masked") == "A"
