"""Every command, option and link in the documents exists."""

import contextlib
import functools
import io
import re
import shlex
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from fsanet.cli import main as fsanet_command
from tests.docs.documents import PAGES, ROOT, commands, links

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = sorted({(str(page.relative_to(ROOT)), command) for page in PAGES for command in commands(page)})


def of(program):
    return [
        pytest.param(page, command, id=f"{page}: {command}")
        for page, command in COMMANDS
        if command.startswith(program)
    ]


def words_of(command):
    """Words of a command as documents write it: [optional] parts count, "..." and what follows a pipe does not."""
    plain = re.split(r"\s[|>]\s|;|&&", command)[0]
    return [word for word in shlex.split(re.sub(r"[\[\]]", " ", plain)) if word != "..."]


def recipe(target):
    """The rule of a target and the rules it needs."""
    found = re.search(rf"^{re.escape(target)}:([^#\n]*)(?:##[^\n]*)?\n((?:\t.*\n|\n(?=\t))*)", MAKEFILE, re.MULTILINE)
    return found[0] if found else ""


@pytest.mark.parametrize(("page", "command"), of("make "))
def test_make_target_and_its_variables_exist(page, command):
    targets, variables = [], []
    for word in words_of(command)[1:]:
        (variables if "=" in word else targets).append(word.split("=")[0])
    assert targets
    for target in targets:
        assert recipe(target), f"{page} names `make {target}`, which the Makefile does not have"
    rules = "".join(recipe(target) for target in targets)
    for variable in variables:
        assert re.search(rf"\$\(({variable})\)", rules + setup_rule()), (
            f"{page}: `make {targets[0]}` takes no {variable}="
        )


def setup_rule():
    return MAKEFILE.split("lint:")[0]


@functools.cache
def help_of(*words):
    """Help text of `fsanet`, or of one of its subcommands."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        fsanet_command([*words, "--help"])
    return out.getvalue()


@pytest.mark.parametrize(("page", "command"), of("fsanet "))
def test_fsanet_subcommand_and_its_options_exist(page, command):
    _, subcommand, *words = words_of(command)
    assert re.search(rf"^\s+{subcommand}\s", help_of(), re.MULTILINE), f"{page} names `fsanet {subcommand}`"
    within = getattr(import_module(f"fsanet.commands.{subcommand}"), "VERBS", {})
    parts = [word for word in words[:1] if word in within]
    assert parts or not (within and words), f"{page}: `fsanet {subcommand}` has no '{words[0]}'"
    for option in (word.split("=")[0] for word in words if word.startswith("--")):
        assert re.search(rf"(?<!\w){option}(?![\w-])", help_of(subcommand, *parts)), (
            f"{page}: no {option} in `fsanet {subcommand}`"
        )


@pytest.mark.parametrize(("page", "command"), of("python"))
def test_python_module_and_its_options_exist(page, command):
    module, *words = words_of(command)[2:]
    spec = find_spec(module)
    assert spec is not None, f"{page} names `python -m {module}`"
    if module.split(".")[0] in {"fsanet", "data", "demo", "training_and_testing"}:
        file = Path(spec.origin)
        file = file.with_name("__main__.py") if file.name == "__init__.py" else file
        source = file.read_text(encoding="utf-8")
        for shared in re.findall(r"^from (fsanet\.benchmarks\.\w+) import", source, re.MULTILINE):
            source += Path(find_spec(shared).origin).read_text(encoding="utf-8")  # options that benchmarks share
        for option in (word.split("=")[0] for word in words if word.startswith("--")):
            assert f'"{option}"' in source or option == "--help", f"{page}: no {option} in {module}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in links(page):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve()
        assert linked.exists(), f"{page.name} links to {target}"
        if anchor and linked.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{page.name} links to {target}; {linked.name} has {sorted(anchors)}"


def test_the_checks_see_commands_at_all():
    assert any(command == "make demo" for _, command in COMMANDS)
    assert any(command.startswith("fsanet estimate") for _, command in COMMANDS)
