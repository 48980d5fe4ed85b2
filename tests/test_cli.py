"""The frame of the `fsanet` command: verbs, their shared vocabulary, what is imported when."""

import argparse
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

import pytest

from fsanet import cli, commands
from fsanet.commands import finder
from fsanet.console import EXIT_BUG, EXIT_ERROR, EXIT_OK
from fsanet.options import VOCABULARY
from tests.docs.documents import ROOT

_HELPERS = {"twins"}


def parsers(parser: argparse.ArgumentParser | None = None, before: str = "") -> dict[str, argparse.ArgumentParser]:
    """{verb: its parser}, verbs within verbs too, such as "finder train"."""
    found = {}
    for action in (parser or cli.command_parser())._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, verb in action.choices.items():
                found |= {f"{before}{name}": verb} | parsers(verb, f"{before}{name} ")
    return found


PARSERS = parsers()


def files_of(package: ModuleType) -> set[str]:
    """Names of the modules and packages within a package."""
    return {module.name for module in pkgutil.iter_modules(package.__path__)}


def test_the_table_has_every_verb_that_there_is():
    assert set(cli.VERBS) == files_of(commands) - _HELPERS
    assert set(finder.VERBS) == files_of(finder) - {"folders"}


def test_verbs_within_verbs_are_found():
    assert {"estimate", "finder", "finder train"} <= set(PARSERS)


@pytest.mark.parametrize("verb", PARSERS)
def test_options_of_the_vocabulary_mean_the_same_in_every_verb(verb):
    seen = {action.option_strings[0]: action.help for action in PARSERS[verb]._actions if action.option_strings}
    assert {"-v", "-q", "-h"} <= set(seen)
    for name in seen.keys() & VOCABULARY.keys():
        assert seen[name].startswith(VOCABULARY[name]), name


@pytest.mark.parametrize("verb", PARSERS)
def test_no_verb_says_a_word_of_the_vocabulary_in_another_way(verb):
    names = {name for action in PARSERS[verb]._actions for name in action.option_strings}
    assert not names & {"--data", "--db", "--output", "--runs", "--data-folder", "--frames", "--count"}


def test_a_verb_is_needed(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([])
    assert stopped.value.code == 2
    assert "VERB" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"fsanet {version('fsanet')}\n"


@pytest.mark.parametrize("verb", ["estimate a.jpg", "render", "prepare"])
def test_an_empty_cluster_is_not_taken_for_none(verb, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([*verb.split(), "--cluster", ""])
    assert stopped.value.code == 2
    assert "--cluster: must be local:N or the address of a scheduler, got an empty word" in capsys.readouterr().err


def test_models_are_listed(capsys):
    assert cli.main(["models"]) == EXIT_OK
    assert "var_capsule" in capsys.readouterr().out.split()


def run_python(*words) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)


def test_python_dash_m_is_the_same_command(capsys):
    cli.main(["models"])
    assert run_python("-m", "fsanet", "models").stdout == capsys.readouterr().out


def test_help_imports_no_verb_and_no_network():
    code = (
        "import sys, contextlib\nfrom fsanet.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "verbs = {'fsanet.commands.' + verb for verb in ('estimate', 'train', 'prepare')}\n"
        "sys.exit(', '.join(({'tensorflow', 'keras', 'cv2', 'scipy', 'onnxruntime'} | verbs) & set(sys.modules)) or 0)"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["finder", "--help"], ["finder", "-q", "train", "--help"], ["finder", "test", "-h"]])
def test_help_of_a_verb_within_a_verb_imports_no_network_and_no_other_verb(words):
    others = {f"fsanet.commands.finder.{name}" for name in finder.VERBS if name not in words}
    heavy = {"tensorflow", "keras", "numpy", "cv2", "scipy", "onnxruntime", "fsanet.commands.train"} | others
    code = (
        "import sys, contextlib\nfrom fsanet.cli import main\n"
        f"with contextlib.suppress(SystemExit): main({words})\n"
        f"sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: fsanet finder ")


@pytest.mark.parametrize(
    ("words", "level"),
    [("finder bank", 0), ("finder bank -q", -1), ("finder -q bank", -1), ("finder bank -v", 1), ("finder -v bank", 1)],
)
def test_messages_of_a_verb_within_a_verb_are_chosen_before_and_behind_it(words, level):
    args = cli.command_parser(words.split()).parse_args(words.split())
    assert args.verbose - args.quiet == level


def test_a_verb_within_a_verb_is_needed(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["finder", "--quiet"])
    assert stopped.value.code == 2
    assert "arguments are required: WHAT" in capsys.readouterr().err


def test_estimate_loads_no_tensorflow():
    code = (
        "import sys\nfrom fsanet.cli import main\nmain(['estimate', 'no.jpg'])\n"
        "sys.exit(', '.join({'tensorflow', 'keras', 'scipy', 'numba', 'matplotlib'} & set(sys.modules)) or 0)"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr


def test_every_verb_tells_its_options_in_a_plain_installation():
    extras = {"matplotlib", "numba", "scipy", "keras", "tensorflow", "h5py", "onnx", "openvino", "polars", "dask"}
    code = (
        "import sys\nfrom fsanet.cli import VERBS, command_parser\n"
        f"sys.modules.update(dict.fromkeys({sorted(extras)}))\n"
        "print(all(verb in command_parser().format_help() for verb in VERBS))"
    )
    done = run_python("-c", code)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_verbs_and_options(shell, capsys):
    pytest.importorskip("shtab")
    assert cli.main(["completion", shell]) == EXIT_OK
    script = capsys.readouterr().out
    assert "estimate" in script
    assert "--detect-every" in script or "detect-every" in script


def test_completion_without_its_package_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["completion", "bash"]) == EXIT_ERROR
    assert "pip install 'fsanet[completion]'" in capsys.readouterr().err


def test_a_bug_in_a_verb_is_no_error_of_the_person(monkeypatch, capsys):
    def run(args):
        raise ValueError("operands could not be broadcast together")

    monkeypatch.delenv("FSANET_DEBUG", raising=False)
    monkeypatch.setattr(import_module("fsanet.commands.models"), "run", run)
    assert cli.main(["models"]) == EXIT_BUG
    assert "Traceback" in capsys.readouterr().err


def test_quiet_and_verbose_exclude_each_other(capsys):
    with pytest.raises(SystemExit):
        cli.main(["models", "-v", "--quiet"])
    assert "not allowed with" in capsys.readouterr().err


def needs_of(verb: str) -> set[str]:
    return set(getattr(import_module(f"fsanet.commands.{verb.replace(' ', '.')}"), "NEEDS", ()))


def test_the_page_on_installing_names_for_each_verb_the_extras_that_it_needs():
    page = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    named: dict[str, set[str]] = {}
    for extra, of_extra in re.findall(r"^\| `(keras|render|export|scenes)` \|[^|]*\|([^|]*)\|$", page, re.MULTILINE):
        without_asides = re.sub(r"\(.*?\)", "", of_extra)
        for verb in set(re.findall(r"`([a-z ]+)`", without_asides)) & set(PARSERS):
            named.setdefault(verb, set()).add(extra)
    assert named == {verb: needs_of(verb) for verb in PARSERS if needs_of(verb)}


@pytest.mark.parametrize(
    ("words", "package", "extras"),
    [
        ("export", "keras", "keras,export"),
        ("export", "onnx", "keras,export"),
        ("train", "matplotlib", "keras"),
        ("test", "matplotlib", "render"),
        ("test", "keras", "render,keras"),
        ("finder train", "numba", "keras,render"),
        ("models", "keras", "keras"),
    ],
)
def test_a_verb_that_lacks_a_package_names_all_extras_that_it_needs(words, package, extras, monkeypatch, capsys):
    def run(args):
        raise ModuleNotFoundError(f"No module named '{package}'", name=package)

    monkeypatch.setattr(import_module(f"fsanet.commands.{words.replace(' ', '.')}"), "run", run)
    assert cli.main(words.split()) == EXIT_ERROR
    said = f"error: This needs {package}, which is not installed: pip install 'fsanet[{extras}]'.\n"
    assert capsys.readouterr().err == said
