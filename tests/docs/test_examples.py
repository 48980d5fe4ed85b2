"""The scripts for schedulers call `fsanet` as it is meant, with a `fsanet` that writes down how it was called."""

import json
import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from fsanet import cli
from tests.docs.documents import ROOT

EXAMPLES = ROOT / "docs" / "examples"
pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
RECORDER = """#!{python}
import json, os, sys
with open({calls!r}, "a") as file:
    file.write(json.dumps([os.environ.get("FSANET_CORES"), *sys.argv[1:]]) + "\\n")
"""
# as GNU parallel does it: without --quote a shell gets the words, joined
PARALLEL = """#!{python}
import subprocess, sys
words, valued, quote = sys.argv[1:], {{"--jobs", "--retries", "--joblog", "--env"}}, False
while words[0].startswith("-"):
    quote |= words[0] == "--quote"
    del words[: 2 if words[0] in valued else 1]
for line in sys.stdin:
    called = [word.replace("{{}}", line.strip()) for word in words]
    subprocess.run(called if quote else " ".join(called), shell=not quote)
"""


@pytest.fixture
def called(tmp_path):
    """Runs a command with the recorder for `fsanet`; the calls, each with FSANET_CORES before its words."""
    programs, calls = tmp_path / "bin", tmp_path / "calls.jsonl"
    programs.mkdir()
    texts = {"fsanet": RECORDER} | ({} if shutil.which("parallel") else {"parallel": PARALLEL})
    for name, text in texts.items():
        (programs / name).write_text(text.format(python=sys.executable, calls=str(calls)))
        (programs / name).chmod(0o755)

    def run(*command: str | Path, **environment: str) -> list[list[str]]:
        without = {name: value for name, value in os.environ.items() if not name.startswith("FSANET")}
        path = os.pathsep.join((str(programs), os.environ["PATH"]))
        subprocess.run(command, env=without | {"PATH": path} | environment, cwd=tmp_path, check=True)
        return sorted(json.loads(line) for line in calls.read_text().splitlines())

    return run


def options(call: list[str]):
    """What `fsanet` understands of a call."""
    return cli.command_parser(call[1:]).parse_args(call[1:])


def shards_of(calls: list[list[str]]) -> list[str]:
    return [str(options(call).shard) for call in calls]


@pytest.mark.parametrize("number", ["1", "3", "64"])
def test_a_slurm_task_that_is_submitted_again_takes_the_same_shard(called, number):
    again = {"SLURM_ARRAY_TASK_ID": number, "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_CPUS_PER_TASK": "1"}
    [call] = called("bash", EXAMPLES / "slurm.sh", "my photos", "out", **again)
    assert call[0] == "1"
    assert options(call).sources == ["my photos"]
    assert str(options(call).shard) == f"{number}/64"


def test_the_slurm_array_has_as_many_tasks_as_there_are_shards():
    lines = (EXAMPLES / "slurm.sh").read_text().splitlines()
    assert "#SBATCH --array=1-64" in lines
    assert any(line.startswith("shards=64 ") for line in lines)


@pytest.mark.parametrize("photos", ["my photos", 'Jo\'s $HOME; touch oops `id` "x" *'])
def test_parallel_passes_every_name_as_it_is(called, tmp_path, photos):
    calls = called("bash", EXAMPLES / "parallel.sh", photos, "the out", "2")
    *shards, merge = calls
    assert merge == ["1", "merge", "the out"]
    assert all(call[0] == "1" and options(call).sources == [photos] for call in shards)
    assert shards_of(shards) == [f"{number}/8" for number in range(1, 9)]
    assert not (tmp_path / "oops").exists()


def test_the_pods_of_kubernetes_take_all_shards_on_one_core_each(called):
    yaml = pytest.importorskip("yaml", reason="reads the example")
    job = yaml.safe_load((EXAMPLES / "kubernetes.yaml").read_text())["spec"]
    [container] = job["template"]["spec"]["containers"]
    variables = {entry["name"]: entry["value"] for entry in container["env"]}
    assert container["resources"]["limits"]["cpu"] == variables["FSANET_CORES"]
    for index, calls in zip(range(3), count(1), strict=False):
        found = called(*container["command"], *container["args"], **variables, JOB_COMPLETION_INDEX=str(index))
        assert len(found) == calls
    assert shards_of(found) == [f"{number}/{job['completions']}" for number in (1, 2, 3)]
    assert {call[0] for call in found} == {"1"}
