import pickle

import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.scenes.compose import Scene
from fsanet.scenes.ingredients import Ingredients
from fsanet.scenes.labels import Faces, no_faces
from fsanet.scenes.stream import SceneBatches, SceneStream, target_of


@pytest.fixture
def stream(bank_folder):
    return SceneStream(Ingredients(bank_folder), side=64, batch_size=2, steps=3, seed=4)


def test_a_batch_is_a_function_of_epoch_and_step(stream):
    batch = stream.batch(1, 2)
    assert batch.image.shape == (2, 64, 64, 3)
    assert batch.image.dtype == np.uint8
    assert batch.target.shape == (2, 64 + 16 + 4, layout.CELL_TARGET_SIZE)
    again = pickle.loads(pickle.dumps(stream)).batch(1, 2)
    np.testing.assert_array_equal(batch.image, again.image)
    np.testing.assert_array_equal(batch.target, again.target)
    assert (stream.batch(2, 2).image != batch.image).any()


def test_batches_are_those_of_the_stream_and_an_epoch_can_go_on_in_its_middle(stream):
    batches = SceneBatches(stream, workers=1)
    try:
        assert (len(batches), batches.batch_size) == (3, 2)
        assert batches.describe(1, 2) == "scenes 10 to 11 of seed 4"
        [last] = batches.epoch(1, first_step=2)
        np.testing.assert_array_equal(last.image, stream.batch(1, 2).image)
    finally:
        batches.close()


def test_every_other_batch_shows_photographs_whole(bank_folder, photographs):
    ingredients = Ingredients(bank_folder, whole=photographs)
    stream = SceneStream(ingredients, side=64, batch_size=8, steps=4, seed=4)
    assert [stream.batch(0, step).image.shape[:3] for step in range(3)] == [(8, 64, 64), (2, 128, 128), (8, 64, 64)]
    assert SceneBatches(stream).describe(0, 1) == "scenes 8 to 9 of seed 4"
    least = SceneStream(ingredients, side=64, batch_size=2, steps=4, seed=4)
    assert least.batch(0, 1).image.shape[:3] == (1, 128, 128)


def test_a_face_without_a_point_to_be_seen_is_not_to_be_found():
    faces = no_faces()
    one = {name: np.zeros((1, *column.shape[1:]), column.dtype) for name, column in faces._asdict().items()}
    one |= {"box_xyxy": np.array([[10, 10, 40, 40]], np.float32), "shown": np.ones(1, np.float32)}
    blank = np.zeros((64, 64, 3), np.uint8)
    assert not target_of(Scene(blank, Faces(**one)))[:, layout.POSITIVE].any()
    one["visible"] = np.array([[False, False, True, False, False]])
    assert target_of(Scene(blank, Faces(**one)))[:, layout.POSITIVE].any()
