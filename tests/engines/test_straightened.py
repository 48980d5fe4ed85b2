import numpy as np
import pytest

from fsanet.engines.reading import Reading
from fsanet.engines.straightened import LEANING_DEG, StraightenedEngine
from fsanet.errors import InputError
from fsanet.image.turning import turn_image
from fsanet.pose.angles import lean_deg, rotate_in_plane, rotation_from_angles
from fsanet.pose.errors import geodesic_errors

UPRIGHT = (25.0, 12.0, 0.0)  # the pose of the head that the bar stands for


class BarEngine:
    """Reads the lean of a bright bar, and is wrong by a share of it, as networks are that know upright faces best."""

    name = "bar"
    input_size = 64

    def __init__(self, wrong: float):
        self.wrong, self.asked = wrong, []

    def predict(self, crops_bgr):
        self.asked.append(len(crops_bgr))
        return np.array([self._pose(crop[..., 0]) for crop in crops_bgr], np.float32).reshape(-1, 3)

    def _pose(self, bar):
        y, x = np.argwhere(bar > 100).T - 31.5
        lean = np.degrees(np.arctan2((x * -y).mean(), (y * y).mean()))
        return rotate_in_plane(UPRIGHT, lean) + self.wrong * lean * np.array([1, 1, 0])


@pytest.fixture
def crops():
    """Makes crops with a bar in each that leans by some degrees."""
    bar = np.zeros((64, 64, 3), np.uint8)
    bar[12:52, 31:33] = 255
    return lambda *leans: np.stack([turn_image(bar, lean) for lean in leans])


def straightest() -> float:
    """The lean of the bar at which its head stands upright: its crown leans aside because it faces aside."""
    crown = rotation_from_angles(UPRIGHT)[:, 1]
    return -float(np.degrees(np.arctan2(crown[0], crown[1])))


def errors(engine, crops, leans):
    return geodesic_errors(engine.predict(crops(*leans)), [rotate_in_plane(UPRIGHT, lean) for lean in leans])


def test_leaning_faces_are_read_upright(crops):
    leans, network = (-40.0, 35.0), BarEngine(wrong=0.4)
    once, twice = errors(network, crops, leans), errors(StraightenedEngine(network), crops, leans)
    assert once.min() > 12
    assert twice.max() < 5


def test_faces_that_stand_are_read_once(crops):
    network = BarEngine(wrong=0.4)
    upright = crops(straightest(), straightest() + 4)
    np.testing.assert_array_equal(StraightenedEngine(network).predict(upright), network.predict(upright))
    assert network.asked == [2, 2]


def test_only_those_that_lean_are_read_again(crops):
    network = BarEngine(wrong=0.0)
    poses = StraightenedEngine(network).predict(crops(straightest(), 40.0, -1.0))
    assert network.asked == [3, 1]
    assert poses.dtype == np.float32


def test_a_head_that_leans_slowly_does_not_jump(crops):
    leans = straightest() + np.arange(LEANING_DEG[0] - 4, LEANING_DEG[1] + 6, 0.5)
    poses = StraightenedEngine(BarEngine(wrong=0.4)).predict(crops(*leans))
    assert geodesic_errors(poses[1:], poses[:-1]).max() < 2.5


class ProfileEngine(BarEngine):
    """Reads a head beyond profile that leans by its roll, and once more when it is turned upright."""

    def __init__(self):
        self.answers = iter([[[110.0, 3.0, 35.0]], [[110.0, 3.0, 2.0]]])

    def predict(self, crops_bgr):
        return np.array(next(self.answers), np.float32)


def test_a_leaning_face_that_is_read_beyond_profile_keeps_its_angles(crops):
    engine = ProfileEngine()
    [[yaw, pitch, roll]] = StraightenedEngine(engine).predict(crops(0.0))
    assert not list(engine.answers)
    assert 100 < yaw < 115
    assert max(abs(pitch), abs(roll)) < 60


def test_floats_and_no_faces(crops):
    engine = StraightenedEngine(BarEngine(wrong=0.0))
    assert engine.predict(np.empty((0, 64, 64, 3), np.uint8)).shape == (0, 3)
    whole = crops(30.0)
    np.testing.assert_allclose(engine.predict(whole.astype(np.float64)), engine.predict(whole), atol=0.01)


def test_wrong_shapes_are_said():
    with pytest.raises(InputError, match="64, 64, 3"):
        StraightenedEngine(BarEngine(wrong=0.0)).predict(np.zeros((64, 64, 3), np.uint8))


class DoubtingEngine(BarEngine):
    """Says that it may be off by as many degrees as the bar leans."""

    def read(self, crops_bgr):
        poses = self.predict(crops_bgr)
        return Reading(poses, np.repeat(np.abs(lean_deg(poses))[:, None], 3, axis=1).astype(np.float32))


def test_the_error_of_a_leaning_face_is_that_of_the_upright_reading(crops):
    network = DoubtingEngine(wrong=0.0)
    engine = StraightenedEngine(network)
    half = straightest() + sum(LEANING_DEG) / 2  # half of the way from one reading to the other
    first, second = network.read(crops(half)).error_deg[0, 0], 0.0
    errors = engine.read(crops(straightest() + 5, half, straightest() + 40)).error_deg[:, 0]
    assert errors[0] == pytest.approx(5.0, abs=1.5)
    assert errors[1] == pytest.approx((first + second) / 2, abs=2.0)
    assert errors[2] == pytest.approx(0.0, abs=1.5)


class YawEngine(BarEngine):
    """May be off in the yaw, and in nothing else."""

    def read(self, crops_bgr):
        poses = self.predict(crops_bgr)
        return Reading(poses, np.tile(np.array([4.0, 0.0, 0.0], np.float32), (len(poses), 1)))


def test_the_error_of_a_leaning_face_is_turned_back_with_its_pose(crops):
    [[yaw, pitch, _]] = StraightenedEngine(YawEngine(wrong=0.0)).read(crops(straightest() + 60)).error_deg
    assert 0 < yaw < pitch < 4.5


def test_engines_that_tell_no_errors(crops):
    assert np.isnan(StraightenedEngine(BarEngine(wrong=0.0)).read(crops(0.0, 40.0)).error_deg).all()
