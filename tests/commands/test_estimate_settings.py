"""What the options of `fsanet estimate` come to."""

import argparse

import pytest

from fsanet.cli import command_parser
from fsanet.commands import estimate_settings
from fsanet.image.lens import Lens
from fsanet.inference.choose import EstimatorSettings


def options(*words) -> argparse.Namespace:
    return command_parser(["estimate"]).parse_args(["estimate", "photo.jpg", *words])


@pytest.fixture
def asked(monkeypatch):
    """What estimators were asked for."""
    seen = []
    monkeypatch.setattr(estimate_settings, "choose_estimators", lambda settings, *_: seen.append(settings))
    return seen


def test_options_become_settings(asked):
    estimate_settings.estimators_of(options(), videos=False)
    network = ("--model", "capsule", "--weights", "w.h5", "--engine", "onnx", "--detector", "yunet")
    faces = ("--detect-size", "900", "--any-angle", "--margin", "0.2", "--finder-share", "0.3", "--camera", "60")
    estimate_settings.estimators_of(options(*network, *faces, "--single-stage"), videos=False)
    given = EstimatorSettings(
        model="capsule",
        weights="w.h5",
        engine="onnx",
        detector="yunet",
        detect_size=900,
        single_stage=True,
        any_angle=True,
        margin=0.2,
        finder_share=0.3,
        lens=Lens.of_field_of_view(60),
    )
    assert asked == [EstimatorSettings(), given]
