"""Builds of one module: one, or two that clash."""

import sys
from importlib.metadata import distributions

import pytest

from fsanet.builds import ONNX_RUNTIME, OPENCV, clash_of_builds, installed_builds


@pytest.fixture
def install(monkeypatch, tmp_path):
    """Leaves what pip leaves of packages, in the one place that Python looks into."""
    monkeypatch.setattr(sys, "path", [str(tmp_path / "nowhere"), str(tmp_path)])
    return lambda *names: [(tmp_path / f"{name.replace('-', '_')}-4.11.0.dist-info").mkdir() for name in names]


@pytest.mark.parametrize("module", [OPENCV, ONNX_RUNTIME])
def test_this_environment_has_one_build(module):
    assert len(installed_builds(module)) == 1
    assert clash_of_builds(module) == ""


def test_it_is_what_the_standard_library_finds():
    names = {found.metadata["Name"] for found in distributions()}
    for module in (OPENCV, ONNX_RUNTIME):
        assert set(installed_builds(module)) == names & set(module.packages)


def test_builds_are_told_by_what_pip_leaves(install):
    install(OPENCV.packages[1], OPENCV.packages[2], "numpy")
    assert installed_builds(OPENCV) == list(OPENCV.packages[1:3])


def test_none_of_them_is_one_of_another_origin_and_no_clash(install):
    assert clash_of_builds(OPENCV) == ""


@pytest.mark.parametrize(
    ("module", "kept", "other", "versions"),
    [
        (OPENCV, "opencv-python", "opencv-python-headless", ">=4.11,<5"),
        (ONNX_RUNTIME, "onnxruntime-gpu", "onnxruntime", ">=1.20,<2"),
    ],
)
def test_two_builds_are_named_with_the_remedy(install, module, kept, other, versions):
    install(kept, other)
    text = clash_of_builds(module)
    assert text.startswith(f"{kept} and {other} are installed together")
    assert f"pip uninstall -y {kept} {other}; pip install --no-deps '{kept}{versions}'" in text
