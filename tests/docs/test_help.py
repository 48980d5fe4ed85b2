"""Every command and verb answers --help with an example of itself."""

import argparse
import re
from importlib import import_module

import pytest

from fsanet.cli import VERBS, command_parser
from fsanet.cli import main as fsanet_command
from fsanet.commands import finder
from fsanet.detectors.catalog import AUTO, BEST, DETECTORS
from fsanet.engines.choose import ENGINES
from fsanet.evaluation.finders.detectors import NAMES
from fsanet.image.face_crop import DETECTOR_MARGIN
from fsanet.inference.finder_share import FINDER_SHARE
from fsanet.inference.styles import STYLES
from fsanet.models.single_stage.table import FINDERS
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.weights.pretrained import BUNDLED_WEIGHTS, WEIGHTS
from tests.docs.documents import ROOT

_PROGRAMS = ("lib/fsanet", "data", "training_and_testing", "demo")
SOURCES = sorted(
    path
    for program in _PROGRAMS
    for path in (ROOT / program).rglob("*.py")
    if "\n@run_command\ndef main(" in path.read_text(encoding="utf-8")
)
SETS = {file.path.split("_models")[0] for file in (*BUNDLED_WEIGHTS, *WEIGHTS)}
# verb, option: what its help names, of tables that are loaded with more than help may wait for
TOLD = [
    ("estimate", "--detector", (*DETECTORS, f"{AUTO} ({BEST})")),
    ("estimate", "--engine", (AUTO, *ENGINES)),
    ("estimate", "--draw", STYLES),
    ("estimate", "--model", (DEFAULT_MODEL,)),
    ("estimate", "--weights", SETS),
    ("estimate", "--margin", (f"default: {DETECTOR_MARGIN:g}",)),
    ("estimate", "--finder-share", (f"default: {FINDER_SHARE:g}", BEST)),
    ("finder train", "--model", FINDERS),
    ("finder test", "--detector", NAMES),
]
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("lib.") for path in SOURCES]


def help_of(main, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("module", MODULES)
def test_help_has_an_example(module, capsys):
    without_usage = help_of(import_module(module).main, [], capsys).split("\n\n", 1)[1]
    command = re.escape(module.removesuffix(".__main__"))
    assert re.search(rf"(python -m {command}|make [a-z]+|fsanet [a-zA-Z]+)\b", without_usage), without_usage


def test_programs_that_are_no_verb_are_listed():
    listed = set(re.findall(r"`([a-z_.]+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    programs = {module.removeprefix("fsanet.") for module in MODULES if module.startswith("fsanet.")}
    assert {program.removesuffix(".__main__") for program in programs - {"cli"}} <= listed


@pytest.mark.parametrize("verb", [*VERBS, *(f"finder {name}" for name in finder.VERBS)])
def test_help_of_a_verb_has_an_example_of_it(verb, capsys):
    without_usage = help_of(fsanet_command, verb.split(), capsys).split("\n\n", 1)[1]
    assert re.search(rf"^ *fsanet {verb}\b", without_usage, re.MULTILINE), without_usage


def options_of(verbs: str) -> dict[str, argparse.Action]:
    """{option: what argparse knows of it} of a verb, or of one below another, such as `finder train`."""
    parser = command_parser()
    for verb in verbs.split():
        parser = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction)).choices[verb]
    return {name: action for action in parser._actions for name in action.option_strings}


@pytest.mark.parametrize(("verbs", "option", "rows"), TOLD, ids=lambda value: value if isinstance(value, str) else "")
def test_help_names_every_row_of_a_table(verbs, option, rows):
    action = options_of(verbs)[option]
    told = f"{action.help} {', '.join(action.choices or ())}"
    missing = [row for row in rows if not re.search(rf"(?<![\w.]){re.escape(row)}(?!\w|\.\d)", told)]
    assert not missing, f"the help of {option} says: {told}"


def test_the_commands_are_found():
    assert {"fsanet.cli", "demo.demo", "demo.figures.__main__"} <= set(MODULES)
