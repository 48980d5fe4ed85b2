"""The crop of a frame, and how its box is jittered: read off a picture whose colours are its coordinates."""

from dataclasses import replace

import numpy as np
import pytest

from fsanet.image.face_crop import LANDMARK_MARGIN, crop_face
from fsanet.rendering import frame as frame_module
from fsanet.rendering import samples
from fsanet.rendering.frame import RenderSettings, render_frame
from fsanet.rendering.samples import jittered_box, render_samples

SIDE = 250


@pytest.fixture(scope="module")
def ruler(frames_of_one_face):
    """A frame whose pixels say where they lie: blue x, green y."""
    frame = frames_of_one_face[0]
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    image = np.stack([x, y, 0 * x], axis=-1).astype(np.uint8)
    shift = np.array([SIDE / 2, SIDE / 2]) - (frame.box_xyxy[:2] + frame.box_xyxy[2:]) / 2
    return replace(frame, image_bgr=image, landmarks_xy=frame.landmarks_xy + shift)


def crop_frame(frame, rng=None, jitter=0.0):
    box = jittered_box(frame.box_xyxy, rng or np.random.default_rng(0), jitter)
    return crop_face(frame.image_bgr, box, LANDMARK_MARGIN)


def seen_box(crop):
    """Middle and size (x, y) of what a crop shows, in pixels of the frame."""
    low, high = crop[20, 20, :2].astype(float), crop[43, 43, :2].astype(float)
    return (low + high) / 2, (high - low) * 64 / 23


def boxes(frame, jitter, count=400):
    rng = np.random.default_rng(0)
    middles, sizes = zip(*(seen_box(crop_frame(frame, rng, jitter)) for _ in range(count)), strict=True)
    return np.array(middles), np.array(sizes)


def test_without_jitter_the_box_is_the_landmarks_with_the_margin(ruler):
    middle, size = seen_box(crop_frame(ruler))
    x1, y1, x2, y2 = ruler.box_xyxy
    np.testing.assert_allclose(middle, [(x1 + x2) / 2, (y1 + y2) / 2], atol=2)
    np.testing.assert_allclose(size, [(x2 - x1) * 2.2, (y2 - y1) * 2.2], rtol=0.05)


@pytest.mark.parametrize("jitter", [0.03, 0.06])
def test_jitter_shifts_and_scales_by_its_share_of_the_box(ruler, jitter):
    wide = ruler.box_xyxy[2:] - ruler.box_xyxy[:2]
    middle, size = boxes(ruler, jitter)
    cut = 0.88  # what is left of the deviation of a normal number that is clipped at twice of it, and a little
    np.testing.assert_allclose(middle.std(axis=0) / wide, [cut * jitter] * 2 + np.array([0.008, 0.008]), atol=0.012)
    assert (np.abs(middle - middle.mean(axis=0)) / wide).max() < 2 * jitter + 0.03
    assert np.abs((middle.mean(axis=0) - SIDE / 2) / wide).max() < 0.03  # the crop is cut at whole pixels
    np.testing.assert_allclose(np.log(size).std(axis=0), jitter, atol=0.35 * jitter + 0.01)
    shifts, scales = middle - middle.mean(axis=0), np.log(size) - np.log(size).mean(axis=0)
    assert abs(np.corrcoef(shifts[:, 0], shifts[:, 1])[0, 1]) < 0.15  # both ways on their own
    assert abs(np.corrcoef(scales[:, 0], scales[:, 1])[0, 1]) < 0.2


def test_samples_are_jittered_by_their_settings(monkeypatch):
    used = []
    monkeypatch.setattr(samples, "jittered_box", lambda box, rng, jitter: used.append(jitter) or box)
    render_samples(0, [0], RenderSettings(jitter=0.125))
    assert used == [0.125]
    monkeypatch.undo()
    still, moved = (render_samples(0, [0], RenderSettings(jitter=jitter)).image for jitter in (0.0, 0.05))
    assert (still != moved).any()


def test_the_frame_holds_the_whole_jittered_crop():
    """At the largest shift and scale nothing of the crop lies beyond the picture."""
    frame = render_frame(2, 0, RenderSettings(jitter=0.05, clean=True))
    height, width = frame.image_bgr.shape[:2]
    x1, y1, x2, y2 = frame.box_xyxy
    room = 0.6 + (0.6 + 0.5) * (np.exp(0.1) - 1) + 0.1
    assert x1 - room * (x2 - x1) > -0.12 * (x2 - x1)
    assert y2 + room * (y2 - y1) < height + 0.12 * (y2 - y1)
    assert (x1 + x2) / 2 == pytest.approx(width / 2, abs=1)


def test_the_eyes_know_how_far_the_head_is_turned(monkeypatch):
    told = []
    draw = frame_module.draw_eyes
    monkeypatch.setattr(frame_module, "draw_eyes", lambda rng, yaw: told.append(yaw) or draw(rng, yaw))
    render_frame(0, 0, RenderSettings(), (64, 64), pose=(40.0, -10.0, 5.0))
    assert told == [40.0]


@pytest.mark.parametrize(("headwear", "occluded"), [(0.0, 0.0), (1.0, 1.0)])
def test_shares_of_things_worn_and_held(headwear, occluded):
    settings = RenderSettings(headwear=headwear, occluded=occluded, per_person=1)
    kinds = render_samples(1, range(3), settings).kinds
    assert ((kinds["headwear"] != "none") == bool(headwear)).all()
    assert ((kinds["occluder"] != "none") == bool(occluded)).all()


def test_landmarks_in_space_agree_with_those_in_the_picture(frames_of_one_face):
    for frame in frames_of_one_face:
        np.testing.assert_allclose(frame.landmarks_3d[:, :2], frame.landmarks_xy)
        nose, jaw = frame.landmarks_3d[30, 2], frame.landmarks_3d[[0, 16], 2].mean()
        if abs(frame.pose[0]) < 45:
            assert nose > jaw  # z towards the camera
