"""The `render` verb: npz sets, photographs, and options that do not go with them."""

import pytest

from fsanet.cli import main
from fsanet.console import EXIT_ERROR, EXIT_OK
from fsanet.datasets.pose_set import PoseSet


def test_npz_sets(tmp_path, capsys):
    arguments = ["--out", str(tmp_path), "--samples", "2", "--workers", "1", "--masked", "1"]
    assert main(["render", *arguments]) == EXIT_OK
    assert "synthetic_train.npz: 2 faces" in capsys.readouterr().out
    assert PoseSet.load(tmp_path / "synthetic_train.npz").extras["masked"].all()


def test_photographs(tmp_path, capsys):
    assert main(["render", "--layout", "BIWI", "--out", str(tmp_path), "--samples", "2", "--size", "96x80"]) == EXIT_OK
    assert sorted(path.name for path in tmp_path.iterdir()) == ["01", "02"]
    assert "2 frames in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--hair", "mohawk"], "There is no hair style 'mohawk': choose one of bald, horseshoe, "),
        (["--layout", "BIWI", "--masked", "0.5"], "--masked does not go with --layout BIWI: leave it out."),
        (["--layout", "300W_LP", "--workers", "2"], "--workers does not go with --layout 300W_LP"),
        (["--size", "96x80"], "--size does not go with --layout npz"),
    ],
)
def test_options_of_another_layout_are_refused(tmp_path, capsys, option, message):
    assert main(["render", "--out", str(tmp_path), *option]) == EXIT_ERROR
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--samples", "0"], "must be a whole number, 1 or more, got 0"),
        (["--samples", "many"], "must be a whole number, 1 or more, got many"),
        (["--seed", "-1"], "must be a whole number, 0 or more, got -1"),
        (["--seed", "4294967296"], "must be at most 4294967295, got 4294967296"),
        (["--size", "450"], "must be as 640x480, 64 pixels or more each, got '450'"),
        (["--poses", "any"], "invalid choice: 'any'"),
    ],
)
def test_wrong_options_are_told(capsys, option, message):
    with pytest.raises(SystemExit):
        main(["render", *option])
    assert message in capsys.readouterr().err
