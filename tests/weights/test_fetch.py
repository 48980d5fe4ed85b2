"""`make weights`: what comes from where, and what is said when it does not come."""

import hashlib
import re

import pytest

from fsanet.errors import InputError
from fsanet.weights.fetch import COPIED, DOWNLOADED, FAILED, THERE, chosen_files, fetch, report
from fsanet.weights.pretrained import FILES, PretrainedFile

CONTENTS = {"BIWI_models/a/a.h5": b"a" * 3000, "detectors/net.onnx": b"n" * 5000}


@pytest.fixture
def files(site) -> tuple[PretrainedFile, ...]:
    return tuple(
        PretrainedFile(path, len(data), hashlib.sha256(data).hexdigest(), f"{site.address}/origin/{path}", "free")
        for path, data in CONTENTS.items()
    )


@pytest.fixture(autouse=True)
def _no_mirror(monkeypatch):
    monkeypatch.delenv("FSANET_MIRROR", raising=False)


@pytest.fixture
def target(tmp_path, monkeypatch):
    monkeypatch.setenv("FSANET_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "pre-trained"


def put(folder, names=("pre-trained/BIWI_models/a/a.h5", "models/net.onnx")):
    """A mirror folder with the published layout."""
    for name, data in zip(names, CONTENTS.values(), strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return str(folder)


def publish(site, prefix="/origin/"):
    site.pages.update({prefix + path: data for path, data in CONTENTS.items()})


def statuses(outcomes):
    return [outcome.status for outcome in outcomes]


def whole(target):
    return all((target / path).read_bytes() == data for path, data in CONTENTS.items())


def test_origin_is_asked_by_default(files, site, target):
    publish(site)
    outcomes = fetch(files, quiet=True)
    assert statuses(outcomes) == [DOWNLOADED, DOWNLOADED]
    assert [outcome.origin for outcome in outcomes] == [file.url for file in files]
    assert whole(target)


def test_what_is_there_and_right_is_not_asked_for(files, site, target):
    put(target, CONTENTS)
    assert statuses(fetch(files, quiet=True)) == [THERE, THERE]
    assert site.requests == []


def test_what_is_there_and_wrong_is_replaced(files, site, target):
    publish(site)
    put(target, CONTENTS)
    (target / "detectors/net.onnx").write_bytes(b"damaged")
    assert statuses(fetch(files, quiet=True)) == [THERE, DOWNLOADED]
    assert whole(target)


@pytest.mark.parametrize(
    "names",
    [
        ("pre-trained/BIWI_models/a/a.h5", "models/net.onnx"),
        ("BIWI_models/a/a.h5", "detectors/net.onnx"),
        ("pre-trained/BIWI_models/a/a.h5", "pre-trained/detectors/net.onnx"),
        ("BIWI_models/a/a.h5", "net.onnx"),
    ],
)
def test_folders_of_several_layouts_serve(files, site, target, tmp_path, names):
    source = put(tmp_path / "mirror", names)
    outcomes = fetch(files, source, quiet=True)
    assert statuses(outcomes) == [COPIED, COPIED]
    assert [outcome.origin for outcome in outcomes] == [f"{source}/{name}" for name in names]
    assert whole(target)
    assert site.requests == []


def test_an_address_serves_as_mirror(files, site, target):
    publish(site, "/mirror/pre-trained/")
    assert statuses(fetch(files, f"{site.address}/mirror/", quiet=True)) == [DOWNLOADED, DOWNLOADED]
    assert whole(target)


def test_the_mirror_of_the_environment_comes_before_the_origin(files, site, target, tmp_path, monkeypatch):
    publish(site)
    source = put(tmp_path / "mirror")
    (tmp_path / "mirror/models/net.onnx").unlink()
    monkeypatch.setenv("FSANET_MIRROR", source)
    assert statuses(fetch(files, quiet=True)) == [COPIED, DOWNLOADED]
    assert whole(target)


def test_a_named_source_is_asked_alone(files, site, target, tmp_path):
    publish(site)
    source = put(tmp_path / "mirror")
    (tmp_path / "mirror/models/net.onnx").unlink()
    outcomes = fetch(files, source, quiet=True)
    assert statuses(outcomes) == [COPIED, FAILED]
    assert outcomes[1].problem.startswith(f"It is not at {source}/pre-trained/detectors/net.onnx or ")
    assert site.requests == []


def test_a_damaged_mirror_does_not_keep_the_origin_out(files, site, target, tmp_path, monkeypatch):
    publish(site)
    monkeypatch.setenv("FSANET_MIRROR", put(tmp_path / "mirror"))
    (tmp_path / "mirror/models/net.onnx").write_bytes(b"x" * 5000)
    assert statuses(fetch(files, quiet=True)) == [COPIED, DOWNLOADED]


def test_one_failure_does_not_stop_the_rest(files, site, target):
    publish(site)
    site.pages["/origin/BIWI_models/a/a.h5"] = b"b" * 3000
    outcomes = fetch(files, quiet=True)
    assert statuses(outcomes) == [FAILED, DOWNLOADED]
    assert "is not the expected file: SHA-256" in outcomes[0].problem
    assert not (target / "BIWI_models/a/a.h5").exists()


def test_not_found_at_the_origin(files, site, target):
    outcomes = fetch(files, quiet=True)
    assert statuses(outcomes) == [FAILED, FAILED]
    assert outcomes[0].problem == f"It is not at {files[0].url}."


def test_a_dead_server_is_tried_for_one_file_only(target, pauses):
    dead = [PretrainedFile(f"x/{n}", 5, "00", f"http://127.0.0.1:9/{n}", "free") for n in range(5)]
    outcomes = fetch(dead, quiet=True)
    assert {outcome.problem for outcome in outcomes} == {"127.0.0.1:9 cannot be reached (Connection refused)."}
    assert len(pauses) == 3


@pytest.mark.parametrize("by_web", [False, True])
def test_target_that_cannot_be_written(files, site, tmp_path, by_web):
    publish(site)
    (tmp_path / "file").write_text("in the way")
    outcomes = fetch(files, None if by_web else put(tmp_path / "mirror"), tmp_path / "file", quiet=True)
    assert statuses(outcomes) == [FAILED, FAILED]
    assert outcomes[0].problem == f"The folder '{tmp_path}/file/BIWI_models/a' cannot be made (Not a directory)."


def test_target_where_no_folder_can_be(files, tmp_path):
    outcomes = fetch(files, put(tmp_path / "mirror"), "/proc/nowhere", quiet=True)
    assert outcomes[1].problem.startswith("The folder '/proc/nowhere/detectors' cannot be made (")


def test_source_that_is_none(files):
    with pytest.raises(ValueError, match=r"'/no/such' is no source of files: give an existing folder or an http"):
        fetch(files, "/no/such")


@pytest.mark.parametrize(
    "address", ["http://.x", "http://[::1", "http://a:b", "https://a:99999", "http://", "https:///a"]
)
def test_an_address_that_is_none_is_told_before_anything_is_asked(address, files, target, monkeypatch):
    with pytest.raises(InputError, match=f"'{re.escape(address)}' is no http\\(s\\) address"):
        fetch(files, address, quiet=True)
    monkeypatch.setenv("FSANET_MIRROR", address)
    with pytest.raises(InputError, match=f"'{re.escape(address)}' is no http\\(s\\) address"):
        fetch(files, quiet=True)
    assert not target.exists()


def test_report_groups_by_place_and_licence(files, site, target, tmp_path):
    text = report(fetch(files, put(tmp_path / "mirror"), quiet=True))
    assert text.splitlines() == [
        f"copied from {tmp_path}/mirror/pre-trained (licence: free)",
        "    0.00 MB  BIWI_models/a/a.h5",
        f"copied from {tmp_path}/mirror/models (licence: free)",
        "    0.01 MB  detectors/net.onnx",
    ]


def test_chosen_files():
    assert chosen_files([]) == FILES
    assert {file.path.split("/")[0] for file in chosen_files(["detectors/*", "BIWI*"])} == {"detectors", "BIWI_models"}
    with pytest.raises(ValueError, match=r"No file fits 'yolo'; there are: 300W_LP_models/fsanet_capsule"):
        chosen_files(["detectors/*", "yolo"])


@pytest.mark.mirror
def test_every_catalogued_file_comes_from_a_mirror(mirror, target):
    assert set(statuses(fetch(source=str(mirror), quiet=True))) == {COPIED}
    assert set(statuses(fetch(source=str(mirror), quiet=True))) == {THERE}
