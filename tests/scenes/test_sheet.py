import numpy as np

from fsanet.image.reading import read_image
from fsanet.scenes.ingredients import Ingredients
from fsanet.scenes.sheet import draw_labels, draw_sheet


def test_labels_are_drawn_on_a_copy(composer):
    scene = next(s for s in map(composer.scene, map(np.random.default_rng, range(50))) if (s.faces.shown > 0.9).any())
    before = scene.image_bgr.copy()
    drawn = draw_labels(scene)
    assert (drawn == (0, 220, 0)).all(axis=-1).sum() > 10
    np.testing.assert_array_equal(scene.image_bgr, before)


def test_a_sheet_is_written(bank_folder, tmp_path):
    draw_sheet(Ingredients(bank_folder), tmp_path / "sheet.png")
    assert read_image(tmp_path / "sheet.png").shape == (4 * 256, 6 * 256, 3)


def test_a_sheet_of_whole_photographs_shows_other_scenes(bank_folder, photographs, tmp_path):
    draw_sheet(Ingredients(bank_folder), tmp_path / "sheet.png")
    draw_sheet(Ingredients(bank_folder, whole=photographs), tmp_path / "whole.png")
    usual, whole = (read_image(tmp_path / name) for name in ("sheet.png", "whole.png"))
    assert whole.shape == usual.shape
    assert (whole != usual).mean() > 0.5
