"""The `bench` command: sections that are asked for, their tables, files and exit codes."""

import json
import subprocess
import sys

import cv2
import pytest

from fsanet.benchmarks.speed.catalog import ON_REQUEST, SECTIONS
from fsanet.benchmarks.speed.measurement import Effort, Row, Section
from fsanet.benchmarks.speed.report import as_text
from fsanet.cli import main
from fsanet.commands import bench
from fsanet.errors import InputError

ENGINES = Section(
    "engines",
    "Crops to angles",
    [
        Row("ONNX Runtime, batch 1", "ms", (0.6, 0.7, 0.65), {"faces/s": 1538.4}),
        Row("Keras, batch 64", "ms", (80.0, 90.0, 85.0), {"faces/s": 752.9, "times": 1.0}),
        Row("product", "GFLOP/s", (208.0,)),
    ],
    ["The peer: it is not there."],
)


@pytest.fixture
def measured(monkeypatch):
    """Sections that were run, with their effort; 'start' fails."""
    made = []

    def get(name):
        def run(effort):
            made.append((name, effort))
            if name == "start":
                raise InputError("the command ended with 1")
            return ENGINES

        return run

    monkeypatch.setattr(bench, "get_section", get)
    return made


def test_table():
    assert as_text(ENGINES).splitlines() == [
        "Crops to angles",
        "                       median           half of the rounds  faces/s  times",
        "ONNX Runtime, batch 1   0.650  ms           0.625 to 0.675    1,538",
        "Keras, batch 64          85.0  ms             82.5 to 87.5      753   1.00",
        "product                   208  GFLOP/s",
        "Left out: The peer: it is not there.",
    ]


def test_files_of_a_section(measured, tmp_path, capsys):
    assert main(["bench", "--only", "engines", "--quick", "--out", str(tmp_path)]) == 0
    assert "Left out: The peer" in capsys.readouterr().out
    found = json.loads((tmp_path / "engines.json").read_text())
    assert found["rows"][0] == {
        "name": "ONNX Runtime, batch 1",
        "unit": "ms",
        "median": 0.65,
        "quartiles": [0.625, 0.675],
        "rounds": [0.6, 0.7, 0.65],
        "faces/s": 1538.4,
    }
    assert found["left_out"] == ENGINES.left_out
    assert {"processor", "cores", "load", "onnxruntime"} <= set(found["conditions"])
    picture = cv2.imread(str(tmp_path / "engines.png"))
    assert min(picture.shape[:2]) > 200
    assert picture.std() > 10
    assert sorted(file.name for file in tmp_path.iterdir()) == ["engines.json", "engines.png"]


def test_nothing_is_measured_for_a_place_that_cannot_be(measured, tmp_path, capsys):
    (tmp_path / "taken").touch()
    assert main(["bench", "--only", "engines", "--out", str(tmp_path / "taken")]) == 1
    assert "taken' is there already, and is no folder" in capsys.readouterr().err
    assert not measured


def test_all_but_those_on_request_are_the_default(measured, tmp_path):
    assert main(["bench", "--out", str(tmp_path)]) == 3  # 'start' failed
    assert [name for name, _ in measured] == [name for name in SECTIONS if name not in ON_REQUEST]
    assert {effort for _, effort in measured} == {Effort()}


def test_a_section_that_fails_is_named_and_the_others_are_kept(measured, tmp_path, capsys):
    assert main(["bench", "--only", "start", "video", "--out", str(tmp_path)]) == 3
    assert "Section 'start' is left out: the command ended with 1" in capsys.readouterr().err
    assert (tmp_path / "video.json").is_file()


def test_nothing_measured_is_an_error(measured, tmp_path):
    assert main(["bench", "--only", "start", "--out", str(tmp_path)]) == 1
    assert not list(tmp_path.iterdir())


def test_an_unknown_section_lists_the_known_ones(tmp_path, capsys):
    assert main(["bench", "--only", "caffe", "--out", str(tmp_path)]) == 1
    assert f"The sections are: {', '.join(SECTIONS)}." in capsys.readouterr().err


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_is_there_and_none_needs_an_extra_to_be_looked_at(name):
    code = (
        "import sys; from importlib import import_module; from fsanet.errors import EXTRAS\n"
        "sys.modules.update(dict.fromkeys(EXTRAS))\n"  # None: an import of it fails
        f"print(callable(import_module('fsanet.benchmarks.speed.{name}').run))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.fixture
def without_av(monkeypatch):
    """A section that finds, when it is measured, that PyAV is not installed."""

    def run(effort):
        raise ModuleNotFoundError("No module named 'av'", name="av")

    monkeypatch.setattr("fsanet.benchmarks.speed.video.run", run)
    monkeypatch.setattr("fsanet.benchmarks.speed.engines.run", lambda effort: ENGINES)


def test_a_section_whose_package_is_missing_is_left_out_with_the_extra_that_brings_it(without_av, tmp_path, capsys):
    assert main(["bench", "--only", "video", "engines", "--out", str(tmp_path)]) == 3
    left_out = "Section 'video' is left out: This needs av, which is not installed: pip install 'fsanet[video]'."
    assert left_out in capsys.readouterr().err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["engines.json", "engines.png"]


def test_without_matplotlib_the_charts_alone_are_left_out(measured, tmp_path, capsys, monkeypatch):
    for module in ("matplotlib", "matplotlib.figure", "matplotlib.backends.backend_agg"):
        monkeypatch.setitem(sys.modules, module, None)
    assert main(["bench", "--only", "engines", "--out", str(tmp_path)]) == 0
    assert "engines.png' is left out: This needs matplotlib, which is not installed" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["engines.json"]
