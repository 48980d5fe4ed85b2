"""Which estimators the options of `fsanet estimate` ask for."""

import argparse

import pytest

from fsanet.cli import command_parser
from fsanet.commands.estimators import VIDEO_DETECT_SIZE, chosen_estimators
from fsanet.inference import estimator as estimator_module
from fsanet.inference import single_stage


class Stand:
    """Stands for an estimator; keeps what it was made of."""

    detector_name, engine, finder_share = "scout", "the network", 0.25

    def __init__(self, **settings):
        self.settings = settings
        self.name = "stand"


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch):
    monkeypatch.setattr(estimator_module, "HeadPoseEstimator", Stand)
    monkeypatch.setattr(single_stage, "SingleStageEstimator", Stand)


def options(*words) -> argparse.Namespace:
    return command_parser(["estimate"]).parse_args(["estimate", "photo.jpg", *words])


def test_videos_are_searched_at_fewer_pixels_by_the_same_network():
    pictures, frames = chosen_estimators(options())
    assert (pictures.settings["detect_size"], frames.settings["detect_size"]) == (None, VIDEO_DETECT_SIZE)
    assert frames.settings["engine"] == pictures.engine
    assert not {"model", "weights"} & set(frames.settings)  # which the engine has
    assert frames.settings["finder_share"] == pictures.finder_share
    pictures, frames = chosen_estimators(options("--single-stage"))
    assert frames.settings["long_side"] == VIDEO_DETECT_SIZE < pictures.settings["long_side"]


@pytest.mark.parametrize("words", [(), ("--single-stage",), ("--camera", "60")])
def test_without_videos_one_is_enough(words):
    pictures, frames = chosen_estimators(options(*words), videos=False)
    inner = [getattr(estimator, "_estimator", estimator) for estimator in (pictures, frames)]
    assert inner[0] is inner[1]


@pytest.mark.parametrize("words", [("--detect-size", "900"), ("--single-stage", "--detect-size", "900")])
def test_a_size_that_is_given_is_that_of_both(words):
    pictures, frames = chosen_estimators(options(*words))
    assert pictures is frames
