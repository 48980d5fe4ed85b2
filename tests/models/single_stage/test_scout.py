import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.dense.layout import cells
from fsanet.models.single_stage.losses import WEIGHTS, loss_parts, weighted_sum
from fsanet.models.single_stage.scout import build_scout


@pytest.fixture(scope="module")
def scout():
    keras.utils.set_random_seed(1)
    return build_scout()


def run(model, image):
    return keras.ops.convert_to_numpy(model(image, training=False))


def test_any_picture_of_multiples_of_32_gives_one_row_a_cell(scout):
    for height, width in ((64, 96), (128, 32)):
        prediction = run(scout, np.zeros((2, height, width, 3), np.float32))
        assert prediction.shape == (2, len(cells(height, width)), layout.CELL_PREDICTION_SIZE)


def test_rows_are_in_the_order_of_the_cells(scout):
    """A spot in the picture must change the cells that lie at it most, stride by stride."""
    plain = np.full((1, 128, 128, 3), 128, np.float32)
    spotted = plain.copy()
    spotted[:, 12:20, 92:100] = 255
    change = np.abs(run(scout, spotted) - run(scout, plain))[0].sum(axis=1)
    grid = cells(128, 128)
    for stride in (8, 16):
        at = grid[:, 2] == stride
        where = grid[at][np.argmax(change[at]), :2]
        assert np.abs(where - (96, 16)).max() <= 1.5 * stride


def test_it_starts_with_rare_faces_that_look_ahead(scout):
    row = run(scout, np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32))[0]
    assert row[:, layout.SCORE].mean() == pytest.approx(-4, abs=0.5)
    np.testing.assert_allclose(row[:, layout.ROTATION_6D].mean(axis=0), [1, 0, 0, 0, 1, 0], atol=0.3)


def test_it_learns_one_picture():
    keras.utils.set_random_seed(0)
    model = build_scout(64, 64)
    model.compile(
        optimizer=keras.optimizers.Adam(5e-3),
        loss=lambda target, found: weighted_sum(loss_parts(target, found), WEIGHTS),
    )
    image = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    target = np.zeros((2, 84, layout.CELL_TARGET_SIZE), np.float32)
    target[:, 20, layout.POSITIVE] = 1
    target[:, 20, layout.TARGET_BOX] = [1, 2, 2, 1]
    target[:, 20, layout.TARGET_ROTATION] = [0, 0, 1, 0, 1, 0, -1, 0, 0]
    first = model.train_on_batch(image, target)
    for _ in range(25):
        last = model.train_on_batch(image, target)
    assert last < 0.5 * first


def test_it_stays_small(scout):
    assert scout.count_params() < 450_000
