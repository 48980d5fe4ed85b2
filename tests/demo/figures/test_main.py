from pathlib import Path

import pytest

from demo.figures import __main__ as figures
from demo.figures.settings import ModelChoice
from fsanet.image.reading import read_image
from tests.demo.figures.conftest import SMALLER


def test_every_figure_of_the_list_can_be_drawn_and_every_file_is_in_the_list():
    folder = Path(figures.__file__).parent
    assert {path.stem for path in folder.glob("*.py") if "def draw(" in path.read_text()} == set(figures.FIGURES)
    for name in figures.FIGURES:
        assert callable(figures.drawer(name))


def test_unknown_names_are_answered_with_the_known_ones(capsys, tmp_path):
    assert figures.main(["pie", "--out", str(tmp_path)]) == 1
    assert (
        capsys.readouterr().err == f"error: There is no figure 'pie'. The figures are: {', '.join(figures.FIGURES)}.\n"
    )
    assert figures.main(["angles", "--model", "pie"]) == 1
    assert "There is no model 'pie'" in capsys.readouterr().err


def test_models_to_compare_are_read():
    assert ModelChoice.parse("ssrnet_mt:BIWI") == ModelChoice("ssrnet_mt", "BIWI")
    assert ModelChoice.parse("capsule") == ModelChoice("capsule", "free")
    assert ModelChoice.parse("ssrnet_mt") == ModelChoice("ssrnet_mt", "synthetic")
    assert ModelChoice("fusion_netvlad", "BIWI").single == ModelChoice("netvlad", "BIWI")


def test_figures_that_need_no_weights(tmp_path, capsys):
    assert figures.main(["angles", "architecture", "--model", "noS_netvlad", "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"angles.png", "architecture.png"}
    assert str(tmp_path / "angles.png") in capsys.readouterr().out


@pytest.mark.slow
def test_all_figures_from_what_is_bundled(tmp_path):
    assert figures.main(["--quiet", "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}.png" for name in set(figures.FIGURES) - set(figures.ONLY_WHEN_NAMED)
    }
    for path in tmp_path.iterdir():
        picture = read_image(path)
        assert min(picture.shape[:2]) > 400 * SMALLER
        assert picture.std() > 10
