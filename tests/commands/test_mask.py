"""The `mask`, `hair`, `surround` and `rotate` verbs: a twin beside the set, and what is refused."""

import numpy as np
import pytest

from fsanet.cli import main
from fsanet.console import EXIT_ERROR, EXIT_OK
from fsanet.datasets.pose_set import PoseSet
from fsanet.overlays.placing import place_by_pose


@pytest.fixture
def folder(tmp_path):
    image = np.random.default_rng(0).integers(80, 160, (3, 64, 64, 3), np.uint8)
    PoseSet(image, np.zeros((3, 3)), ["a", "b", "c"], {"margin": 0.6}).save(tmp_path / "faces.npz")
    return tmp_path


@pytest.fixture
def with_points(folder):
    """The folder, its faces with landmarks."""
    given = PoseSet.load(folder / "faces.npz")
    points = np.tile(place_by_pose(np.zeros(3), (18, 18, 46, 46)).points_xy, (3, 1, 1))
    PoseSet(given.image, given.pose, given.source, given.meta, {"points_xy": points}).save(folder / "faces.npz")
    return folder


@pytest.mark.parametrize(
    ("verb", "room"),
    [("mask", "overlays.masked_set"), ("hair", "overlays.haired_set"), ("surround", "scenes.surrounded_set")],
)
def test_a_twin_of_a_version_that_drew_otherwise_is_not_taken_for_one_of_this(
    with_points, capsys, monkeypatch, verb, room
):
    arguments = [verb, "--set", "faces", "--folder", str(with_points), "--workers", "1"]
    with monkeypatch.context() as older:
        older.setattr(f"fsanet.{room}.code_version", lambda *_: "older")
        assert main(arguments) == EXIT_OK
    assert main(arguments) == EXIT_ERROR
    assert "was made in another way, or by another version of this program: remove it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "column"),
    [("mask", "mask"), ("hair", "hair"), ("surround", "points_xy"), ("rotate", "clockwise_deg")],
)
def test_the_twin_lies_beside_the_set(folder, request, capsys, verb, column):
    if verb in ("hair", "surround"):
        request.getfixturevalue("with_points")
    arguments = [verb, "--set", "faces", "--folder", str(folder), "--workers", "1", "--seed", "4"]
    assert main(arguments) == EXIT_OK
    [twin] = folder.glob(f"faces_{verb[:4]}*.npz")
    assert len(PoseSet.load(twin).extras[column]) == 3
    assert f"{twin}: 3 faces" in capsys.readouterr().out
    assert main(arguments) == EXIT_OK
    assert "was there" in capsys.readouterr().out
    assert main([*arguments[:-1], "5"]) == EXIT_ERROR
    assert "exists and was made in another way" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["mask", "--kind", "scarf"], "There is no kind of mask 'scarf': choose one of surgical"),
        (["mask", "--by", "points"], "holds no landmarks"),
        (["mask", "--by", "render"], "was not rendered by this program"),
        (["hair"], "holds no landmarks (`points_xy`): make it again with `fsanet prepare`."),
        (["hair", "--style", "beehive"], "No hair 'beehive' can lie over faces: choose one of horseshoe"),
        (["surround"], "holds no landmarks (`points_xy`): make it again with `fsanet prepare`."),
        (["rotate", "--degrees", "0"], "largest turn must be above 0"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(folder, capsys, arguments, text):
    assert main([*arguments, "--set", "faces", "--folder", str(folder), "--workers", "1"]) == EXIT_ERROR
    assert text in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["faces.npz"]


def test_a_missing_set_is_told(tmp_path, capsys):
    assert main(["mask", "--set", "AFLW2000", "--folder", str(tmp_path)]) == EXIT_ERROR
    assert "make preprocess DB=AFLW2000" in capsys.readouterr().err
