"""The mesh's losses by hand."""

import keras
import numpy as np
import pytest

from fsanet.dense import layout
from fsanet.models.single_stage.retinaface.losses import loss_parts
from fsanet.models.single_stage.retinaface.mesh import edges, mesh_from, mesh_parts
from fsanet.models.single_stage.table import FINDERS


def tensor(values):
    return keras.ops.convert_to_tensor(np.array(values, np.float32))


def numpy(value):
    return keras.ops.convert_to_numpy(value)


def test_edges_are_the_lines_of_the_68_points():
    joined = {tuple(edge) for edge in edges().tolist()}
    assert len(joined) == len(edges()) == 16 + 4 + 4 + 3 + 4 + 6 + 6 + 12 + 8
    assert {(0, 1), (41, 36), (59, 48), (67, 60)} <= joined
    assert not {(16, 17), (21, 22), (30, 31), (35, 36)} & joined
    assert set(edges().ravel()) == set(range(68))


def test_vertices_are_told_from_the_box_in_sides_of_it():
    mesh = mesh_from(tensor([[10, 20, 4, 16]]), tensor([[10, 28, 8, 2, 20, -4]]))
    assert numpy(mesh)[0] == pytest.approx([0, 1, 1, -1, 0, -0.5])


def test_a_mesh_twice_as_large_has_edges_twice_as_long():
    rng = np.random.default_rng(0)
    true = rng.uniform(-1, 1, (2, 68, 3))
    parts = mesh_parts(tensor(true.reshape(2, -1)), tensor(2 * true.reshape(2, -1)))
    lengths = np.linalg.norm(true[:, edges()[:, 0]] - true[:, edges()[:, 1]], axis=-1)
    np.testing.assert_allclose(numpy(parts["vertices"]), np.abs(true).mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(numpy(parts["edges"]), lengths.mean(axis=1), rtol=1e-4)
    shifted = mesh_parts(tensor(true.reshape(2, -1)), tensor(true.reshape(2, -1) + 0.5))
    np.testing.assert_allclose(numpy(shifted["edges"]), 0, atol=1e-6)
    np.testing.assert_allclose(numpy(shifted["vertices"]), 0.5, rtol=1e-5)


def test_both_heads_learn_it_where_they_predict_it():
    target = np.zeros((1, 2, layout.TARGET_MESH.stop), np.float32)
    target[0, 0, layout.POSITIVE] = 1
    target[0, 0, layout.TARGET_BOX] = [0, 0, 32, 32]
    target[0, 0, layout.TARGET_MESH] = np.tile([16 + 8, 16, 0], 68)  # all vertices a quarter to the right
    prediction = np.zeros((1, 1, 2 * layout.MESH.stop), np.float32)
    parts = loss_parts(((32, (32.0,)),), tensor(target), tensor(prediction), (32, 32))
    assert float(numpy(parts["vertices"])) == pytest.approx(2 * 0.25 / 3, rel=1e-5)
    assert float(numpy(parts["edges"])) == pytest.approx(0, abs=1e-6)
    assert list(parts) == list(FINDERS["retinaface_mnet025_mesh"].weights)


def test_a_network_with_a_mesh_has_its_columns_and_its_weights():
    row = FINDERS["retinaface_mnet025_mesh"]
    assert row.weights["vertices"] == row.weights["edges"] == 0.01
    network = row.build(64, 64)
    assert network.output_shape == (None, 3 * (64 + 16 + 4), 2 * layout.MESH.stop)
    assert "retinaface_resnet50_mesh" in FINDERS
