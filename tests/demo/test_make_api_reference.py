"""The API reference can be made, and shows what is public in words that a reader knows."""

import subprocess
import sys

import pytest

from tests.docs.documents import ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The reference, made in a process of its own: names of types are changed for it."""
    folder = tmp_path_factory.mktemp("api")
    command = [sys.executable, "-m", "demo.make_api_reference", "--out", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_every_module_has_a_page_and_types_have_short_names(pages):
    modules = [path for path in (ROOT / "lib" / "fsanet").rglob("*.py") if path.name != "__init__.py"]
    for module in modules:
        page = pages / module.relative_to(ROOT / "lib").with_suffix(".html")
        assert page.is_file(), module
    text = (pages / "fsanet" / "inference" / "estimator.html").read_text(encoding="utf-8")
    assert "_SupportsArray" not in text
    assert "keras.src.models" not in (pages / "fsanet" / "models" / "explain.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_calling_an_object_does_is_on_its_page(pages):
    text = (pages / "fsanet" / "inference" / "estimator.html").read_text(encoding="utf-8")
    assert 'id="HeadPoseEstimator.__call__"' in text
    assert "empty where no face is found" in text
