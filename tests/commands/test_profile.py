import numpy as np
import pytest

from fsanet.cli import main
from fsanet.image.reading import read_image
from fsanet.readers.type1 import read_mat
from tests.profiling.conftest import photographs  # noqa: F401, a fixture


def test_copies_and_crops_of_a_folder(photographs, tmp_path, capsys):  # noqa: F811
    command = ["profile", str(photographs), "--out", str(tmp_path), "--copies", "1", "--workers", "1", "--quiet"]
    assert main(command) == 0
    assert "2 photographs, 1 copies of each" in capsys.readouterr().out
    with np.load(tmp_path / "people.npz") as found:
        assert found["image"].shape == (4, 64, 64, 3)
        assert sorted(set(found["source"])) == ["people/p_0", "people/p_1"]
    assert (tmp_path / "people.samples.png").is_file()


def test_photographs_are_labelled_as_they_are(photographs, tmp_path, capsys):  # noqa: F811
    options = ["--as-they-are", "--copies", "3", "--no-flips", "--workers", "1", "--quiet"]
    assert main(["profile", str(photographs), "--out", str(tmp_path), *options]) == 0
    assert "2 photographs, as they are, labelled" in capsys.readouterr().out
    written = sorted(file.name for file in (tmp_path / "people").glob("*.jpg"))
    assert written == ["p_0_0.jpg", "p_1_0.jpg"]
    picture, known = read_image(tmp_path / "people" / "p_0_0.jpg"), read_image(photographs / "p_0.png")
    assert np.abs(picture.astype(int) - known).mean() < 3
    np.testing.assert_allclose(
        read_mat(tmp_path / "people" / "p_0_0.mat")[0], read_mat(photographs / "p_0.mat")[0], atol=1e-3
    )
    with np.load(tmp_path / "people.npz") as found:
        assert sorted(found["source"]) == ["people/p_0"] * 3 + ["people/p_1"] * 3
        assert len(np.unique(found["points_xy"][:, 30], axis=0)) == 6


def test_a_pattern_chooses_photographs(photographs, tmp_path, capsys):  # noqa: F811
    options = ["--only", "*1.png", "--copies", "1", "--no-flips", "--workers", "1", "--quiet"]
    assert main(["profile", str(photographs), "--out", str(tmp_path), *options]) == 0
    assert sorted(file.name for file in (tmp_path / "people").glob("*.jpg")) == ["p_1_0.jpg"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], "No folder"),
        (["--yaw", "100"], "between 0 and 90"),
        (["--as-they-are", "--yaw", "90"], "--yaw does not go with --as-they-are: leave it out."),
    ],
)
def test_errors_are_one_sentence(options, text, tmp_path, capsys):
    assert main(["profile", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"), *options]) == 1
    assert text in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
