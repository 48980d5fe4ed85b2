import json
import shutil

import cv2
import numpy as np
import pytest

from fsanet.detectors.scout import ScoutNetwork
from fsanet.errors import InputError
from fsanet.image.kinds import pictures_in
from fsanet.rendering.code_version import HARD, code_version
from fsanet.scenes import hard
from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.compose import NOBODY
from fsanet.scenes.hard import SIDE, HardPlan, write_hard
from fsanet.scenes.ingredients import Ingredients, open_composer
from fsanet.scenes.stream import SceneStream

SCENES = 40


@pytest.fixture(scope="module")
def written(bank_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hard")
    plan = HardPlan(Ingredients(bank_folder), scenes=SCENES, score=0.2, seed=4)
    return folder, plan, write_hard(folder, plan, workers=1, quiet=True)


def test_exactly_the_scenes_in_which_the_network_sees_a_face_are_kept(written, bank_folder):
    folder, plan, count = written
    network, composer = ScoutNetwork(threads=1), open_composer(Ingredients(bank_folder), SIDE, NOBODY)
    seen = []
    for number in range(SCENES):
        scene = composer.scene(np.random.default_rng([plan.seed, number]))
        assert len(scene.faces.box_xyxy) == 0
        if len(network.search(scene.image_bgr, SIDE, plan.score).score):
            seen.append(f"4-{number:07d}.jpg")
    assert 0 < count == len(seen) < SCENES
    assert sorted(path.name for path in folder.glob("*.jpg")) == seen
    assert cv2.imread(str(folder / seen[0])).shape == (SIDE, SIDE, 3)


def test_the_same_command_again_is_no_other_plan(written):
    folder, plan, count = written
    assert write_hard(folder, plan, workers=1, quiet=True) == count
    with pytest.raises(InputError, match=r"holds scenes made with .* choose another OUT"):
        write_hard(folder, plan._replace(seed=5), workers=1, quiet=True)


@pytest.mark.parametrize("older", [{}, {"code": "0123456789abcdef"}])
def test_scenes_of_another_version_are_read_and_not_gone_on_with(written, tmp_path, older):
    folder, plan, count = written
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    record = json.loads((tmp_path / "hard.json").read_text())
    assert record.pop("code") == code_version(HARD)
    (tmp_path / "hard.json").write_text(json.dumps(record | older))
    with pytest.raises(InputError, match="holds scenes that another version of this program made: remove it"):
        write_hard(tmp_path, plan, workers=1, quiet=True)
    assert len(pictures_in(tmp_path)) == count
    assert Backgrounds(None, "train", hard=tmp_path).draw(np.random.default_rng(0), 32).shape == (32, 32, 3)


def test_some_backgrounds_are_hard_ones(tmp_path):
    cv2.imwrite(str(tmp_path / "0-0000001.jpg"), np.full((192, 192, 3), (0, 0, 255), np.uint8))
    pictures = Backgrounds(None, "train", hard=tmp_path)
    drawn = [pictures.draw(np.random.default_rng(number), 32).mean(axis=(0, 1)) for number in range(200)]
    red = [mean[2] > 240 and mean[1] < 15 for mean in drawn]
    assert 20 < sum(red) < 60


def test_hard_ones_reach_the_scenes_of_a_stream(bank_folder, tmp_path):
    cv2.imwrite(str(tmp_path / "0-0000001.jpg"), np.zeros((192, 192, 3), np.uint8))
    plain, hard_too = (SceneStream(Ingredients(bank_folder, hard=folder), 64, 4) for folder in (None, tmp_path))
    scenes = [np.stack([stream.scene(number).image_bgr for number in range(8)]) for stream in (plain, hard_too)]
    assert (scenes[0] != scenes[1]).any()


def test_an_empty_folder_is_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="`fsanet finder hard --out"):
        Backgrounds(None, "train", hard=tmp_path)


def test_no_bank_is_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="bank"):
        hard.write_hard(tmp_path / "out", HardPlan(Ingredients(tmp_path)), quiet=True)
    assert not (tmp_path / "out").exists()
