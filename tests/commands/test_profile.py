import numpy as np
import pytest

from fsanet.cli import main
from tests.rendering.profiling.conftest import photographs  # noqa: F401, a fixture


def test_copies_and_crops_of_a_folder(photographs, tmp_path, capsys):  # noqa: F811
    command = ["profile", str(photographs), "--out", str(tmp_path), "--copies", "1", "--workers", "1", "--quiet"]
    assert main(command) == 0
    assert "2 photographs, 1 copies of each" in capsys.readouterr().out
    with np.load(tmp_path / "people.npz") as found:
        assert found["image"].shape == (4, 64, 64, 3)
        assert sorted(set(found["source"])) == ["people/p_0", "people/p_1"]
    assert (tmp_path / "people.samples.png").is_file()


def test_a_pattern_chooses_photographs(photographs, tmp_path, capsys):  # noqa: F811
    options = ["--only", "*1.png", "--copies", "1", "--no-flips", "--workers", "1", "--quiet"]
    assert main(["profile", str(photographs), "--out", str(tmp_path), *options]) == 0
    assert sorted(file.name for file in (tmp_path / "people").glob("*.jpg")) == ["p_1_0.jpg"]


@pytest.mark.parametrize(("options", "text"), [([], "No folder"), (["--yaw", "100"], "between 0 and 90")])
def test_errors_are_one_sentence(options, text, tmp_path, capsys):
    assert main(["profile", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"), *options]) == 1
    assert text in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
