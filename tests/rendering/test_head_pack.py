import gzip

import numpy as np
import pytest

from fsanet.rendering import head_pack as module
from fsanet.rendering.head_pack import PACK_FILE, Part, head_pack
from fsanet.rendering.landmarks import LANDMARK_SPOTS, five_points, spanned_box
from fsanet.rendering.make_head_pack import ambient_occlusion, cavity, make_head_pack, read_obj, read_target

OBJ = (
    "# cube\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 1\ng body\nf 1/1 2/2 3/1 4/2\ng joint-a\nf 1/1 2/1 3/1\n"
)


def test_the_pack_is_small_and_whole():
    pack = head_pack()
    assert PACK_FILE.stat().st_size < 1_300_000
    assert pack.triangles.max() < len(pack.vertices)
    assert set(pack.parts) == {int(part) for part in Part}
    assert len(pack.targets) > 450
    for values in (pack.lips, pack.face, pack.ears, pack.occlusion):
        assert values.shape == (len(pack.vertices),)
        assert values.min() >= 0
        assert values.max() <= 1
    assert pack.hand_triangles.max() == len(pack.hand_vertices) - 1


def test_landmarks_lie_where_they_should_and_mirror():
    pack = head_pack()
    points = pack.vertices[pack.landmarks]
    assert np.linalg.norm(points - LANDMARK_SPOTS, axis=1).max() < 0.1
    for a, b in ((0, 16), (17, 26), (36, 45), (39, 42), (31, 35), (48, 54), (60, 64)):
        np.testing.assert_allclose(points[a] * [-1, 1, 1], points[b], atol=0.02)
    assert (points[:8, 0] < 0).all()  # the person's right is the image's left and comes first
    assert set(pack.landmarks) <= set(pack.skin)


def test_five_points_and_box():
    points = np.zeros((68, 2))
    points[[36, 39, 42, 45, 30, 48, 54]] = [(0, 0), (2, 0), (4, 0), (6, 0), (3, 2), (1, 4), (5, 4)]
    np.testing.assert_array_equal(five_points(points), [(1, 0), (5, 0), (3, 2), (1, 4), (5, 4)])
    np.testing.assert_array_equal(spanned_box(points), [0, 0, 6, 4])


def test_reading_obj_and_targets():
    obj = read_obj(OBJ)
    assert obj.vertices.shape == (4, 3)
    assert obj.groups["body"] == [[(0, 0), (1, 1), (2, 0), (3, 1)]]
    assert list(obj.groups) == ["body", "joint-a"]
    target = gzip.compress(b"# a comment\n0 0.5 0 0\n2 0 0 0\n3 0 1 0\n")
    index, offset = read_target(target, np.array([0, 1, 2, -1]))  # vertex 3 is dropped, 2 does not move
    np.testing.assert_array_equal(index, [0])
    np.testing.assert_array_equal(offset, [[0.5, 0, 0]])


def test_occlusion_and_cavity_of_a_pit():
    x, y = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(-1, 1, 15))
    z = -0.9 * np.exp(-(x**2 + y**2) / 0.1)
    vertices = np.stack([x, y + 6.8, z + 0.2], axis=-1).reshape(-1, 3).astype(np.float32)
    corner = (np.arange(14)[:, None] * 15 + np.arange(14)).reshape(-1, 1)
    triangles = np.concatenate([corner + np.array(c) for c in ([0, 1, 16], [0, 16, 15])]).astype(np.int32)
    sky = ambient_occlusion(vertices, triangles, directions=48)
    assert sky[112] < 0.6 < 0.9 < sky[18]
    assert cavity(vertices, triangles)[112] > 0.2


def test_missing_files(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "PACK_FILE", tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError, match=r"make it with `python -m fsanet\.rendering\.make_head_pack`"):
        head_pack.__wrapped__()
    with pytest.raises(FileNotFoundError, match="no wheel at"):
        make_head_pack(tmp_path / "none.whl", tmp_path / "out.npz")
