from types import SimpleNamespace

import numpy as np

from fsanet.dense import layout
from fsanet.dense.assign import targets
from fsanet.dense.encoders import ROOM, cell_targets, padded_faces, padded_meshes


def faces(boxes, shown):
    number = len(boxes)
    return SimpleNamespace(
        box_xyxy=np.array(boxes, np.float32).reshape(-1, 4),
        points_xy=np.arange(10 * number, dtype=np.float32).reshape(-1, 5, 2),
        rotation=np.arange(9 * number, dtype=np.float32).reshape(-1, 3, 3),
        shown=np.array(shown, np.float32),
        mask=np.arange(number) % 3,
        mesh_xyz=np.arange(204 * number, dtype=np.float32).reshape(-1, 68, 3),
    )


def test_cells_are_matched_by_the_rules_of_assign():
    given = faces([[10, 10, 40, 40], [50, 20, 60, 30]], [1.0, 0.3])
    expected = targets((64, 64), given.box_xyxy, given.points_xy, given.rotation, given.shown, given.mask)
    np.testing.assert_array_equal(cell_targets((64, 64), given), expected)


def test_a_face_is_a_row_in_pixels_and_the_rest_is_empty():
    small, large = [0, 0, 12, 12], [10, 20, 40, 60]
    rows = padded_faces((64, 64), faces([small, large], [1.0, 0.8]))
    assert rows.shape == (ROOM, layout.TARGET_SIZE)
    np.testing.assert_array_equal(rows[:2, layout.TARGET_BOX], [large, small])
    np.testing.assert_array_equal(rows[0, layout.TARGET_POINTS], np.arange(10, 20))
    np.testing.assert_array_equal(rows[0, layout.TARGET_ROTATION], np.arange(9, 18))
    assert rows[:2, layout.POSITIVE].tolist() == [1, 1]
    assert not rows[2:].any()


def test_what_is_hardly_seen_or_tiny_may_be_found_and_what_is_hidden_is_not_there():
    boxes = [[0, 0, 30, 30], [0, 0, 20, 20], [0, 0, 8, 8]]
    rows = padded_faces((64, 64), faces(boxes, [0.1, 0.3, 1.0]))
    np.testing.assert_array_equal(rows[:2, layout.TARGET_BOX], boxes[1:])
    assert rows[:3, layout.IGNORED].tolist() == [1, 1, 0]
    assert not rows[:, layout.POSITIVE].any()


def test_of_a_crowd_the_largest_have_room():
    boxes = [[0, 0, 10 + side, 10 + side] for side in range(ROOM + 4)]
    rows = padded_faces((64, 64), faces(boxes, np.ones(len(boxes))))
    np.testing.assert_array_equal(rows[:, layout.TARGET_BOX], boxes[:3:-1])
    assert not padded_faces((64, 64), faces([], [])).any()
    assert not padded_meshes((64, 64), faces([], [])).any()


def test_meshes_stand_behind_the_rows_with_depths_from_the_nose_on():
    given = faces([[0, 0, 12, 12], [10, 20, 40, 60], [0, 0, 9, 9]], [1.0, 0.8, 0.05])
    rows = padded_meshes((64, 64), given)
    np.testing.assert_array_equal(rows[:, : layout.TARGET_SIZE], padded_faces((64, 64), given))
    mesh = rows[:2, layout.TARGET_MESH].reshape(2, 68, 3)
    np.testing.assert_array_equal(mesh[..., :2], given.mesh_xyz[[1, 0], :, :2])
    np.testing.assert_array_equal(mesh[0, :, 2], 3 * (np.arange(68) - 30))
    assert not rows[2:].any()
