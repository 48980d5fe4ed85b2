"""One file into its place: whole and right, or not there."""

import builtins
import errno
import hashlib
import io
from pathlib import Path

import pytest

from fsanet.weights.catalog import PretrainedFile
from fsanet.weights.transfer import WrongContentError, bring, is_address, sha256_of

CONTENT = b"weights" * 5000


@pytest.fixture
def file() -> PretrainedFile:
    return PretrainedFile("set/file.h5", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "", "any")


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "new" / "set" / "file.h5"


def only_the_target(target: Path) -> bool:
    return list(target.parent.iterdir()) == [target]


def test_is_address():
    assert [is_address(text) for text in ("https://a/b", "http://a", "/a/b", "a", "file:///a", "C:\\a")] == [
        *[True] * 2,
        *[False] * 4,
    ]


def test_copies_from_a_path(file, target, tmp_path):
    (tmp_path / "source").write_bytes(CONTENT)
    positions = []
    bring(file, str(tmp_path / "source"), target, positions.append)
    assert target.read_bytes() == CONTENT
    assert positions[-1] == len(CONTENT)
    assert only_the_target(target)


def test_downloads_from_an_address(file, target, site):
    site.pages["/file"] = CONTENT
    bring(file, f"{site.address}/file", target, lambda _: None)
    assert sha256_of(target) == file.sha256
    assert only_the_target(target)


def test_a_part_of_another_file_is_found_out_and_left(file, target, site):
    site.pages["/file"] = CONTENT
    target.parent.mkdir(parents=True)
    target.with_name(".file.h5.part").write_bytes(b"x" * 100)
    bring(file, f"{site.address}/file", target, lambda _: None)
    assert [wanted for _, wanted in site.requests] == ["bytes=100-", None]
    assert target.read_bytes() == CONTENT
    assert only_the_target(target)


@pytest.mark.parametrize("by_web", [False, True])
def test_wrong_content_is_left_out_and_the_old_file_kept(file, target, tmp_path, site, by_web):
    wrong = CONTENT[::-1]
    site.pages["/file"] = wrong
    (tmp_path / "source").write_bytes(wrong)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"old")
    location = f"{site.address}/file" if by_web else str(tmp_path / "source")
    expected = f"is not the expected file: SHA-256 {hashlib.sha256(wrong).hexdigest()} instead of {file.sha256}"
    with pytest.raises(WrongContentError, match=expected):
        bring(file, location, target, lambda _: None)
    assert target.read_bytes() == b"old"
    assert only_the_target(target)


class FullDisk(io.FileIO):
    """A file on a disk that has room for 1000 bytes."""

    def write(self, data) -> int:
        if self.tell() + len(data) > 1000:
            super().write(bytes(data)[:1000])
            raise OSError(errno.ENOSPC, "No space left on device", self.name)
        return super().write(data)


@pytest.mark.parametrize("by_web", [False, True])
def test_full_disk(file, target, tmp_path, site, monkeypatch, by_web):
    site.pages["/file"] = CONTENT
    (tmp_path / "source").write_bytes(CONTENT)
    plain_open = builtins.open

    def path_open(path, mode="r", *arguments, **options):
        return FullDisk(path, "w") if mode in ("wb", "ab") else plain_open(path, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", path_open)
    location = f"{site.address}/file" if by_web else str(tmp_path / "source")
    with pytest.raises(OSError, match=r"The disk is full: '.*file\.h5' needs 0\.0 MB; make room"):
        bring(file, location, target, lambda _: None)
    assert list(target.parent.iterdir()) == []


def test_interrupted_copy_leaves_nothing(file, target, tmp_path):
    (tmp_path / "source").write_bytes(CONTENT)

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(file, str(tmp_path / "source"), target, interrupt)
    assert list(target.parent.iterdir()) == []


def test_missing_source_makes_no_folder(file, target, tmp_path):
    with pytest.raises(FileNotFoundError):
        bring(file, str(tmp_path / "nothing"), target, lambda _: None)
    assert not target.parent.exists()
