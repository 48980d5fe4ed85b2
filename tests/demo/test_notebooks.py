"""The notebooks run, are small, say what they show, and keep their outputs."""

import re

import nbformat
import pytest

from demo import run_notebooks
from fsanet.models.spec import default_weights
from fsanet.weights.pretrained import find_weights

PATHS = sorted(run_notebooks.NOTEBOOKS.glob("*.ipynb"))
SMALL_BYTES = 400_000
# What the test makes less of in a notebook; the figures that it shows need all of it.
LESS = {
    "4_own_set": {
        '"masks", 300,': '"masks", 40,',
        '"masks_test", 100,': '"masks_test", 24,',
        "range(0, 240, 20)": "range(12)",
        "--epochs 12": "--epochs 1",
    },
    "6_adapt": {"steps=60, rise_steps=40,": "steps=3, rise_steps=2,"},
}
each = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def weights():
    """The estimator's default weights; skips where they are not on this machine."""
    try:
        return find_weights("capsule", default_weights("capsule"))
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@each
@pytest.mark.slow
def test_notebook_runs(path, weights, tmp_path):
    executed = run_notebooks.run(with_less(path, tmp_path))
    assert all(cell.execution_count for cell in executed.cells if cell.cell_type == "code")


@pytest.mark.parametrize(
    "text", ["# Heads", "", "[]", '{"cells": 3}', '{"cells": [{}], "nbformat": 4, "metadata": {}}']
)
def test_what_is_no_notebook_is_one_sentence(tmp_path, capsys, text):
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    assert run_notebooks.main([str(path), "--quiet"]) == 1
    assert capsys.readouterr().err.startswith(f"error: '{path}' is no notebook: ")


def with_less(path, folder):
    """The notebook with `LESS` of what takes its time."""
    notebook = nbformat.read(path, 4)
    for more, less in LESS.get(path.stem, {}).items():
        [cell] = [cell for cell in notebook.cells if cell.cell_type == "code" and more in cell.source]
        cell.source = cell.source.replace(more, less)
    nbformat.write(notebook, folder / path.name)
    return folder / path.name


@each
def test_notebook_is_small_and_has_pictures_and_no_errors(path):
    assert path.stat().st_size < SMALL_BYTES
    outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert outputs


@each
def test_notebook_opens_with_what_it_shows_and_how_long_it_takes(path):
    first = nbformat.read(path, 4).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {path.stem[0]}. ")
    assert re.search(r"\bminutes?\b", first.source)


@each
def test_committed_outputs_name_no_folder_of_this_machine(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|Users|work)/", text)


def test_a_failing_cell_is_named(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('before')\n1 / 0")])
    path = tmp_path / "wrong.ipynb"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"'wrong\.ipynb' fails: (?s:.)*ZeroDivisionError"):
        run_notebooks.run(path)
    assert run_notebooks.main(["--quiet", str(path)]) == 1
    assert path.read_bytes() == before
    with pytest.raises(FileNotFoundError, match="No notebook at"):
        run_notebooks.run(tmp_path / "missing.ipynb")


def test_outputs_are_kept(tmp_path):
    path = tmp_path / "sum.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(20 + 22)")]), path)
    assert run_notebooks.main(["--quiet", "--check", str(path)]) == 0
    assert not nbformat.read(path, 4).cells[0].outputs
    assert run_notebooks.main(["--quiet", str(path)]) == 0
    assert nbformat.read(path, 4).cells[0].outputs[0].text == "42\n"
