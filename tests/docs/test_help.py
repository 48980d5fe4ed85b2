"""Every command and verb answers --help with an example of itself."""

import re
from importlib import import_module

import pytest

from fsanet.cli import VERBS
from fsanet.cli import main as fsanet_command
from fsanet.commands import finder
from tests.docs.documents import ROOT

_PROGRAMS = ("lib/fsanet", "data", "training_and_testing", "demo")
SOURCES = sorted(
    path
    for program in _PROGRAMS
    for path in (ROOT / program).rglob("*.py")
    if "\n@run_command\ndef main(" in path.read_text(encoding="utf-8")
)
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


@pytest.mark.parametrize("verb", [*VERBS, *(f"finder {name}" for name in finder.VERBS)])
def test_help_of_a_verb_has_an_example_of_it(verb, capsys):
    without_usage = help_of(fsanet_command, verb.split(), capsys).split("\n\n", 1)[1]
    assert re.search(rf"^ *fsanet {verb}\b", without_usage, re.MULTILINE), without_usage


def test_the_commands_are_found():
    assert {"fsanet.cli", "demo.demo", "demo.figures.__main__"} <= set(MODULES)
