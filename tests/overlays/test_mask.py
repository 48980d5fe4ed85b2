import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.overlays.mask import mask_by_points, mask_by_pose
from fsanet.overlays.placing import place_by_pose
from fsanet.pose.angles import angles_from_rotation
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.masks.kinds import KINDS, WORN
from fsanet.rendering.masks.look import draw_mask
from fsanet.rendering.shape import mean_head

BOX = (50, 55, 110, 115)
NOSE, MOUTH, CHIN, BROWS = 30, [51, 57], 8, [19, 24]


def skin_picture(level=150):
    """A flat picture in the colour of skin."""
    return np.full((160, 160, 3), (0.6 * level, 0.75 * level, level), np.uint8)


def points(yaw=0.0, pitch=0.0, roll=0.0):
    return place_by_pose((yaw, pitch, roll), BOX).points_xy


def changed(image, masked, radius=0):
    difference = np.abs(masked.astype(int) - image).max(axis=2) > 12

    def at(x, y):
        x, y = round(x), round(y)
        return difference[y - radius : y + radius + 1, x - radius : x + radius + 1].all()

    return at


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "shield"])
@pytest.mark.parametrize("yaw", [-50, 0, 50])
def test_a_mask_covers_nose_and_mouth_and_leaves_the_brows(kind, yaw):
    image, xy = skin_picture(), points(yaw)
    for seed in range(4):
        result = mask_by_points(image, xy, np.random.default_rng(seed), kind, "right")
        assert (result.kind, result.worn) == (kind, "right")
        at = changed(image, result.image_bgr)
        assert at(*xy[MOUTH].mean(axis=0))
        assert not any(at(*xy[brow]) for brow in BROWS)


def test_worn_below_the_nose_and_below_the_chin():
    image, xy = skin_picture(), points()
    low = changed(image, mask_by_points(image, xy, np.random.default_rng(0), "black", "below nose").image_bgr)
    assert low(*xy[MOUTH].mean(axis=0))
    assert not low(*xy[NOSE])
    lowest = changed(image, mask_by_points(image, xy, np.random.default_rng(0), "black", "below chin").image_bgr)
    assert lowest(xy[CHIN, 0], xy[CHIN, 1] + 3)
    assert not lowest(*xy[MOUTH].mean(axis=0))


def test_a_turned_face_hides_the_far_side_of_its_mask():
    image = skin_picture()
    xy = points(yaw=60)  # to the image's left: what lies left of the nose is hidden
    masked = mask_by_points(image, xy, np.random.default_rng(1), "black", "right").image_bgr
    columns = np.flatnonzero((np.abs(masked.astype(int) - image).max(axis=2) > 60).any(axis=0))
    assert xy[NOSE, 0] - columns.min() < 12
    assert columns.max() > xy[NOSE, 0] + 25


def test_a_mask_turns_with_the_head():
    image = skin_picture()
    upright, turned = (
        mask_by_points(image, points(roll=roll), np.random.default_rng(3), "black", "right").image_bgr
        for roll in (0, 90)
    )
    shapes = [np.argwhere(np.abs(m.astype(int) - image).max(axis=2) > 60).std(axis=0) for m in (upright, turned)]
    assert shapes[0][1] > shapes[0][0]  # wider than high
    assert shapes[1][0] > shapes[1][1]


def test_a_shield_lets_the_face_through():
    image = skin_picture()
    image[80:84] = 0  # a dark stripe across the face
    masked = mask_by_points(image, points(), np.random.default_rng(0), "shield").image_bgr
    assert (masked != image).any(axis=2)[60:110, 60:100].mean() > 0.9
    assert masked[82, 80].mean() < masked[90, 80].mean() - 30


def test_light_from_one_side_falls_on_the_mask_too():
    image = (skin_picture() * np.linspace(0.35, 1.5, 160)[None, :, None]).clip(0, 255).astype(np.uint8)
    masked = mask_by_points(image, points(), np.random.default_rng(0), "surgical", "right").image_bgr
    assert masked[98, 92:98].mean() > 1.2 * masked[98, 62:68].mean()


def test_a_grey_picture_gets_a_grey_mask():
    image = np.full((160, 160, 3), 150, np.uint8)
    masked = mask_by_points(image, points(), np.random.default_rng(0), "surgical").image_bgr
    assert np.ptp(masked.astype(int), axis=2).max() <= 2
    assert (masked != image).any()


def test_equal_seeds_give_equal_pictures_and_the_given_one_stays():
    image, xy = skin_picture(), points(20, 10, 5)
    before = image.copy()
    first, second, other = (mask_by_points(image, xy, np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.image_bgr, second.image_bgr)
    assert (first.image_bgr != other.image_bgr).any()
    np.testing.assert_array_equal(image, before)
    assert first.image_bgr.dtype == np.uint8
    assert first.image_bgr.shape == image.shape


def test_kinds_and_ways_come_with_their_shares():
    drawn = [draw_mask(np.random.default_rng(seed)) for seed in range(300)]
    assert {row.kind for row in drawn} == set(KINDS)
    assert {row.worn for row in drawn} == set(WORN)
    assert 0.05 < np.mean([row.worn == "below nose" for row in drawn]) < 0.3


def test_without_landmarks_the_mask_lies_where_the_pose_says():
    image, pose = skin_picture(), (30, -10, 15)
    by_points = mask_by_points(image, points(*pose), np.random.default_rng(2), "ffp2")
    by_pose = mask_by_pose(image, pose, BOX, np.random.default_rng(2), "ffp2")
    np.testing.assert_array_equal(by_points.image_bgr, by_pose.image_bgr)


def test_a_face_beyond_the_border_changes_nothing_or_its_part():
    image = skin_picture()
    np.testing.assert_array_equal(mask_by_points(image, points() + 500, np.random.default_rng(0)).image_bgr, image)
    half = mask_by_points(image, points() + [-80, 0], np.random.default_rng(0), "black", "right").image_bgr
    assert (half != image).any(axis=2)[:, :30].any()


def test_the_pose_of_the_landmarks_is_found():
    pose = np.array([25.0, -12.0, 8.0])
    placing = place_by_pose(pose, BOX)
    np.testing.assert_allclose(angles_from_rotation(placing.rotation), pose, atol=1.0)
    np.testing.assert_allclose(placing.project(mean_head()[head_pack().landmarks])[:, :2], placing.points_xy, atol=1.0)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda i, r: mask_by_points(i, points(), r, "scarf"), "no kind of mask 'scarf': choose one of surgical"),
        (lambda i, r: mask_by_points(i, points(), r, "n95", "on the head"), "cannot be worn 'on the head'"),
        (lambda i, r: mask_by_points(i, points()[:5], r), r"68 finite landmarks \(68, 2\), got \(5, 2\)"),
        (lambda i, r: mask_by_points(i, points() * np.nan, r), "68 finite landmarks"),
        (lambda i, r: mask_by_points(i, points() * [1, 0], r), "lie on a line"),
        (lambda i, r: mask_by_points(i[..., 0], points(), r), r"uint8 \(H, W, 3\), got uint8 \(160, 160\)"),
        (lambda i, r: mask_by_pose(i, (0, 0, 0), (5, 5, 5, 9), r), "box with area"),
        (lambda i, r: mask_by_pose(i, (0, np.nan, 0), BOX, r), "finite pose"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, text):
    with pytest.raises(InputError, match=text):
        call(skin_picture(), np.random.default_rng(0))
