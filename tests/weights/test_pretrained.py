"""The catalog of published files, and finding one on this machine."""

import re
from urllib.parse import urlsplit

import pytest

from fsanet.models.spec import MODELS, OUR_MODELS, get_spec
from fsanet.weights.pretrained import (
    BUNDLED_FINDER,
    BUNDLED_WEIGHTS,
    DETECTOR_FILES,
    FILES,
    WEIGHTS,
    find_weights,
    markdown_table,
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("FSANET_MIRROR", raising=False)
    monkeypatch.setenv("FSANET_HOME", str(tmp_path))
    return tmp_path


PUBLISHED = [f"{s}{a}" for a in ("capsule", "netvlad", "metric") for s in ("", "var_", "noS_")] + ["ssrnet_mt"]


def test_nineteen_published_weight_files():
    assert {file.model for file in WEIGHTS if file.training_set == "BIWI"} == set(PUBLISHED)
    assert {file.model for file in WEIGHTS if file.training_set == "300W_LP"} == set(PUBLISHED) - {"noS_netvlad"}
    assert len(WEIGHTS) == 19


def test_rows_are_sound():
    assert len({file.path for file in FILES}) == len({file.sha256 for file in FILES}) == len(FILES) == 24
    for file in FILES:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.size > 0
        assert file.licence
        assert urlsplit(file.url).scheme == "https"
        assert file.url.endswith(file.path.split("/")[-1])


def test_weights_lie_under_the_original_names():
    assert set(PUBLISHED) <= set(MODELS)
    for file in WEIGHTS:
        stem = get_spec(file.model).save_name
        assert file.path == f"{file.training_set}_models/{stem}/{stem}.h5"


def test_finds_in_home_before_the_mirror(home, tmp_path, monkeypatch):
    relative = "pre-trained/BIWI_models/ssrnet_mt/ssrnet_mt.h5"
    mirrored, own = tmp_path / "mirror" / relative, home / relative
    monkeypatch.setenv("FSANET_MIRROR", str(tmp_path / "mirror"))
    for path in (mirrored, own):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        assert find_weights("ssrnet_mt", "BIWI") == path


def test_missing_file_names_the_remedy(home):
    expected = rf"The 300W_LP weights of 'metric' are not at '{home}/pre-trained/300W_LP_models/.*': run `make weights`"
    with pytest.raises(FileNotFoundError, match=expected):
        find_weights("metric", "300W_LP")


@pytest.mark.parametrize("training_set", OUR_MODELS)
def test_a_clone_has_our_own_whatever_home_is_named(training_set, repository):
    path = find_weights("capsule", training_set)
    assert path.is_relative_to(repository / "pre-trained" / f"{training_set}_models")


def test_unknown_training_set_lists_the_right_ones():
    with pytest.raises(ValueError, match=r"training set 'WIDER'; there are: 300W_LP, BIWI"):
        find_weights("capsule", "WIDER")


def test_model_without_a_file_lists_those_that_have_one():
    with pytest.raises(ValueError, match=r"'noS_netvlad' trained on 300W_LP is catalogued; there are: capsule, var"):
        find_weights("noS_netvlad", "300W_LP")


def test_the_readme_of_the_folder_holds_the_catalog(repository):
    readme = (repository / "pre-trained" / "README.md").read_text(encoding="utf-8")
    assert markdown_table() in readme
    assert markdown_table((*BUNDLED_WEIGHTS, BUNDLED_FINDER)) in readme


@pytest.mark.mirror
def test_mirror_has_every_file(mirror, monkeypatch):
    monkeypatch.setenv("FSANET_MIRROR", str(mirror))
    for file in WEIGHTS:
        assert find_weights(file.model, file.training_set).stat().st_size == file.size
    for file in DETECTOR_FILES:
        assert (mirror / "models" / file.path.split("/")[-1]).stat().st_size == file.size
