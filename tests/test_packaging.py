"""The lists of requirements agree, and a plain installation stays light."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
    names = {split_requirement(text)[0] for text in project()["dependencies"]}
    assert names == {"numpy", "opencv-python", "av", "onnxruntime", "tqdm"}


def test_every_requirement_of_the_package_is_in_requirements_txt_with_the_same_range():
    listed = requirements_txt()
    extras = [text for group in project()["optional-dependencies"].values() for text in group]
    for name, versions in map(split_requirement, project()["dependencies"] + extras):
        assert listed[name] == versions, name


def test_every_range_is_bounded_on_both_sides():
    for name, versions in requirements_txt().items():
        assert ">=" in versions, name
        assert "<" in versions, name
