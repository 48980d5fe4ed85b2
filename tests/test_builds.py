"""Builds of one module: one, or two that clash."""

import pytest

from fsanet import builds
from fsanet.builds import ONNX_RUNTIME, OPENCV, clash_of_builds, installed_builds


@pytest.fixture
def there(monkeypatch) -> set[str]:
    """The packages that pip knows of."""
    names: set[str] = set()

    def distribution(name):
        if name not in names:
            raise builds.PackageNotFoundError(name)

    monkeypatch.setattr(builds, "distribution", distribution)
    return names


@pytest.mark.parametrize("module", [OPENCV, ONNX_RUNTIME])
def test_this_environment_has_one_build(module):
    assert len(installed_builds(module)) == 1
    assert clash_of_builds(module) == ""


def test_builds_are_told_by_what_pip_knows(there):
    there |= {OPENCV.packages[1], OPENCV.packages[2], "numpy"}
    assert installed_builds(OPENCV) == list(OPENCV.packages[1:3])


def test_none_of_them_is_one_of_another_origin_and_no_clash(there):
    assert clash_of_builds(OPENCV) == ""


@pytest.mark.parametrize(
    ("module", "kept", "other", "versions"),
    [
        (OPENCV, "opencv-python", "opencv-python-headless", ">=4.11,<5"),
        (ONNX_RUNTIME, "onnxruntime-gpu", "onnxruntime", ">=1.20,<2"),
    ],
)
def test_two_builds_are_named_with_the_remedy(there, module, kept, other, versions):
    there |= {kept, other}
    text = clash_of_builds(module)
    assert text.startswith(f"{kept} and {other} are installed together")
    assert f"pip uninstall -y {kept} {other}; pip install --no-deps '{kept}{versions}'" in text
