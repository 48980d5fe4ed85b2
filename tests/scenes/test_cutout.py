import numpy as np
import pytest

from fsanet.dense.layout import MASKS
from fsanet.rendering.landmarks import five_points
from fsanet.scenes import cutout
from fsanet.scenes.cutout import SIDE, render_face, render_non_face


@pytest.fixture(scope="module")
def face():
    return render_face(seed=5, split="train", index=0)


def test_a_face_has_labels_in_its_picture(face):
    assert face.image_bgra.shape == (SIDE, SIDE, 4)
    assert face.image_bgra.dtype == np.uint8
    assert face.is_face
    assert face.points_xyz.shape == (68, 3)
    assert ((face.points_xyz[:, :2] > 0) & (face.points_xyz[:, :2] < SIDE)).all()
    np.testing.assert_allclose(face.rotation @ face.rotation.T, np.eye(3), atol=1e-5)


def test_the_face_is_covered_by_the_cut_out(face):
    x, y = five_points(face.points_xyz)[2, :2].astype(int)  # the nose tip of a profile may lie on the edge
    assert face.image_bgra[y - 4 : y + 5, x - 4 : x + 5, 3].any()
    assert set(np.unique(face.image_bgra[..., 3])) == {0, 255}


def test_colours_go_on_beyond_the_edge(face):
    """A rim of the grey behind would tell where something was pasted."""
    alpha = face.image_bgra[..., 3] > 0
    inside, near = alpha[:, 1:-1], ~alpha[:, 1:-1] & (alpha[:, :-2] | alpha[:, 2:])
    colours = face.image_bgra[:, 1:-1, :3].astype(float)
    spread = colours[near].std(axis=0).mean()
    assert near.sum() > 50
    assert spread > 0.3 * colours[inside].std(axis=0).mean()


def test_equal_seeds_draw_equal_cut_outs(face):
    again = render_face(seed=5, split="train", index=0)
    for one, other in zip(face, again, strict=True):
        np.testing.assert_array_equal(one, other)
    other_split = render_face(seed=5, split="test", index=0)
    assert (other_split.image_bgra != face.image_bgra).any()


@pytest.mark.parametrize(
    ("kind", "worn", "said"),
    [
        ("surgical", "right", "worn"),
        ("cloth", "below nose", "below nose"),
        ("surgical", "below chin", "none"),
        ("shield", "right", "none"),
    ],
)
def test_a_mask_counts_where_it_covers_the_mouth(kind, worn, said):
    number = cutout.mask_number(kind, worn)
    assert MASKS[number] == said
    assert cutout.unmasked(np.ones(5, bool), number).tolist() == [True] * 3 + [said == "none"] * 2


def test_the_back_of_a_head_and_clothes_have_no_label():
    kinds = [render_non_face(seed=5, split="train", index=i) for i in range(3)]
    assert not any(kind.is_face or kind.visible.any() or kind.points_xyz.any() for kind in kinds)
    assert all(kind.image_bgra[..., 3].any() for kind in kinds)


def test_without_a_head_no_skin_of_it_is_drawn():
    from fsanet.rendering.geometry import build_geometry
    from fsanet.rendering.head_pack import head_pack
    from fsanet.rendering.worn import draw_worn

    rng = np.random.default_rng(3)
    person = cutout._person(5, "train", 0)
    worn = draw_worn(rng, rng, person, person.shape.vertices, 0.0, 0.0, 0.0)
    geometry = build_geometry(
        person, person.shape.vertices, worn.pieces, worn.wires, worn.hair, worn.on_face, worn.shell
    )
    bare = cutout._without_head(geometry)
    count = len(head_pack().triangles)
    assert not bare.triangles[:count].any()
    assert (bare.triangles[count:] == geometry.triangles[count:]).all()
    assert geometry.triangles[:count].any()  # the geometry itself is as it was


def test_a_point_behind_something_is_hidden():
    camera = cutout.Camera(10.0, 100.0, (128.0, 128.0), (SIDE, SIDE))
    near = np.full((SIDE, SIDE), 1 / 9.0, np.float32)  # a wall, 9 decimetres away
    near[:, :100] = 1 / 12.0
    picture = cutout.Picture(None, None, None, near)
    points = np.array([[0.0, 0.0, 0.0], [-5.0, 0.0, 0.0], [0.0, 0.0, 0.9], [500.0, 0.0, 0.0]])
    assert cutout._visible(picture, camera, points).tolist() == [False, True, True, False]
