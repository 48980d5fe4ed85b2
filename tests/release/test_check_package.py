"""What `make package` finds wrong, and what is released agrees with the package."""

import re
import runpy
import sys
import tomllib

import pytest


@pytest.fixture(scope="module")
def check(repository):
    return runpy.run_path(str(repository / "release" / "check_package.py"))


def test_angles_within_half_a_degree_are_the_same(check):
    assert check["differences"]([[1.0, 2.0, 3.0]], [[1.4, 1.6, 3.0]]) == []
    assert check["differences"]([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.6]]) == [
        "face 0: [1.0, 2.0, 3.0] instead of [1.0, 2.0, 3.6] degrees"
    ]


def test_a_missing_face_is_said(check):
    assert check["differences"]([[1.0, 2.0, 3.0]], []) == ["1 faces instead of 0"]


def test_what_is_expected_are_six_faces_of_this_version(check, tmp_path, repository):
    from fsanet.image.reading import read_image
    from fsanet.inference.estimator import HeadPoseEstimator

    faces = HeadPoseEstimator(detector="scout")(read_image(repository / "demo" / "assets" / "group.jpg"))
    angles = [[face.pose.yaw, face.pose.pitch, face.pose.roll] for face in faces]
    expected = check["read_angles"](check["EXPECTED"])
    assert len(expected) == 6
    assert check["differences"](angles, expected) == []


def test_pythons_are_found_by_path_and_not_made_up(check):
    assert check["find_python"](sys.executable) == sys.executable
    assert check["find_python"]("3.1") is None


def test_the_conda_recipe_agrees_with_the_package(repository):
    recipe = (repository / "release" / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wheel = runpy.run_path(str(repository / "setup.py"))["dependencies"]("wheel")
    assert f'version: "{project["version"]}"' in recipe
    assert f"license: {project['license']}" in recipe
    assert all((repository / line.strip(" -")).is_file() for line in recipe.split("license_file:\n")[1].splitlines())
    for requirement in wheel:
        name, versions = requirement.replace("opencv-python-headless", "py-opencv").split(">=")
        assert f"- {name} >={versions}" in recipe


@pytest.mark.parametrize("training_set", ["free", "synthetic"])
def test_cards_beside_the_weights_have_the_figures_of_the_model_card(repository, training_set):
    card = (repository / "pre-trained" / f"{training_set}_models" / "README.md").read_text(encoding="utf-8")
    _, settings, _ = card.split("---\n", 2)
    [value] = re.findall(r"value: ([\d.]+)", settings)
    page = (repository / "docs" / "model-card.md").read_text(encoding="utf-8")
    table = page.split(f"### What `{training_set}` reaches")[1].split("\n#")[0]
    assert re.search(rf"crops of landmark boxes \| {re.escape(value)} \|", table)
