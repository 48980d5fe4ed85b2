"""The page is built whole, as a folder and as one file, from what it says it is built from."""

import base64
import gzip
import hashlib
import json
import os
import re
import tarfile
from pathlib import Path

import onnx
import pytest

from demo.web import build, vendor
from demo.web.contract import contract
from demo.web.single import one_file
from demo.web.vendor import NpmPackage, members
from fsanet.dense import layout
from fsanet.detectors import scout
from fsanet.errors import InputError
from fsanet.export.onnx_cache import bundled_onnx
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE
from fsanet.inference.finder_share import FINDER_SHARE
from fsanet.inference.rows.row import PoseRow

FILES = {
    "js/app.js": b'import { twice } from "./parts/sum.js";\nimport * as runtime from "../vendor/runtime.mjs";\n',
    "js/parts/sum.js": b'export { one } from "../one.js";\n',
    "js/one.js": b"export const one = 1;\n",
    "vendor/runtime.mjs": b"export const runtime = 2;\n",
    "vendor/engine.wasm": bytes(range(256)),
    "style.css": b"body { color: red; }\n",
}


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "package.tgz"
    with tarfile.open(path, "w:gz") as package:
        (tmp_path / "file.txt").write_text("hello")
        package.add(tmp_path / "file.txt", "package/file.txt")
    return path


def sha256(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_contract_says_what_python_defines():
    found = json.loads(json.dumps(contract("a", "b", vendor.PLAIN)))
    assert found["network"]["input_size"] == INPUT_SIZE
    assert found["network"]["margin"] == DETECTOR_MARGIN
    assert found["rows"]["columns"] == list(PoseRow._fields)
    assert found["detector"]["threshold"] == scout.THRESHOLD
    assert found["detector"]["masks"] == list(layout.MASKS)


@pytest.mark.parametrize(("is_ours", "share"), [(True, FINDER_SHARE), (False, 0.0)])
def test_the_finder_has_its_share_of_a_network_with_our_weights_whatever_its_file_is_called(
    is_ours, share, tmp_path, monkeypatch
):
    network = onnx.load(bundled_onnx("capsule", "free"))
    if not is_ours:
        next(entry for entry in network.metadata_props if entry.key == "weights_sha256").value = "of others"
    onnx.save(network, tmp_path / "my.onnx")
    monkeypatch.setattr(build, "runtime_files", lambda build, archive: {})
    settings = json.loads(build.page_files(network=tmp_path / "my.onnx")["contract.json"])
    assert settings["network"]["finder_share"] == share


@pytest.mark.parametrize("runtime", [vendor.PLAIN, vendor.WEBGPU])
def test_the_page_holds_the_files_of_one_runtime(runtime):
    try:
        files = build.page_files(build=runtime)
    except OSError as missing:
        pytest.skip(f"the page cannot be built here: {missing}")
    named = json.loads(files["contract.json"])["runtime"]
    assert {name for name in files if name.startswith("vendor/")} == {named["entry"], named["module"], named["wasm"]}
    assert any("webgpu" in name for name in files) == named["webgpu"] == runtime.webgpu


def test_one_file_holds_everything():
    page = one_file("<!-- head -->\n<!-- scripts -->", FILES, "js/app.js")
    imports = json.loads(re.search(r'<script type="importmap">(.*?)</script>', page)[1])["imports"]
    modules = {name: base64.b64decode(text.split(",")[1]).decode() for name, text in imports.items()}
    assert set(modules) == {
        f"page/{name}" for name in ("js/app.js", "js/parts/sum.js", "js/one.js", "vendor/runtime.mjs")
    }
    assert 'from "page/js/parts/sum.js"' in modules["page/js/app.js"]
    assert 'from "page/vendor/runtime.mjs"' in modules["page/js/app.js"]
    assert 'from "page/js/one.js"' in modules["page/js/parts/sum.js"]
    assert "color: red" in page
    assets = dict(re.findall(r'id="asset:([^"]+)">([^<]*)<', page))
    unpacked = {name: gzip.decompress(base64.b64decode(text)) for name, text in assets.items()}
    assert unpacked == {"vendor/engine.wasm": bytes(range(256))}


def test_a_folder_is_whole_and_its_worker_keeps_every_file(tmp_path):
    folder = tmp_path / "web"
    build.write_folder(folder, FILES)
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert written == {*FILES, "index.html", "icon.svg", "app.webmanifest", "sw.js"}
    kept = json.loads(re.search(r"const FILES = (\[.*?\]);", (folder / "sw.js").read_text())[1])
    assert set(kept) == {"./", *written} - {"sw.js"}
    first = (folder / "sw.js").read_text()
    build.write_folder(folder, {**FILES, "style.css": b"body { color: blue; }\n"})
    assert (folder / "sw.js").read_text() != first  # else browsers would go on with the old files


@pytest.mark.parametrize("name", ["notes.txt", "index.html", "src/main.c"])
def test_a_folder_that_holds_something_else_is_refused_and_left_as_it_is(tmp_path, name):
    (tmp_path / "web" / name).parent.mkdir(parents=True)
    (tmp_path / "web" / name).write_text("mine")
    with pytest.raises(InputError, match=rf"web' holds other files, such as '{name}': name another one."):
        build.write_folder(tmp_path / "web", FILES)
    assert (tmp_path / "web" / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["CNAME", ".git/HEAD", "js/mine.js"])
def test_an_earlier_page_with_somebodys_files_beside_it_is_refused_and_left_as_it_is(tmp_path, name):
    build.write_folder(tmp_path / "web", FILES)
    (tmp_path / "web" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "web" / name).write_text("mine")
    with pytest.raises(InputError, match=rf"web' holds other files, such as '{name}': name another one."):
        build.write_folder(tmp_path / "web", {**FILES, "style.css": b"other"})
    assert (tmp_path / "web" / name).read_text() == "mine"
    assert (tmp_path / "web" / "style.css").read_bytes() == FILES["style.css"]


def test_an_earlier_page_of_other_files_is_replaced(tmp_path):
    build.write_folder(tmp_path / "web", {**FILES, "vendor/older.wasm": b""})
    build.write_folder(tmp_path / "web", FILES)
    assert not (tmp_path / "web" / "vendor" / "older.wasm").exists()


@pytest.mark.parametrize("worker", [b"", b"const FILES = [not JSON];\n", b"\xff"])
def test_a_folder_with_another_worker_is_no_earlier_page(tmp_path, worker):
    (tmp_path / "sw.js").write_bytes(worker)
    with pytest.raises(InputError, match=r"holds other files, such as 'sw.js'"):
        build.write_folder(tmp_path, FILES)


def test_files_are_looked_at_up_to_the_first_other_one(tmp_path, monkeypatch):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("mine")
    asked, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: asked.append(Path(path)) or scandir(path))
    with pytest.raises(InputError, match=r"such as 'notes.txt'"):
        build.write_folder(tmp_path, FILES)
    assert asked == [tmp_path]


@pytest.mark.parametrize("name", [".DS_Store", "js/Thumbs.db", "desktop.ini"])
def test_what_systems_leave_in_folders_does_not_keep_a_page_from_its_place(tmp_path, name):
    build.write_folder(tmp_path, FILES)
    (tmp_path / name).write_bytes(b"")
    build.write_folder(tmp_path, FILES)
    assert not (tmp_path / name).exists()


def test_a_file_in_place_of_the_folder_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "web").write_text("mine")
    with pytest.raises(InputError, match=r"web' is a file: name a folder."):
        build.write_folder(tmp_path / "web", FILES)
    assert (tmp_path / "web").read_text() == "mine"


def test_an_empty_folder_takes_the_page(tmp_path):
    build.write_folder(tmp_path, FILES)
    assert (tmp_path / "index.html").is_file()


def test_nothing_can_be_sent_from_the_page(tmp_path):
    build.write_folder(tmp_path / "web", FILES)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', (tmp_path / "web" / "index.html").read_text())[1]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe-inline" not in policy


def test_files_of_a_package(archive):
    package = NpmPackage("thing", "1.0.0", 5, sha256(archive))
    assert members(package, {"ours": "package/file.txt"}, archive) == {"ours": b"hello"}
    with pytest.raises(InputError, match=r"holds no file 'package/other.txt'"):
        members(package, {"ours": "package/other.txt"}, archive)


def test_another_package_is_refused(archive):
    with pytest.raises(InputError, match=r"package.tgz' is not thing 1.0.0: its SHA-256 is"):
        members(NpmPackage("thing", "1.0.0", 5, "0" * 64), {}, archive)


def test_an_archive_is_fetched_once(archive, tmp_path, monkeypatch):
    asked = []

    def download(url, part, size, on_position):
        asked.append((url, size))
        part.write_bytes(archive.read_bytes())

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(vendor, "download", download)
    package = NpmPackage("thing", "1.0.0", 5, sha256(archive))
    first, second = vendor.fetched(package), vendor.fetched(package)
    assert first == second == tmp_path / "fsanet" / "web" / "thing-1.0.0.tgz"
    assert members(package, {"ours": "package/file.txt"}, first) == {"ours": b"hello"}
    assert asked == [("https://registry.npmjs.org/thing/-/thing-1.0.0.tgz", 5)]


def test_without_a_network_a_sentence_says_what_to_do(tmp_path, monkeypatch):
    def download(url, part, size, on_position):
        raise OSError("There is no answer.")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(vendor, "download", download)
    expected = r"^onnxruntime-web could not be fetched: There is no answer. To go on, try again later, or bring https"
    with pytest.raises(OSError, match=expected):
        vendor.runtime_files(vendor.PLAIN)
    assert list((tmp_path / "fsanet" / "web").iterdir()) == []
