"""What the options of `fsanet estimate` come to."""

import argparse
import os

import pytest

from fsanet.cli import command_parser
from fsanet.commands.estimate import settings as estimate_settings
from fsanet.commands.estimate.settings import NOT_IN_ROWS, fingerprint
from fsanet.image.lens import Lens
from fsanet.inference.choose import EstimatorSettings
from fsanet.models.spec import get_spec


def parser() -> argparse.ArgumentParser:
    return command_parser(["estimate"])


def parser_of_estimate(whole: argparse.ArgumentParser) -> argparse.ArgumentParser:
    (verbs,) = (action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    return verbs.choices["estimate"]


def options(*words, of=None) -> argparse.Namespace:
    return (of or parser()).parse_args(["estimate", "photo.jpg", *words])


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


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ((), True),  # ONNX Runtime, which tells such as that it finds no library of CUDA
        (("--weights", "mine.onnx"), True),
        (("--weights", "mine.tflite"), False),
        (("--model", "capsule", "--weights", "mine.h5"), False),  # is exported first
        (("--engine", "keras"), False),
    ],
)
def test_notices_of_tensorflow_are_held_back_while_the_network_is_opened(words, seen, monkeypatch, tmp_path, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    (tmp_path / "mine.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setattr(estimate_settings, "choose_estimators", lambda *_: os.write(2, b"notice\n"))
    estimate_settings.estimators_of(options(*words), videos=False)
    assert capfd.readouterr().err == ("notice\n" if seen else "")


def test_weights_that_are_not_there_are_left_to_what_opens_them(asked):
    estimate_settings.estimators_of(options("--weights", "missing.h5"), videos=False)
    assert asked == [EstimatorSettings(weights="missing.h5")]


def test_an_option_that_is_new_changes_the_fingerprint():
    whole = parser()
    parser_of_estimate(whole).add_argument("--least-score", type=float)
    assert fingerprint(options(of=whole)) != fingerprint(options())
    assert fingerprint(options("--least-score", "0.9", of=whole)) != fingerprint(options(of=whole))


@pytest.mark.parametrize(
    "words",
    [
        ("--model", "capsule"),
        ("--detect-size", "900"),
        ("--finder-share", "0"),
        ("--camera", "60"),
        ("--detect-every", "2"),
        ("--no-smooth",),
        ("--neutral",),
    ],
)
def test_what_changes_rows_changes_the_fingerprint(words):
    assert fingerprint(options(*words)) != fingerprint(options())


@pytest.mark.parametrize(
    "words",
    [
        ("more.jpg",),  # rows are those of a source by its name
        ("--out", "elsewhere"),
        ("--rows", "more.jsonl"),
        ("--no-pictures",),
        ("--draw", "cube"),
        ("--show",),
        ("--workers", "1"),
        ("--cluster", "local:2"),
        ("--shards", "3"),
        ("--shard", "1/3"),
        ("--span", "90"),
        ("--quiet",),
        ("--verbose",),
    ],
)
def test_what_changes_no_row_leaves_the_fingerprint(words):
    assert options(*words) != options()
    assert fingerprint(options(*words)) == fingerprint(options())


def test_another_version_changes_the_fingerprint(monkeypatch):
    before = fingerprint(options())
    monkeypatch.setattr("fsanet.__version__", "0.0.1")
    assert fingerprint(options()) != before


@pytest.mark.parametrize("name", ["net.onnx", "net.h5", "net.bin", "exported/model.bin", "run/{0}/{0}.h5"])
def test_weights_are_told_by_their_content_wherever_they_lie(tmp_path, monkeypatch, name):
    weights = {"net.bin": "net.xml", "exported/model.bin": "exported", "run/{0}/{0}.h5": "run"}.get(name, name)
    prints = []
    for folder, content in (("one", b"first"), ("two", b"first"), ("two", b"second")):
        file = tmp_path / folder / name.format(get_spec("var_capsule").save_name)
        file.parent.mkdir(parents=True, exist_ok=True)
        for beside in (file.parent / "net.xml", file.parent / "model.xml"):
            beside.touch()
        file.write_bytes(b"\x89HDF\r\n\x1a\n" + content)
        prints.append(fingerprint(options("--weights", str(tmp_path / folder / weights))))
    assert prints[0] == prints[1] != prints[2]


def test_a_camera_is_told_by_what_its_file_says(tmp_path):
    (file := tmp_path / "rgb.cal").write_text("500 0 320 0 500 240 0 0 1 640 480")
    before = fingerprint(options("--camera", str(file)))
    copy = tmp_path / "copy.cal"
    copy.write_text(file.read_text())
    assert fingerprint(options("--camera", str(copy))) == before
    file.write_text("510 0 320 0 510 240 0 0 1 640 480")
    assert fingerprint(options("--camera", str(file))) != before


def test_what_is_left_out_are_options_that_there_are():
    assert {action.dest for action in parser_of_estimate(parser())._actions} >= NOT_IN_ROWS


def test_the_fingerprint_holds_nothing_of_the_process():
    """Functions have another address in the next process, which would never resume."""
    assert " at 0x" not in fingerprint(options())
