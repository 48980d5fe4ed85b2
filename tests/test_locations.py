"""Where weight and detector files are looked for."""

from pathlib import Path

import pytest

from fsanet import locations
from fsanet.errors import InputError
from fsanet.locations import cache_dir, find_pretrained, is_address, names_in_mirror, pretrained_dir

NET = "detectors/net.onnx"


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    """No checkout, no variables, an empty current folder."""
    for variable in ("FSANET_HOME", "FSANET_MIRROR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(locations, "_CHECKOUT", tmp_path / "site-packages")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def make(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_cache_is_the_last_resort(tmp_path, monkeypatch):
    assert pretrained_dir() == Path.home() / ".cache" / "fsanet" / "pre-trained"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert pretrained_dir() == tmp_path / "cache" / "fsanet" / "pre-trained"


def test_a_user_without_a_home_folder_is_told_what_to_set(tmp_path, monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(InputError, match=r"no home folder.*: set XDG_CACHE_HOME or HOME to a folder"):
        cache_dir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_dir() == tmp_path / "cache" / "fsanet"


def test_order_of_folders(tmp_path, monkeypatch):
    (tmp_path / "here" / "pre-trained").mkdir()
    assert pretrained_dir() == tmp_path / "here" / "pre-trained"
    (tmp_path / "site-packages" / "pre-trained").mkdir(parents=True)
    assert pretrained_dir() == tmp_path / "site-packages" / "pre-trained"
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    assert pretrained_dir() == tmp_path / "home" / "pre-trained"


def test_checkout_is_found_from_the_package(repository, monkeypatch):
    monkeypatch.undo()
    assert repository == locations._CHECKOUT


def test_names_in_mirror():
    assert names_in_mirror("BIWI_models/a/a.h5") == ["pre-trained/BIWI_models/a/a.h5", "BIWI_models/a/a.h5"]
    assert names_in_mirror(NET) == [f"pre-trained/{NET}", NET, "models/net.onnx", "net.onnx"]


def test_a_wheel_carries_weights_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(locations, "_IN_THE_WHEEL", tmp_path / "wheel")
    carried = make(tmp_path / "wheel" / "a_models" / "a" / "a.h5")
    assert find_pretrained("a_models/a/a.h5") == carried
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    own = make(tmp_path / "home" / "pre-trained" / "a_models" / "a" / "a.h5")
    assert find_pretrained("a_models/a/a.h5") == own


def test_a_checkout_has_our_own_weights_whatever_folder_is_named(tmp_path, monkeypatch):
    ours = make(tmp_path / "site-packages" / "pre-trained" / "a_models" / "a" / "a.h5")
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    assert find_pretrained("a_models/a/a.h5", ours=True) == ours
    assert find_pretrained("a_models/a/a.h5") is None


def test_find_prefers_the_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    assert find_pretrained(NET) is None
    monkeypatch.setenv("FSANET_MIRROR", str(tmp_path / "mirror"))
    assert find_pretrained(NET) is None
    mirrored = make(tmp_path / "mirror" / "models" / "net.onnx")
    assert find_pretrained(NET) == mirrored
    own = make(tmp_path / "home" / "pre-trained" / NET)
    assert find_pretrained(NET) == own


def test_an_address_begins_with_its_protocol():
    assert all(map(is_address, ("https://a/b", "http://a", "HTTP://a", "http:/a")))
    assert not any(map(is_address, ("/a/b", "a", "file:///a", "C:\\a", "http", "https", "https/a")))


def test_a_folder_that_is_called_as_a_protocol_serves_as_mirror(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FSANET_MIRROR", "https")
    make(tmp_path / "https" / "models" / "net.onnx")
    assert find_pretrained(NET) == Path("https", "models", "net.onnx")


def test_an_address_as_mirror_is_not_searched(monkeypatch):
    monkeypatch.setenv("FSANET_MIRROR", "https://example.org/mirror")
    assert find_pretrained(NET) is None
