import csv
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from fsanet.benchmarks.adaptation import __main__ as command
from fsanet.benchmarks.adaptation.paper import PAPER
from fsanet.benchmarks.adaptation.report import as_text, draw_rows, write_csv
from fsanet.benchmarks.adaptation.results import Row
from fsanet.console import EXIT_ERROR, EXIT_OK
from tests.fixtures.tiny_training import SIZE


def row(scenario, method, mae, setting="", effective=50.0):
    return Row(scenario, method, setting, np.array([1.0, 2.0, 3.0, mae]), np.full(4, 0.25), 3, 0.5, effective)


ROWS = [row("closed", "none", 5.0), row("partial", "none", 6.0), row("partial", "oracle", 2.0, effective=0.0)]


def test_the_table_has_ours_beside_the_papers():
    lines = as_text(ROWS).splitlines()
    assert lines[0].split() == ["pitch", "yaw", "roll", "MAE", "spread", "paper", "source", "as", "equal"]
    assert lines[2].split() == ["none", "1.00", "2.00", "3.00", "5.00", "0.25", "4.58", "50%", "50"]
    assert lines[-1].split() == ["oracle", "1.00", "2.00", "3.00", "2.00", "0.25", "-", "-"]


def test_rows_as_csv(tmp_path):
    write_csv([row("partial", "rcrw", 6.0, "neighbours=5")], tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="") as file:
        [read] = csv.DictReader(file)
    assert (read["method"], read["setting"], read["mae"], read["yaw"]) == ("rcrw", "neighbours=5", "6.0000", "2.0000")
    assert (read["mae_paper"], read["yaw_paper"]) == ("3.86", "")


def test_the_chart_is_drawn(tmp_path):
    draw_rows(ROWS, tmp_path / "chart.png")
    draw_rows(ROWS[:1], tmp_path / "one.png")
    assert cv2.imread(str(tmp_path / "chart.png")).std() > 10
    assert cv2.imread(str(tmp_path / "one.png")).shape[1] < cv2.imread(str(tmp_path / "chart.png")).shape[1]


def test_the_page_prints_the_papers_figures(repository):
    """One row a figure: the page and the table in the code say the same."""
    text = Path(repository / "docs/adaptation.md").read_text(encoding="utf-8")
    printed = [tuple(map(float, re.findall(r"\d+\.\d+", line))) for line in text.splitlines() if line.startswith("|")]
    for key, (mae, *angles) in PAPER.items():
        assert tuple(a for a in (*angles, mae) if a is not None) in printed, key


@pytest.mark.usefixtures("small_network")
def test_the_command_goes_on_where_it_was(tmp_path, sets, capsys):
    paths = []
    for name, part in sets._asdict().items():
        part.save(tmp_path / f"{name}.npz")
        paths.append(str(tmp_path / f"{name}.npz"))
    settings = ["model=ssrnet_ori_mt", f"image_size={SIZE}", "batch_size=8", "steps=2", "steps_before=2"]
    words = ["--sets", *paths, "--setting", *settings, "--out", str(tmp_path / "out"), "--seeds", "1", "--quiet"]
    words += ["--scenarios", "partial", "--methods", "none", "padaco"]
    assert command.main(words) == EXIT_OK
    first = capsys.readouterr().out
    assert "padaco" in first
    assert {path.name for path in (tmp_path / "out").glob("*.*")} == {
        "adaptation.csv", "adaptation.png", "features.png", "counts.png"
    }  # fmt: skip
    files = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out/runs").iterdir()}
    assert len(files) == 3
    assert command.main([*words, "--sweep", "neighbours=20,5"]) == EXIT_OK
    swept = capsys.readouterr().out
    assert "padaco neighbours=5" in swept
    assert (tmp_path / "out/sweep.png").is_file()
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out/runs").iterdir()}
    assert len(now) == 4
    assert files.items() <= now.items()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--sweep", "neighbours"], "varies nothing"),
        (["--sweep", "magic=3"], "magic"),
        (["--setting", "steps=0"], "steps is at least 1"),
        (["--sets", "a.npz", "b.npz", "c.npz"], "No pose set at 'a.npz'"),
    ],
)
def test_bad_input_is_one_sentence(words, sentence, capsys, tmp_path):
    assert command.main([*words, "--out", str(tmp_path)]) == EXIT_ERROR
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert sentence in said[0]
