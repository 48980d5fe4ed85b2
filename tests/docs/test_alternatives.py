"""What the comparison says of this project is what the code and the files say."""

import re
import tomllib

import pytest

from fsanet.detectors.catalog import BUILDERS
from fsanet.evaluation.poses.paper_figures import PAPER
from fsanet.export.formats.table import FORMATS
from fsanet.models.spec import get_spec
from fsanet.weights.pretrained import find_weights
from tests.docs.documents import ROOT


@pytest.fixture(scope="module")
def rows():
    """{name of the row: its cells} of the comparison."""
    text = (ROOT / "docs" / "alternatives.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return {name.strip(): [cell.strip() for cell in cells] for name, *cells in lines}


def test_every_row_has_a_cell_for_each_of_the_four(rows):
    assert len(rows) > 8
    assert {len(cells) for cells in rows.values()} == {4}


def test_ours_are_the_sizes_of_the_bundled_files(rows):
    sizes = [find_weights(name, "synthetic").stat().st_size / 1e6 for name in get_spec("fusion_capsule").members]
    assert rows["weight file"][-1] == f"{sizes[0]:.1f} MB; {sum(sizes):.1f} MB for the fusion of three"


def test_ours_are_the_python_versions_of_the_package(rows):
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    versions = re.findall(r"Python :: (3\.\d+)", "\n".join(package["project"]["classifiers"]))
    assert package["project"]["requires-python"] == f">={versions[0]}"
    assert f"Python {versions[0]} to {versions[-1]}" in rows["runs on"][-1]


def test_ours_are_the_detectors_formats_and_input_that_there_are(rows):
    assert {name.lower() for name in re.findall(r"[A-Z]\w+", rows["finds the faces"][-1])} == set(BUILDERS)
    named = rows["exports"][-1].lower().replace(" ", "").replace("_", "")
    assert [form for form in FORMATS if form != "keras" and form.replace("_", "") not in named] == []
    side = get_spec("fusion_capsule").image_size
    assert rows["network's input"][-1] == f"{side}x{side}"


def test_the_original_has_the_errors_of_its_paper(rows):
    paper = [PAPER["300W_LP", test_set, "fusion_capsule"].mae for test_set in ("AFLW2000", "BIWI_noTrack")]
    (cells,) = (cells for name, cells in rows.items() if name.startswith("MAE in the paper"))
    assert cells[0] == " / ".join(f"{mae:.2f}" for mae in paper)
