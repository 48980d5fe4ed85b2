from pathlib import Path

import pytest

from fsanet.benchmarks import folder_options, light, limits
from fsanet.benchmarks.folder_options import estimator_of, photographs_parser


def test_options_have_the_defaults_of_the_benchmark():
    args = photographs_parser("About.", "photographs", limit=7).parse_args(["some/folder"])
    assert vars(args) == {"folder": Path("some/folder"), "detector": "yunet", "weights": "synthetic", "limit": 7}


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_no_photographs_are_refused(limit, capsys):
    with pytest.raises(SystemExit):
        photographs_parser(None, "photographs", limit=7).parse_args(["folder", "--limit", limit])
    assert f"must be a whole number, 1 or more, got {limit}" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "any_angle"), [([], False), (["--any-angle"], True)])
def test_the_estimator_follows_the_options(monkeypatch, given, any_angle):
    monkeypatch.setattr(folder_options, "HeadPoseEstimator", lambda **settings: settings)
    parser = photographs_parser(None, "photographs", limit=7)
    parser.add_argument("--any-angle", action="store_true")
    args = parser.parse_args(["folder", "--detector", "scout", "--weights", "a.h5", *given])
    assert estimator_of(args, args.any_angle) == {"weights": "a.h5", "detector": "scout", "any_angle": any_angle}


@pytest.mark.parametrize("benchmark", [light, limits])
def test_both_benchmarks_take_them(benchmark, capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--help"])
    help_text = capsys.readouterr().out
    assert benchmark.__doc__.splitlines()[0] in help_text
    assert all(option in help_text for option in ("FOLDER", "--detector", "--weights", "--limit"))
