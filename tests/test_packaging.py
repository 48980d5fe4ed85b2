"""The lists of requirements agree, a plain installation stays light, and wheel and clone need one OpenCV each."""

import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETUP = runpy.run_path(str(ROOT / "setup.py"))


def requirements_txt() -> dict[str, str]:
    """{package: version range} of requirements.txt."""
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    return dict(split_requirement(line) for line in lines if line)


def split_requirement(text: str) -> tuple[str, str]:
    name = text.split(">")[0].split("<")[0].split("=")[0].strip()
    return name, text[len(name) :].replace(" ", "")


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_plain_installation_is_light():
    names = {split_requirement(text)[0] for text in SETUP["dependencies"]("wheel")}
    assert names == {"numpy", "opencv-python-headless", "onnxruntime", "tqdm"}


def test_a_clone_differs_from_a_wheel_in_its_opencv_alone():
    wheel, clone = (set(map(split_requirement, SETUP["dependencies"](kind))) for kind in ("wheel", "clone"))
    [(headless, versions)], [(windows, versions_of_clone)] = wheel - clone, clone - wheel
    assert (headless, windows) == ("opencv-python-headless", "opencv-python")
    assert versions == versions_of_clone


def test_every_requirement_of_the_package_is_in_requirements_txt_with_the_same_range():
    listed = requirements_txt()
    extras = {name: group for name, group in project()["optional-dependencies"].items() if name != "gpu"}
    wanted = SETUP["dependencies"]("clone") + [text for group in extras.values() for text in group]
    for name, versions in map(split_requirement, wanted):
        assert listed[name] == versions, name


def test_the_package_for_gpus_has_the_range_of_that_for_processors():
    (name, versions), *_ = map(split_requirement, project()["optional-dependencies"]["gpu"])
    assert (name, versions) == ("onnxruntime-gpu", requirements_txt()["onnxruntime"])


def test_every_range_is_bounded_on_both_sides():
    for name, versions in requirements_txt().items():
        assert ">=" in versions, name
        assert "<" in versions, name


def test_every_licence_of_what_is_bundled_is_named():
    patterns = project()["license-files"]
    listed = {path for pattern in patterns for path in ROOT.glob(pattern)}
    assert listed == {ROOT / "LICENSE", *(ROOT / "lib" / "fsanet").rglob("LICENSE*")}


def test_the_version_is_one():
    import fsanet

    assert project()["version"] == fsanet.__version__


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[page](docs/limits.md)", "[page](https://host/us/it/blob/v1/docs/limits.md)"),
        ("![picture](docs/a.jpg)", "![picture](https://host/us/it/raw/v1/docs/a.jpg)"),
        (
            "[![picture](docs/a.png)](docs/limits.md)",
            "[![picture](https://host/us/it/raw/v1/docs/a.png)](https://host/us/it/blob/v1/docs/limits.md)",
        ),
        ("[elsewhere](https://host/x.jpg)", "[elsewhere](https://host/x.jpg)"),
        ("[below](#limits)", "[below](#limits)"),
    ],
)
def test_links_become_addresses(before, after):
    assert SETUP["absolute_links"](before, "https://host/us/it", "v1") == after


def test_the_readme_has_no_link_that_stays_relative():
    text = SETUP["absolute_links"]((ROOT / "README.md").read_text(encoding="utf-8"), "https://host/us/it", "v1")
    assert "](docs/" not in text
    assert "](https://host/us/it/raw/v1/docs/images/demo.jpg)" in text


def test_without_an_address_there_is_none(monkeypatch):
    monkeypatch.delenv("FSANET_REPOSITORY", raising=False)
    assert SETUP["settings"]()["project_urls"] == {}
    monkeypatch.setenv("FSANET_REPOSITORY", "https://host/us/it/")
    assert SETUP["settings"]()["project_urls"]["Issues"] == "https://host/us/it/issues"


def test_the_image_is_built_from_all_weights_that_the_wheel_holds():
    kept = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert set(SETUP["OUR_WEIGHTS"]) <= kept
