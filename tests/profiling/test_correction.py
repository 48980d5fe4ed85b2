"""Readings of turned and smiling heads, corrected by what known ones lacked."""

import numpy as np
import pytest

from fsanet.pose.angles import Pose, angles_from_rotation, angles_of_facing, rotation_from_angles
from fsanet.profiling import correction
from fsanet.profiling.correction import READ_LIMITS_DEG, fit_correction, raised_aside, reading_correction
from fsanet.profiling.make_correction import Expressions, Readings, corrected_by_halves, errors_by_yaw
from fsanet.profiling.template import face_template

STRAIGHT = np.zeros((478, 3))


CORNERS = (face_template().points[:, 1] < 6.75) & (np.abs(face_template().points[:, 0]) > 0.15)


def smiling(smile, rng):
    """Meshes of other people each that smile so much, 0..1: corners of the mouth go up."""
    bent = 0.02 * rng.normal(size=(*np.shape(smile), 478, 3))
    bent[..., CORNERS, 1] += 0.2 * smile[..., None]
    return bent


def readings(count=500, seed=0):
    """A reader that sees far heads as turned less, their pitch nearer to level, and a smile as a nod of 6 degrees."""
    rng = np.random.default_rng(seed)
    known = rng.uniform(-1, 1, (count, 3)) * (68.0, 40.0, 12.0)
    smile = rng.uniform(0, 1, count)
    bent = smiling(smile, rng)
    yaw, pitch, roll = known.T
    flat = pitch * (1 - 0.2 * (yaw / 60) ** 2) + 1 - 6 * smile
    return Readings(np.stack([yaw - 6 * (yaw / 60) ** 3, flat, roll + yaw / 30], axis=1), bent, known)


@pytest.fixture(scope="module")
def seen():
    return readings()


@pytest.fixture(scope="module")
def expressions():
    """What is read of 40 heads with two expressions each, off by what a smile does and by what each head has."""
    rng = np.random.default_rng(1)
    smile, head = rng.uniform(0, 1, (40, 2)), rng.normal(size=(40, 1))
    bent = smiling(smile, rng)
    bent[..., ~CORNERS, 2] += 0.3 * head[..., None]  # which would tell as much, had anyone listened to it
    return Expressions(bent, 6 * smile + 5 * head)


def test_what_repeats_is_taken_back(seen, expressions):
    assert np.abs(seen.read_deg - seen.known_deg).mean(axis=0)[1] > 2.5
    error = np.abs(corrected_by_halves(seen, expressions) - seen.known_deg).mean(axis=0)
    assert error.max() < 0.5


def test_a_smile_is_told_by_how_the_mesh_is_bent(seen, expressions):
    lift = fit_correction(*seen, *expressions).lift
    smile, other_head = np.zeros((2, 478, 3))
    smile[CORNERS, 1] = 0.2
    other_head[~CORNERS, 2] = 0.3
    assert (lift * smile).sum() == pytest.approx(6.0, abs=0.7)
    assert abs((lift * other_head).sum()) < 0.5


def test_a_smile_that_goes_with_other_heads_is_told_by_the_heads_that_show_both(seen, expressions):
    """Among the readings whoever smiles has the higher nose, and Face Mesh is right about a nose."""
    nosy = seen.bent.copy()
    smile = (nosy[:, CORNERS, 1].mean(axis=1) / 0.2)[:, None]
    nosy[:, ~CORNERS, 2] += 0.6 * (smile + 0.5 * np.random.default_rng(2).normal(size=smile.shape))
    alone = fit_correction(seen.read_deg, nosy, seen.known_deg, expressions.bent, 0 * expressions.lacking_deg)
    told = fit_correction(seen.read_deg, nosy, seen.known_deg, *expressions)
    of_a_smile = np.zeros((478, 3))
    of_a_smile[CORNERS, 1] = 0.2
    assert (told.lift * of_a_smile).sum() == pytest.approx(6.0, abs=0.7)
    assert abs((alone.lift * of_a_smile).sum()) < 1.0


def test_readings_that_went_astray_hardly_count(seen, expressions, monkeypatch):
    astray = seen.read_deg.copy()
    astray[::12] += (25.0, -40.0, 15.0)

    def error() -> float:
        fitted = fit_correction(astray, seen.bent, seen.known_deg, *expressions)
        return np.abs(fitted.corrected_deg(seen.read_deg, seen.bent) - seen.known_deg).mean()

    robust = error()
    monkeypatch.setattr(correction, "_ROUNDS", 1)  # least squares alone
    assert robust < 0.5 * error()


def test_left_and_right_are_treated_alike():
    for pose in ((50.0, -10.0, 5.0), (20.0, 30.0, -10.0)):
        mirrored = np.multiply(pose, (-1, 1, -1))
        expected = reading_correction().corrected_deg(np.array(pose), STRAIGHT) * (-1, 1, -1)
        np.testing.assert_allclose(reading_correction().corrected_deg(mirrored, STRAIGHT), expected, atol=1e-9)


def test_the_one_for_face_mesh_turns_far_heads_further_and_leaves_frontal_ones():
    usual = reading_correction()
    read = np.array([[5.0, 3.0, 2.0], [50.0, -15.0, 0.0]])
    frontal, far = usual.corrected_deg(read, np.stack([usual.middle, usual.middle]))
    np.testing.assert_allclose(frontal, (5.0, 3.0, 2.0), atol=2)
    assert 51 < far[0] < 56
    assert abs(far[1] + 15.0) < 4


def test_a_rotation_is_corrected_as_its_angles_are():
    pose, bent = np.array([15.0, -10.0, 5.0]), 0.01 * face_template().points
    corrected = reading_correction().corrected(rotation_from_angles(pose), bent)
    np.testing.assert_allclose(
        angles_from_rotation(corrected), reading_correction().corrected_deg(pose, bent), atol=1e-6
    )


@pytest.mark.parametrize(
    ("azimuth", "raised"), [(0.0, 0.0), (-19.0, 0.0), (30.0, 0.64), (-60.0, 2.56), (60.0, 2.56), (100.0, 5.12)]
)
def test_who_looks_aside_is_taken_to_look_higher(azimuth, raised):
    leaning = rotation_from_angles(angles_of_facing((azimuth, -5.0))) @ rotation_from_angles((0.0, 0.0, 8.0))
    facing = Pose(*angles_from_rotation(raised_aside(leaning))).facing
    assert facing == pytest.approx((azimuth, -5.0 + raised))


@pytest.mark.parametrize("bent", [STRAIGHT, np.ones((478, 3))])
def test_nothing_runs_away_beyond_what_was_fitted(bent):
    def added(read_deg):
        return reading_correction().corrected_deg(read_deg, bent) - read_deg

    limit = np.array(READ_LIMITS_DEG)
    np.testing.assert_allclose(added(limit * 1.2), added(limit))
    assert np.abs(added(np.zeros(3))).max() < 30


def test_a_missing_file_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(correction, "CORRECTION_FILE", tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError, match="make_correction"):
        reading_correction.__wrapped__()


def test_errors_are_told_by_yaw(seen):
    lines = errors_by_yaw(seen.known_deg + (0.0, 2.0, 0.0), seen.known_deg)
    assert len(lines) == 4
    assert lines[0].startswith("|yaw| 0 to 20, ")
    assert "pitch 2.0 (bias +2.0), roll 0.0" in lines[3]
    assert len(errors_by_yaw(seen.known_deg[:1], seen.known_deg[:1])) == 1
