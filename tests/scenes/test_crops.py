from contextlib import suppress

import numpy as np
import pytest

from fsanet.datasets.parts import sole_writer
from fsanet.datasets.pose_set import PoseSet
from fsanet.errors import InputError
from fsanet.rendering.code_version import CROPS, code_version
from fsanet.scenes.compose import CLOSE
from fsanet.scenes.crops import CropPlan, _write_chunk, write_crops
from fsanet.scenes.ingredients import Ingredients, open_composer


@pytest.fixture(scope="module")
def written(bank_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("crops") / "scenes.npz"
    count = write_crops(path, CropPlan(Ingredients(bank_folder), 120), workers=1, quiet=True)
    return path, count


def test_a_set_to_train_on(written):
    path, count = written
    crops = PoseSet.load(path)
    assert len(crops) == count > 60
    assert crops.image.shape[1:] == (64, 64, 3)
    assert np.abs(crops.pose).max() <= 99
    assert np.abs(crops.pose[:, 2]).max() <= 60
    assert len(np.unique(crops.source)) > 40


def test_the_points_lie_on_the_faces(written):
    crops = PoseSet.load(written[0])
    middle = crops.extras["points_xy"].mean(axis=1)
    assert ((middle > 12) & (middle < 52)).all(axis=1).mean() > 0.9
    nose, chin = crops.extras["points_xy"][:, 30], crops.extras["points_xy"][:, 8]
    upright = np.abs(crops.pose[:, 2]) < 20
    assert (chin[upright, 1] > nose[upright, 1]).all()


def test_the_label_turns_with_the_face(written):
    crops = PoseSet.load(written[0])
    eyes = crops.extras["points_xy"][:, 36:42].mean(axis=1), crops.extras["points_xy"][:, 42:48].mean(axis=1)
    slope = np.degrees(np.arctan2(*(eyes[1] - eyes[0]).T[::-1]))
    frontal = np.abs(crops.pose[:, :2]).max(axis=1) < 25
    assert frontal.sum() > 3
    assert np.abs(slope - crops.pose[:, 2])[frontal].max() < 15


def test_equal_seeds_give_equal_crops(written, bank_folder, tmp_path):
    plan = CropPlan(Ingredients(bank_folder), 120)
    write_crops(tmp_path / "scenes.npz", plan, workers=1, quiet=True)
    np.testing.assert_array_equal(PoseSet.load(tmp_path / "scenes.npz").image, PoseSet.load(written[0]).image)


def test_a_stopped_run_goes_on_and_one_of_another_version_begins_anew(written, bank_folder, tmp_path, monkeypatch):
    plan, path = CropPlan(Ingredients(bank_folder), 120), tmp_path / "scenes.npz"

    def first_of_a_run_of(version):
        cut = []

        def cut_one(stream, plan, index):
            if cut:
                raise KeyboardInterrupt
            cut.append(index)
            _write_chunk(stream, plan, index)

        monkeypatch.setattr("fsanet.scenes.crops.code_version", version)
        monkeypatch.setattr("fsanet.scenes.crops._write_chunk", cut_one)
        with suppress(KeyboardInterrupt):
            write_crops(path, plan, workers=1, quiet=True)
        return cut

    assert [first_of_a_run_of(version) for version in (lambda _: "older", code_version, code_version)] == [
        [0],
        [0],
        [1],
    ]
    found = PoseSet.load(path)
    assert found.meta["code"] == code_version(CROPS)
    np.testing.assert_array_equal(found.image, PoseSet.load(written[0]).image)


def test_a_set_that_is_there_stays(written, bank_folder):
    with pytest.raises(InputError, match="exists"):
        write_crops(written[0], CropPlan(Ingredients(bank_folder), 1), workers=1, quiet=True)


def test_another_process_that_writes_the_same_set_is_left_alone(bank_folder, tmp_path):
    path = tmp_path / "scenes.npz"
    with sole_writer(path), pytest.raises(OSError, match=r"Another process is writing '.*scenes\.npz'"):
        write_crops(path, CropPlan(Ingredients(bank_folder), 1), workers=1, quiet=True)
    assert list(tmp_path.iterdir()) == []


def test_close_scenes_have_large_faces(bank_folder):
    composer = open_composer(Ingredients(bank_folder), 256, CLOSE)
    scenes = [composer.scene(np.random.default_rng(i)) for i in range(10)]
    sides = [np.sqrt(np.prod(s.faces.box_xyxy[:, 2:] - s.faces.box_xyxy[:, :2], axis=1)) for s in scenes]
    assert all(len(side) for side in sides)
    assert np.concatenate(sides).min() > 0.6 * CLOSE.face_px[0]
