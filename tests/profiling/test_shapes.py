import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.profiling.copies import make_copies, turned_copy
from fsanet.profiling.heads import find_photographs
from fsanet.profiling.shapes import Reshaping, shape_of, write_shapes
from fsanet.profiling.write import ProfileSettings, profile_folder
from fsanet.rendering.head_pack import head_pack

LONGER = 0.12  # decimetres
CHIN, NOSE = 8, 30  # of the 68 landmarks


@pytest.fixture(scope="module")
def reshaping(subject):
    return Reshaping.of(subject)


def with_longer_chin(own):
    shape = own.copy()
    chin = own[head_pack().landmarks[CHIN]]
    near = np.exp(-np.square(np.linalg.norm(own - chin, axis=1) / 0.3))
    shape[:, 1] -= LONGER * near
    return shape


def test_the_own_shape_changes_nothing(reshaping, subject):
    same = reshaping.with_shape(reshaping.own)
    np.testing.assert_allclose(same.relief.vertices, subject.relief.vertices, atol=1e-3)
    np.testing.assert_allclose(same.head.vertices, subject.head.vertices, atol=1e-3)


def test_landmarks_and_surface_take_the_other_shape_and_the_pose_stays(reshaping, subject):
    other = reshaping.with_shape(with_longer_chin(reshaping.own))
    np.testing.assert_array_equal(other.head.placement.rotation, subject.head.placement.rotation)
    np.testing.assert_allclose(shape_of(other.head), with_longer_chin(reshaping.own), atol=1e-4)
    moved = other.relief.vertices - subject.relief.vertices
    chin = subject.head.landmarks[CHIN]
    nearest = np.linalg.norm(subject.relief.vertices - chin, axis=1).argmin()
    down = subject.head.placement.scale * LONGER
    assert -1.1 * down < moved[nearest, 1] < -0.8 * down
    far = np.abs(subject.relief.vertices[:, 1] - chin[1]) > 1.2 * subject.head.placement.scale
    assert np.abs(moved[far]).max() < 0.05 * down


def test_a_copy_shows_the_other_shape(reshaping, subject):
    pose, longer = (20.0, 0.0, 0.0), reshaping.with_shape(with_longer_chin(reshaping.own))
    plain, other = turned_copy(subject, pose), turned_copy(longer, pose)
    changed = np.abs(plain.image_bgr.astype(int) - other.image_bgr).max(axis=-1) > 25
    rows, _ = np.nonzero(changed)
    assert len(rows) > 30
    assert np.median(rows) > plain.landmarks[NOSE, 1]  # the lower half of the face
    assert other.landmarks[CHIN, 1] - plain.landmarks[CHIN, 1] == pytest.approx(
        LONGER * subject.head.placement.scale, rel=0.15
    )


def test_each_copy_goes_towards_one_of_the_shapes(subject):
    own = shape_of(subject.head)
    shapes = np.stack([own + [0.0, 0.0, depth] for depth in (0.3, -0.3)]).astype(np.float32)
    depths = [
        copy.landmarks[NOSE, 2] - plain.landmarks[NOSE, 2]
        for copy, plain in zip(
            make_copies(subject, 12, np.random.default_rng(1), 90.0, shapes),
            make_copies(subject, 12, np.random.default_rng(1), 90.0, shapes[:1] * 0 + own),
            strict=True,
        )
    ]
    assert min(depths) < 0 < max(depths)


def test_shapes_of_a_folder_are_written_in_its_order_without_what_cannot_be_used(photographs, tmp_path):
    found = find_photographs(photographs, tmp_path / "meshes.npz")
    blind = type(found[0])(found[0].file, np.full((3, 478, 3), np.nan, np.float32))
    write_shapes(tmp_path / "shapes.npy", [found[1], blind, found[0]], workers=1)
    shapes = np.load(tmp_path / "shapes.npy")
    np.testing.assert_array_equal(shapes, [shape_of(found[1].head()), shape_of(found[0].head())])


def test_profiling_with_other_shapes_gives_other_pictures_and_the_same_bytes_again(photographs, tmp_path):
    bytes_of = {}
    for name, other_shapes in (("plain", False), ("one", True), ("two", True)):
        settings = ProfileSettings(copies=1, seed=5, flips=False, other_shapes=other_shapes)
        profile_folder(photographs, tmp_path / name, settings, workers=1, quiet=True)
        bytes_of[name] = (tmp_path / name / "people" / "p_0_0.jpg").read_bytes()
    assert bytes_of["one"] == bytes_of["two"] != bytes_of["plain"]
    with pytest.raises(InputError, match="choose another OUT"):
        profile_folder(photographs, tmp_path / "one", ProfileSettings(copies=1, seed=5, flips=False), workers=1)


def test_one_photograph_alone_has_no_other_shape(photographs, tmp_path):
    raw = tmp_path / "alone"
    raw.mkdir()
    for name in ("p_0.png", "p_0.mat"):
        (raw / name).write_bytes((photographs / name).read_bytes())
    with pytest.raises(InputError, match=r"Only one photograph in .* no other face shape"):
        profile_folder(raw, tmp_path / "out", ProfileSettings(copies=1, other_shapes=True), workers=1, quiet=True)
