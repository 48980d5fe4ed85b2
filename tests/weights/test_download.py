"""Downloads that break, stall, lie or are refused; and one file into its place: whole and right, or not there."""

import builtins
import errno
import hashlib
import io
import socket
import threading
from pathlib import Path

import pytest

from fsanet.files import sha256_of
from fsanet.weights.download import (
    ATTEMPTS,
    UnreachableError,
    WrongContentError,
    bring,
    download,
)
from fsanet.weights.pretrained import PretrainedFile

CONTENT = bytes(range(256)) * 800  # three chunks and a bit


@pytest.fixture
def part(tmp_path):
    return tmp_path / "new" / ".file.part"


def test_brings_the_whole_file_and_tells_how_far_it_is(site, part):
    site.pages["/file"] = CONTENT
    positions = []
    download(f"{site.address}/file", part, len(CONTENT), positions.append)
    assert part.read_bytes() == CONTENT
    assert positions == sorted(positions)
    assert positions[-1] == len(CONTENT)
    assert site.requests == [("/file", None)]


def test_without_content_length_too(site, part):
    site.pages["/file"], site.chunked = CONTENT, True
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize("length", ["abc", "-5", "1.5"])
def test_a_content_length_that_is_no_number_is_none(length, site, part):
    site.pages["/file"], site.length = CONTENT, length
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT


def test_a_whole_part_is_not_asked_for_again(site, part):
    part.parent.mkdir()
    part.write_bytes(CONTENT)
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert site.requests == []


def test_broken_transfer_goes_on_where_it_stopped(site, part, pauses):
    site.pages["/file"], site.break_after = CONTENT, [1000, 500]
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT
    assert site.requests == [("/file", None), ("/file", "bytes=1000-"), ("/file", "bytes=1500-")]
    assert pauses == [1.0, 2.0]


def test_starts_anew_where_the_server_knows_no_ranges(site, part, pauses):
    site.pages["/file"], site.break_after, site.ranges = CONTENT, [1000], False
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT
    assert len(site.requests) == 2


def test_a_part_that_is_too_long_is_thrown_away(site, part):
    site.pages["/file"] = CONTENT
    part.parent.mkdir()
    part.write_bytes(CONTENT + b"more")
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT


def test_passing_refusals_are_tried_again(site, part, pauses):
    site.pages["/file"], site.refusals = CONTENT, [503, 429]
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT
    assert pauses == [1.0, 2.0]


def test_a_transfer_that_always_breaks_keeps_its_part(site, part, pauses):
    site.pages["/file"], site.break_after = CONTENT, [100] * ATTEMPTS
    with pytest.raises(OSError, match=rf"broke off after {100 * ATTEMPTS} of {len(CONTENT)} bytes"):
        download(f"{site.address}/file", part, len(CONTENT), lambda _: None)
    assert part.read_bytes() == CONTENT[: 100 * ATTEMPTS]
    download(f"{site.address}/file", part, len(CONTENT), lambda _: None)  # the next call goes on there
    assert site.requests[-1] == ("/file", f"bytes={100 * ATTEMPTS}-")
    assert part.read_bytes() == CONTENT


def test_missing_file_is_not_tried_again(site, part, pauses):
    with pytest.raises(FileNotFoundError, match=r"/file is not there \(HTTP 404\)"):
        download(f"{site.address}/file", part, 10, lambda _: None)
    assert (len(site.requests), pauses, part.exists()) == (1, [], False)


def test_refusal_is_not_tried_again(site, part, pauses):
    site.refusals = [403]
    with pytest.raises(OSError, match=r"was refused \(HTTP 403 Forbidden\)"):
        download(f"{site.address}/file", part, 10, lambda _: None)
    assert pauses == []


def test_redirects_in_a_circle_are_told_in_one_line(site, part, pauses):
    site.moved["/file"] = "/file"
    with pytest.raises(OSError, match=r"/file was refused \(HTTP 302 [^\n]+ infinite loop[^\n]+\)\.$"):
        download(f"{site.address}/file", part, 10, lambda _: None)
    assert pauses == []


def test_a_redirect_to_what_is_no_address_is_told(site, part, pauses):
    site.moved["/file"] = "http://[::1"
    with pytest.raises(OSError, match=r"/file cannot be had \(Invalid IPv6 URL\)"):
        download(f"{site.address}/file", part, 10, lambda _: None)


def test_what_answers_as_no_web_server_does_is_told_in_one_line(site, part, pauses):
    site.raw = b"garbage\r\n\r\n"
    with pytest.raises(UnreachableError, match=r"^127\.0\.0\.1:\d+ cannot be reached \(garbage\)\.$"):
        download(f"{site.address}/file", part, 10, lambda _: None)


def test_something_shorter_is_refused_before_it_is_written(site, part, pauses):
    site.pages["/file"] = b"version https://git-lfs.github.com/spec/v1\n"
    with pytest.raises(OSError, match="is not the expected file: it sends 43 bytes instead of 1000"):
        download(f"{site.address}/file", part, 1000, lambda _: None)
    assert (pauses, part.exists()) == ([], False)


def test_something_longer_is_not_taken_to_its_end(site, part, pauses):
    site.pages["/file"], site.chunked = CONTENT, True
    with pytest.raises(OSError, match="it is longer than 1000 bytes"):
        download(f"{site.address}/file", part, 1000, lambda _: None)
    assert part.stat().st_size <= 1000


def test_no_server(part, pauses):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:\d+ cannot be reached \(Connection refused\)"):
            download(f"http://127.0.0.1:{unused.getsockname()[1]}/file", part, 10, lambda _: None)
    assert len(pauses) == ATTEMPTS - 1


@pytest.fixture
def file() -> PretrainedFile:
    return PretrainedFile("set/file.h5", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "", "any")


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "new" / "set" / "file.h5"


def only_the_target(target: Path) -> bool:
    return list(target.parent.iterdir()) == [target]


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
def test_a_second_one_waits_and_finds_the_file(file, target, tmp_path, site, by_web):
    site.pages["/file"] = CONTENT
    (tmp_path / "source").write_bytes(CONTENT)
    location = f"{site.address}/file" if by_web else str(tmp_path / "source")
    positions: list[int] = []
    second = threading.Thread(target=bring, args=(file, location, target, positions.append), daemon=True)

    def start_the_second(_):
        if second.ident is None:
            second.start()
            second.join(0.3)  # time enough to take the first one's part away, or to write into it

    bring(file, location, target, start_the_second)
    second.join(10)
    assert target.read_bytes() == CONTENT
    assert only_the_target(target)
    assert (positions, len(site.requests)) == ([], by_web)


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
    with pytest.raises(OSError, match=r"The disk is full: '.*file\.h5' needs 0\.2 MB; make room"):
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
