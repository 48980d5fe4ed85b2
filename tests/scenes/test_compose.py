import numpy as np
import pytest

from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.compose import SCENES, WHOLE, Composer, Scene
from fsanet.scenes.labels import no_faces
from fsanet.scenes.photograph_cutout import labelled_files


@pytest.fixture(scope="module")
def scenes(composer):
    return [composer.scene(np.random.default_rng(seed)) for seed in range(40)]


def test_scenes_have_faces_of_many_sizes_and_none(scenes):
    counts = {len(scene.faces.shown) for scene in scenes}
    sizes = np.concatenate(
        [np.sqrt(np.prod(s.faces.box_xyxy[:, 2:] - s.faces.box_xyxy[:, :2], axis=1)) for s in scenes]
    )
    assert 0 in counts
    assert max(counts) > 3
    assert sizes.min() < 20
    assert sizes.max() > 90
    assert sizes.max() < 1.6 * SCENES.face_px[1]
    assert all(scene.image_bgr.shape == (128, 128, 3) and scene.image_bgr.dtype == np.uint8 for scene in scenes)


def test_what_is_covered_or_outside_is_not_shown(scenes):
    shown = np.concatenate([scene.faces.shown for scene in scenes])
    assert ((shown >= 0) & (shown <= 1)).all()
    assert (shown < 0.5).any()
    assert (shown > 0.95).any()
    for scene in scenes:
        inside = (scene.faces.points_xy >= 0).all(axis=-1) & (scene.faces.points_xy < 128).all(axis=-1)
        assert not scene.faces.visible[~inside].any()


def test_most_heads_stand(scenes):
    down = np.concatenate([-scene.faces.rotation[:, 1, 1] for scene in scenes])
    assert (down < 0).mean() > 0.9


def test_equal_generators_give_equal_scenes(composer, scenes):
    again = composer.scene(np.random.default_rng(3))
    np.testing.assert_array_equal(again.image_bgr, scenes[3].image_bgr)
    np.testing.assert_array_equal(again.faces.rotation, scenes[3].faces.rotation)


def test_a_larger_scene_is_as_large(bank):
    assert Composer(bank, Backgrounds(None, "train"), 160).scene(np.random.default_rng(0)).image_bgr.shape == (
        160,
        160,
        3,
    )


def test_labels_of_an_enlarged_scene_lie_where_the_picture_does(composer, monkeypatch):
    def a_point(small, rng):
        image = np.zeros((small.side, small.side, 3), np.uint8)
        image[7, 9] = 255
        faces = no_faces()._replace(points_xy=np.full((1, 5, 2), (9.5, 7.5), np.float32))
        return Scene(image, faces)

    monkeypatch.setattr(Composer, "scene", a_point)
    for seed in range(4):
        image, faces = composer.enlarged(np.random.default_rng(seed))
        y, x = np.nonzero(image[..., 0])
        light = image[y, x, 0].astype(float)
        middle = np.average(x + 0.5, weights=light), np.average(y + 0.5, weights=light)
        assert faces.points_xy[0, 0] == pytest.approx(middle, abs=0.1)


def test_a_whole_photograph_lies_below_all_else_and_its_face_is_labelled(bank, photographs):
    files = labelled_files(photographs)
    composer = Composer(bank, Backgrounds(None, "train"), 192, mix=WHOLE, whole=files)
    scenes = [composer.scene(np.random.default_rng(seed)) for seed in range(30)]
    sides = [np.sqrt(np.prod(s.faces.box_xyxy[0, 2:] - s.faces.box_xyxy[0, :2])) for s in scenes]
    assert min(len(scene.faces.shown) for scene in scenes) == 1
    assert max(len(scene.faces.shown) for scene in scenes) > 1
    assert max(sides) > 200
    assert 30 < min(sides) < 80
    covered = np.array([scene.faces.shown[0] for scene in scenes])
    assert (covered < 0.9).any()
    assert (covered > 0.98).any()


def test_the_nose_of_a_whole_photograph_is_where_its_label_says(bank, photographs):
    composer = Composer(bank, Backgrounds(None, "train"), 192, mix=WHOLE, whole=labelled_files(photographs))
    bright = []
    for seed in range(90):
        scene = composer.scene(np.random.default_rng(seed))
        x, y = scene.faces.points_xy[0, 2]
        if scene.faces.visible[0, 2] and scene.faces.shown[0] > 0.99 and not scene.faces.mask[0]:
            around = scene.image_bgr[max(int(y) - 40, 0) : int(y) + 40, max(int(x) - 40, 0) : int(x) + 40].mean()
            bright.append(scene.image_bgr[int(y), int(x)].mean() > around + 10)
    assert len(bright) > 5
    assert np.mean(bright) > 0.9
