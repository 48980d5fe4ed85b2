"""Which estimators the settings ask for, for pictures and for the frames of videos."""

import pytest

from fsanet.detectors.catalog import BUILDERS
from fsanet.errors import InputError
from fsanet.image.lens import Lens
from fsanet.inference import estimator as estimator_module
from fsanet.inference import single_stage
from fsanet.inference.choose import VIDEO_DETECT_SIZE, EstimatorSettings, choose_estimators


class Stand:
    """Stands for an estimator; keeps what it was made of."""

    fewer_pixels_in_videos = True

    def __init__(self, **settings):
        self.settings = settings
        self.name = "stand"

    def at_size(self, detect_size):
        return Stand(**self.settings | {"detect_size": detect_size, "of": self})


@pytest.fixture
def stand_ins(monkeypatch):
    monkeypatch.setattr(estimator_module, "HeadPoseEstimator", Stand)
    monkeypatch.setattr(single_stage, "SingleStageEstimator", Stand)


@pytest.mark.usefixtures("stand_ins")
def test_videos_are_searched_at_fewer_pixels_by_the_same_network():
    pictures, frames = choose_estimators(EstimatorSettings())
    assert (pictures.settings["detect_size"], frames.settings["detect_size"]) == (None, VIDEO_DETECT_SIZE)
    assert frames.settings["of"] is pictures
    pictures, frames = choose_estimators(EstimatorSettings(single_stage=True))
    assert frames.settings["long_side"] == VIDEO_DETECT_SIZE < pictures.settings["long_side"]


@pytest.mark.usefixtures("stand_ins")
def test_a_detector_whose_own_size_does_for_videos_keeps_it(monkeypatch):
    monkeypatch.setattr(Stand, "fewer_pixels_in_videos", False)
    pictures, frames = choose_estimators(EstimatorSettings())
    assert pictures is frames


def test_the_detectors_that_search_pictures_finely_say_so():
    assert {name for name, detector in BUILDERS.items() if getattr(detector, "fewer_pixels_in_videos", False)} == {
        "scout",
        "yunet",
    }


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("settings", [{}, {"single_stage": True}, {"lens": Lens.of_field_of_view(60)}])
def test_without_videos_one_is_enough(settings):
    chosen = choose_estimators(EstimatorSettings(**settings), videos=False)
    pictures, frames = (getattr(estimator, "_estimator", estimator) for estimator in chosen)
    assert pictures is frames


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("single_stage", [False, True])
def test_a_size_that_is_given_is_that_of_both(single_stage):
    pictures, frames = choose_estimators(EstimatorSettings(detect_size=900, single_stage=single_stage))
    assert pictures is frames
    assert 900 in pictures.settings.values()


@pytest.mark.usefixtures("stand_ins")
def test_a_lens_turns_the_poses_of_both_to_the_camera():
    lens = Lens.of_field_of_view(60)
    pictures, frames = choose_estimators(EstimatorSettings(lens=lens))
    assert pictures.lens is frames.lens is lens
    assert pictures.name == "stand, in the camera's frame"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"any_angle": True}, "any_angle does not go with single_stage: leave it out."),
        ({"margin": 0.2}, "margin does not go with single_stage: leave it out."),
        ({"engine": "keras"}, "single_stage is a network of its own: leave out detector and engine."),
        ({"detect_size": 0}, "got 0"),
    ],
)
def test_what_does_not_go_together_is_said_in_the_names_of_the_settings(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        choose_estimators(EstimatorSettings(single_stage=True, **settings))
