import cv2
import numpy as np
import pytest

from fsanet.image.face_crop import LANDMARK_MARGIN, crop_face
from fsanet.image.lens import Lens
from fsanet.pose.angles import angles_from_rotation, rotation_from_angles
from fsanet.rendering.backgrounds import HELD_OUT_BACKGROUNDS
from fsanet.rendering.camera import Place
from fsanet.rendering.frame import RenderSettings, render_frame
from fsanet.rendering.hair_styles import HAIR_STYLES
from fsanet.rendering.masks.kinds import WORN
from fsanet.rendering.samples import jittered_box, render_samples

HELD_OUT_STYLES = {style.name for style in HAIR_STYLES if style.held_out}


def in_space(frame):
    """Landmarks (68, 3) in decimetres, camera axes, out of their pixels and depths."""
    depth = frame.landmarks_3d[:, 2] * frame.distance_dm / frame.focal_px
    x, y = (frame.landmarks_xy - frame.centre_xy).T * (frame.distance_dm - depth) / frame.focal_px
    return np.stack([x, -y, depth], axis=1)


def test_a_frame_says_what_it_shows(frames_of_one_face):
    frame = frames_of_one_face[0]
    assert frame.image_bgr.shape == (220, 220, 3)
    assert frame.image_bgr.dtype == np.uint8
    assert frame.landmarks_xy.shape == (68, 2)
    assert (frame.source, frame.masked) == ("train/4/0", False)
    x1, y1, x2, y2 = frame.box_xyxy
    assert 0 < x1 < x2 < 220
    assert 0 < y1 < y2 < 220
    assert np.sqrt((x2 - x1) * (y2 - y1)) == pytest.approx(0.4 * 220, rel=1e-3)


def test_known_rotations_come_back_from_projected_landmarks(frames_of_one_face):
    straight = in_space(frames_of_one_face[0]).astype(np.float64)
    to_opencv = np.diag([1.0, -1.0, -1.0])  # its camera has y down and z away
    for frame in frames_of_one_face:
        cx, cy = frame.centre_xy
        camera = np.array([[frame.focal_px, 0, cx], [0, frame.focal_px, cy], [0, 0, 1]])
        _, turn, _ = cv2.solvePnP(straight, frame.landmarks_xy, camera, None, flags=cv2.SOLVEPNP_SQPNP)
        rotation = to_opencv @ cv2.Rodrigues(turn)[0]
        np.testing.assert_allclose(angles_from_rotation(rotation), frame.pose, atol=0.15)
        np.testing.assert_allclose(frame.rotation, rotation_from_angles(frame.pose))


def test_off_the_axis_the_pose_is_that_of_the_cameras_frame(frames_of_one_face):
    straight = in_space(frames_of_one_face[0]).astype(np.float64)
    to_opencv, lens, pose = np.diag([1.0, -1.0, -1.0]), Lens.of_field_of_view(60), (20.0, 10.0, -5.0)
    place = Place(lens, (250.0, 190.0), (300, 240))
    frame = render_frame(4, 0, RenderSettings(clean=True), place.size, (0.4, 0.4), pose, place)
    camera = np.array([[lens.focal * 300, 0, 150], [0, lens.focal * 300, 120], [0, 0, 1]])
    _, turn, far = cv2.solvePnP(straight, frame.landmarks_xy, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    rotation = to_opencv @ cv2.Rodrigues(turn)[0]
    np.testing.assert_allclose(angles_from_rotation(rotation), frame.pose, atol=0.15)
    np.testing.assert_allclose(frame.rotation, rotation_from_angles(frame.pose))
    right, up = frame.aside_dm
    np.testing.assert_allclose(far[:, 0], [right, -up, frame.distance_dm], atol=0.02)
    np.testing.assert_allclose(frame.landmarks_xy.mean(axis=0), place.middle_xy, atol=25)
    by_sight = lens.to_face(tuple(np.tile(place.middle_xy, 2)), place.size).T @ frame.rotation
    np.testing.assert_allclose(angles_from_rotation(by_sight), pose)
    assert frame.pose[0] > 35  # at the right edge, turned further to the image's left


def test_signs_of_the_angles(frames_of_one_face):
    middle, turned, profile, up, _ = (frame.landmarks_xy for frame in frames_of_one_face)
    nose_beside_eyes = [(p[30] - p[36:48].mean(axis=0))[0] for p in (middle, turned, profile)]
    assert abs(nose_beside_eyes[0]) < 3
    assert nose_beside_eyes[1] < -5  # yaw > 0: to the image's left
    assert nose_beside_eyes[2] > 10
    assert (up[30] - up[36:48].mean(axis=0))[1] < (middle[30] - middle[36:48].mean(axis=0))[1]  # pitch > 0: up
    eyes = up[42:48].mean(axis=0) - up[36:42].mean(axis=0)
    assert eyes[1] > 0  # roll > 0: clockwise, the image's right eye lower


def test_a_box_is_jittered_by_shares_of_its_size():
    box = np.array([10.0, 20.0, 60.0, 120.0])
    np.testing.assert_array_equal(jittered_box(box, np.random.default_rng(0), 0.0), box)
    moved = np.array([jittered_box(box, np.random.default_rng(seed), 0.05) for seed in range(300)])
    assert 0.03 < ((moved[:, 0] + moved[:, 2]) / 2 - 35).std() / 50 < 0.06
    assert 0.03 < np.log((moved[:, 3] - moved[:, 1]) / 100).std() < 0.06


def test_samples_are_the_crops_of_frames_with_their_landmarks():
    settings = RenderSettings(jitter=0.0)
    samples, frame = render_samples(1, [3], settings), render_frame(1, 3, settings)
    np.testing.assert_array_equal(samples.image[0], crop_face(frame.image_bgr, frame.box_xyxy, LANDMARK_MARGIN))
    points = samples.kinds["points_xy"][0]
    assert points.shape == (68, 2)
    wide = 64 / (1 + 2 * LANDMARK_MARGIN)
    np.testing.assert_allclose(np.ptp(points, axis=0), wide, atol=1.5)
    np.testing.assert_allclose((points.min(axis=0) + points.max(axis=0)) / 2, 31.5, atol=1.0)


def test_every_sample_is_what_it_is_whatever_was_rendered_before():
    settings = RenderSettings(per_person=2)
    together = render_samples(3, range(6), settings)
    for index in (5, 0, 3):
        alone = render_samples(3, [index], settings)
        np.testing.assert_array_equal(alone.image[0], together.image[index])
        np.testing.assert_array_equal(alone.pose[0], together.pose[index])
        assert alone.source[0] == together.source[index]
    assert together.source == [f"train/3/{number}" for number in (0, 0, 1, 1, 2, 2)]


def test_splits_and_seeds_share_nobody():
    sets = [
        render_samples(seed, range(2), RenderSettings(split=split))
        for seed, split in ((3, "train"), (3, "test"), (4, "train"))
    ]
    assert len({source for found in sets for source in found.source}) == 3
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert (sets[a].image != sets[b].image).any()
        assert (sets[a].pose != sets[b].pose).any()


def test_only_tests_show_the_held_out_styles_and_backgrounds():
    for split, some in (("train", False), ("test", True)):
        kinds = render_samples(0, range(24), RenderSettings(split=split, per_person=1)).kinds
        assert bool(HELD_OUT_STYLES & set(kinds["style"])) == some
        assert bool(set(HELD_OUT_BACKGROUNDS) & set(kinds["background"])) == some


def test_masks_only_when_asked_for_and_flagged():
    bare = render_samples(0, range(3), RenderSettings()).kinds
    assert not bare["masked"].any()
    assert set(bare["mask"]) == set(bare["mask_worn"]) == {"none"}
    worn = render_samples(0, range(3), RenderSettings(masked=1.0, mask_kind="n95")).kinds
    assert worn["masked"].all()
    assert set(worn["mask"]) == {"n95"}
    assert set(worn["mask_worn"]) <= set(WORN)


def test_a_twin_is_the_same_picture_but_for_its_mask():
    bare, masked = (
        render_frame(1, 2, RenderSettings(masked=share, mask_kind="black", clean=True), (128, 128), pose=(10, 0, 0))
        for share in (0.0, 1.0)
    )
    np.testing.assert_array_equal(bare.landmarks_xy, masked.landmarks_xy)
    assert (bare.background, bare.eyewear, bare.headwear) == (masked.background, masked.eyewear, masked.headwear)
    difference = np.abs(masked.image_bgr.astype(int) - bare.image_bgr).max(axis=2)
    x1, y1 = masked.box_xyxy[:2].astype(int)
    x, y = (masked.landmarks_xy[[48, 54, 57, 33]].mean(axis=0)).astype(int)
    assert difference[y - 3 : y + 4, x - 3 : x + 4].mean() > 30
    outside = np.concatenate([difference[: y1 - 8].ravel(), difference[:, : x1 - 12].ravel()])
    assert np.median(outside) <= 2  # the exposure follows the bare skin


def test_the_mask_changes_nothing_that_is_drawn_after_it():
    settings = {"headwear": 0.0, "occluded": 1.0, "per_person": 1}
    bare, masked = (render_samples(2, range(6), RenderSettings(masked=share, **settings)) for share in (0.0, 1.0))
    np.testing.assert_array_equal(bare.pose, masked.pose)
    for name in ("style", "background", "occluder", "eyewear"):
        np.testing.assert_array_equal(bare.kinds[name], masked.kinds[name])
    border = np.s_[:, :3]  # above the head, where the background is
    assert np.abs(bare.image[border].astype(int) - masked.image[border]).mean() < 8


def test_a_shield_is_seen_through_and_leaves_the_beard():
    bare, shield = (
        render_frame(
            0, 0, RenderSettings(masked=share, mask_kind="shield", clean=True, occluded=0), (128, 128), pose=(0, 0, 0)
        )
        for share in (0.0, 1.0)
    )
    x1, y1, x2, y2 = shield.box_xyxy.astype(int)
    before, after = (f.image_bgr[y1:y2, x1:x2].astype(float).mean(axis=2) for f in (bare, shield))
    assert (before != after).mean() > 0.8
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.8


def test_empty_request():
    assert render_samples(0, [], RenderSettings()).image.shape == (0, 64, 64, 3)


def test_wrong_settings():
    with pytest.raises(ValueError, match="no split 'dev': choose one of train, validation, test"):
        RenderSettings(split="dev")
    with pytest.raises(ValueError, match="per_person must be 1 or more, got 0"):
        RenderSettings(per_person=0)
    with pytest.raises(ValueError, match="no pose distribution 'wide'"):
        render_samples(0, range(1), RenderSettings(poses="wide"))
    with pytest.raises(ValueError, match="no kind of mask 'scarf'"):
        RenderSettings(mask_kind="scarf")
