"""Backgrounds, hair, headwear, occluders, light and photographs: every kind can be made, repeats, and differs."""

import numpy as np
import pytest

from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering import headwear, occluders
from fsanet.rendering.backgrounds import BACKGROUNDS, HELD_OUT_BACKGROUNDS, draw_background
from fsanet.rendering.camera import Camera, frame_head
from fsanet.rendering.facial_hair import beard_mask
from fsanet.rendering.hair import grow_hair
from fsanet.rendering.hair_styles import HAIR_STYLES, draw_style
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.headwear import draw_glasses
from fsanet.rendering.lights import draw_lights
from fsanet.rendering.noise import noise, ramp
from fsanet.rendering.person import skull_map
from fsanet.rendering.photo import take_photo
from fsanet.rendering.pieces import Material, cut_along, cut_out, grid_triangles
from fsanet.rendering.posing import draw_posing
from fsanet.rendering.raster import vertex_normals
from fsanet.rendering.shape import Traits, eye_centres, face_middle
from fsanet.rendering.strands import POINTS

WOMAN = Traits(np.array([0.0, 0.0, 1.0]), 0.0, 0.0, 0.2, 0.0, 0.0)
OLD_MAN = Traits(np.array([0.0, 1.0, 0.0]), 1.0, 0.0, 0.9, 0.0, 0.0)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def skull():
    return skull_map(head_pack().vertices)


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_backgrounds(kind):
    images = [BACKGROUNDS[kind](np.random.default_rng(seed), 60, 80) for seed in (0, 0, 1)]
    assert images[0].shape == (60, 80, 3)
    assert np.isfinite(images[0]).all()
    np.testing.assert_array_equal(images[0], images[1])
    assert np.abs(images[0] - images[2]).max() > 0.05


def test_training_never_sees_the_held_out_backgrounds(rng):
    kinds = {draw_background(rng, 16, 16, held_out=False)[0] for _ in range(80)}
    assert kinds == set(BACKGROUNDS) - set(HELD_OUT_BACKGROUNDS)
    _, image = draw_background(rng, 20, 30, held_out=True)
    assert image.shape == (20, 30, 3)
    assert 0 <= image.min() <= image.max() <= 1


@pytest.mark.parametrize("style", HAIR_STYLES, ids=lambda style: style.name)
def test_hair_grows_outside_the_head(style, rng, skull):
    pack = head_pack()
    normals = vertex_normals(pack.vertices, pack.triangles)
    hair = grow_hair(pack, rng, WOMAN, style, pack.vertices, normals, skull, np.full(3, 0.1))
    assert hair.thickness.min() >= 0
    assert hair.scalp[pack.landmarks[17:]].max() < 0.5  # not on brows, eyes, nose and mouth
    points = hair.strands.points
    assert points.shape[1:] == (POINTS, 3)
    assert np.isfinite(points).all()
    assert bool(len(points)) == (style.name != "bald")
    grown = points[: style.strands]  # without the knot at the back, which may dip in
    high = grown[grown[..., 1] > 7.5]
    off = high - skull.centre
    radius = np.linalg.norm(off, axis=1)
    assert (radius > skull.radius_at(off / radius[:, None]) - 0.06).all()


def test_styles_suit_the_person(rng):
    women = [draw_style(rng, WOMAN, held_out=False) for _ in range(150)]
    men = [draw_style(rng, OLD_MAN, held_out=False) for _ in range(150)]
    assert not any(style.held_out for style in women + men)
    assert sum(style.name in ("bald", "horseshoe") for style in men) > 15
    assert sum(style.length[1] > 1.2 for style in women) > 3 * sum(style.length[1] > 1.2 for style in men)
    assert sum(draw_style(rng, WOMAN, held_out=True).held_out for _ in range(100)) > 25


def test_headwear_covers_the_crown(skull):
    found = {}
    for seed in range(80):
        kind, pieces = headwear.draw_headwear(np.random.default_rng(seed), skull, 0.1)
        found[kind] = np.concatenate([piece.vertices for piece in pieces])
        assert all(piece.triangles.max() < len(piece.vertices) for piece in pieces)
    assert set(found) == set(headwear.KINDS)
    for kind in ("cap", "beanie", "brimmed", "hood", "scarf"):
        assert found[kind][:, 1].max() > head_pack().vertices[:, 1].max()
    assert found["brimmed"][:, 0].max() > 1.0
    eyes = np.array([0.3, 7.28, 1.45])
    for kind in ("hood", "scarf"):
        assert np.linalg.norm(found[kind] - eyes, axis=1).min() > 0.15


def test_occluders_lie_before_the_face():
    found = {}
    for seed in range(60):
        kind, piece = occluders.draw_occluder(np.random.default_rng(seed), head_pack(), np.full(3, 0.4))
        found[kind] = piece
        assert np.isfinite(piece.vertices).all()
        assert piece.vertices[:, 2].max() > 1.3
    assert set(found) == set(occluders.KINDS)


def test_lights(rng):
    for _ in range(40):
        lights = draw_lights(rng)
        np.testing.assert_allclose(np.linalg.norm(lights.directions, axis=1), 1)
        assert len(lights.colours) == len(lights.directions) == len(lights.softness) <= 3
        assert (lights.sky[:, 0] > 0).all()


def test_photographs(rng):
    colour = rng.uniform(0, 1, (40, 50, 3))
    subject = np.ones((40, 50), bool)
    plain = take_photo(colour, subject, np.random.default_rng(1), 20, plain=True)
    assert plain.shape == (40, 50, 3)
    assert plain.dtype == np.uint8
    red_first = take_photo(colour * [1, 0, 0], subject, np.random.default_rng(1), 20, plain=True)
    assert red_first[..., 2].mean() > 50 > red_first[..., 0].mean()  # RGB in, BGR out
    for seed in range(20):
        a, b = (take_photo(colour, subject, np.random.default_rng(seed), 20) for _ in range(2))
        np.testing.assert_array_equal(a, b)
        assert a.shape == (40, 50, 3)


def test_exposure_suits_the_subject(rng):
    for light in (0.001, 0.05, 5.0):
        photo = take_photo(
            np.full((20, 20, 3), light), np.ones((20, 20), bool), np.random.default_rng(3), 10, plain=True
        )
        assert 20 < photo.mean() < 240


def test_camera_projects_and_back(rng):
    camera = Camera(12.0, 300.0, (40.0, 30.0), (80, 60))
    points = rng.normal(0, 1, (20, 3))
    seen = camera.project(points)
    np.testing.assert_allclose(camera.unproject(*seen.T), points, atol=1e-4)
    np.testing.assert_allclose(camera.project(np.zeros(3)), [40, 30, 1 / 12], rtol=1e-6)
    np.testing.assert_allclose(camera.eye, [0, 0, 12])


def test_a_head_off_the_axis_is_projected_and_back(rng):
    camera = Camera(12.0, 300.0, (40.0, 30.0), (80, 60), (1.0, -0.5))
    points = rng.normal(0, 1, (20, 3))
    seen = camera.project(points)
    np.testing.assert_allclose(camera.unproject(*seen.T), points, atol=1e-4)
    np.testing.assert_allclose(camera.project(np.zeros(3))[:2], [40 + 300 / 12, 30 + 150 / 12], rtol=1e-6)
    x, y, near = seen.T
    halfway = camera.unproject(x, y, 2 * near)  # on the line from the point to where the camera stands
    np.testing.assert_allclose(halfway, (points + camera.eye) / 2, atol=1e-4)


def test_framing(rng):
    landmarks = rng.normal(0, 0.5, (68, 3))
    camera = frame_head(landmarks, 8.0, 50.0, (200, 100), (120.0, 40.0))
    xy = camera.project(landmarks)[:, :2]
    np.testing.assert_allclose((xy.min(axis=0) + xy.max(axis=0)) / 2, [120, 40], atol=1e-3)
    assert np.sqrt(np.prod(np.ptp(xy, axis=0))) == pytest.approx(50, rel=1e-4)


def test_posing_turns_the_skull_by_the_label_and_the_torso_less(rng):
    pose = np.array([80.0, 10.0, 20.0])
    posing = draw_posing(rng, pose)
    skull_points = np.array([[0.0, 8.0, 0.5], [0.5, 7.5, 1.0], [0.0, 7.0, 1.4]])
    expected = (skull_points - face_middle()) @ rotation_from_angles(pose).T
    np.testing.assert_allclose(posing.place(skull_points), expected, atol=1e-5)
    chest = posing.place(np.array([[-1.0, 5.0, 0.0], [1.0, 5.0, 0.0]]))
    across = chest[1] - chest[0]
    assert np.linalg.norm(across) == pytest.approx(2.0, rel=1e-4)
    assert across[0] > np.cos(np.deg2rad(80)) * 2 + 0.05


def test_noise_and_ramps(rng):
    values = noise(rng.uniform(0, 100, (5000, 3)), 1.0)
    assert abs(values.mean()) < 0.1
    assert 0.4 < values.std() < 1.1
    np.testing.assert_allclose(ramp(0, 2, np.array([-1, 0, 1, 2, 3])), [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(ramp(2, 0, np.array([0, 1, 2])), [1, 0.5, 0])


def test_cutting_and_grids():
    triangles = np.array([[0, 1, 2], [1, 2, 3]])
    used, inside = cut_out(triangles, np.array([False, True, True, True]))
    np.testing.assert_array_equal(used, [1, 2, 3])
    np.testing.assert_array_equal(inside, [[0, 1, 2]])
    assert grid_triangles(3, 4).shape == (12, 3)
    assert grid_triangles(3, 4, closed=True).shape == (16, 3)


@pytest.mark.parametrize("angle_deg", [0, 30, 90, 135])
def test_a_mesh_is_cut_along_a_line_through_its_triangles(angle_deg):
    rows, columns = 7, 9
    y, x = (axis.ravel() / 2 for axis in np.mgrid[:rows, :columns])
    grid, angle = np.stack([x, y], axis=1), np.radians(angle_deg)
    field = (grid - [1.9, 1.6]) @ [np.cos(angle), np.sin(angle)]
    cut = cut_along(grid_triangles(rows, columns), field)
    assert cut.at(field).min() > -1e-9
    other = cut_along(grid_triangles(rows, columns), -field)
    areas = np.concatenate([_areas(part.at(grid)[part.triangles]) for part in (cut, other)])
    assert (areas < 0).all() or (areas > 0).all()  # no triangle is turned over
    assert abs(areas.sum()) == pytest.approx((rows - 1) * (columns - 1) / 4)
    if angle_deg == 0:
        assert abs(areas[: len(cut.triangles)].sum()) == pytest.approx((4 - 1.9) * 3)


def _areas(corners: np.ndarray) -> np.ndarray:
    """Areas (T,) of triangles (T, 3, 2), negative for those that run the other way round."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2


def test_a_mesh_wholly_inside_or_outside_is_kept_or_gone():
    triangles = grid_triangles(3, 3)
    whole = cut_along(triangles, np.ones(9))
    np.testing.assert_array_equal(np.sort(whole.triangles), np.sort(triangles))
    assert not len(cut_along(triangles, -np.ones(9)).triangles)


@pytest.mark.parametrize("dark", [False, True])
def test_glasses_stand_before_the_eyes_and_reach_the_ears(rng, dark):
    pack = head_pack()
    skin, eyes = pack.vertices, eye_centres(pack.vertices)
    frame, lenses = draw_glasses(rng, pack, skin, eyes, dark)
    assert [piece.material for piece in lenses] == [Material.PLASTIC] * (2 * dark)
    rims = frame.points[np.abs(frame.points[..., 2].mean(axis=1) - eyes[0, 2]) < 0.45].reshape(-1, 3)
    before_cornea_mm = 100 * (rims[:, 2].max() - eyes[0, 2]) - 15
    assert 8 < before_cornea_mm < 30
    for side in (1, -1):
        ear = skin[(pack.ears > 0.5) & (pack.vertices[:, 0] * side > 0)]
        nearest = np.linalg.norm(frame.points.reshape(-1, 3)[:, None] - ear[None], axis=2).min()
        assert nearest < 0.15  # decimetres


def test_men_have_beards_and_women_and_children_none():
    pack, rng = head_pack(), np.random.default_rng(4)
    traits = {
        "man": Traits(np.full(3, 1 / 3), 1.0, 0.0, 0.2, 0.0, 0.0),
        "woman": Traits(np.full(3, 1 / 3), 0.0, 0.0, 0.2, 0.0, 0.0),
        "boy": Traits(np.full(3, 1 / 3), 1.0, 0.8, 0.0, 0.0, 0.0),
    }
    drawn = {who: [beard_mask(pack, rng, of) for _ in range(200)] for who, of in traits.items()}
    assert not any(where.any() for who in ("woman", "boy") for where, _, _ in drawn[who])
    stained = np.mean([where.any() and dark > 0 for where, dark, _ in drawn["man"]])
    long = np.mean([length > 0 for _, _, length in drawn["man"]])
    assert 0.5 < stained < 0.75
    assert 0.01 < long < 0.15
    assert all((where * (pack.lips > 0.6)).max() == 0 for where, _, _ in drawn["man"])
