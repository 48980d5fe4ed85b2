"""`fsanet estimate --shard` and `fsanet merge`, as they are typed."""

import os
import shutil
import signal
from contextlib import nullcontext

import cv2
import pytest

from fsanet import cli
from fsanet.cluster.merging import Merged
from fsanet.console import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL
from fsanet.image.kinds import kind_of_file
from fsanet.inference import sources


@pytest.fixture
def photos(tmp_path, repository, monkeypatch):
    """Seven pictures, one of them damaged."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        shutil.copy(repository / "demo" / "assets" / "collins.jpg", folder / f"{number}.jpg")
    (folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff" + bytes(40))
    return folder


def estimate(*more) -> int:
    options = ("--model", "ssrnet_mt", "--detector", "lbp", "--no-pictures")
    return cli.main(["estimate", "photos", *options, *map(str, more)])


def test_shards_give_the_rows_of_one_process(photos, tmp_path, capsys):
    assert estimate("--out", "one") == EXIT_PARTIAL
    codes = [estimate("--out", "many", "--shard", f"{number}/3") for number in (3, 1, 2)]
    assert set(codes) <= {EXIT_OK, EXIT_PARTIAL, EXIT_ERROR}
    capsys.readouterr()
    assert cli.main(["merge", "many"]) == EXIT_PARTIAL  # the damaged one is named
    messages = capsys.readouterr().err
    assert "damaged.jpg" in messages
    assert "7 files of 3 shards, each once, 6 faces" in messages
    assert (tmp_path / "many" / "poses.csv").read_bytes() == (tmp_path / "one" / "poses.csv").read_bytes()


def test_a_shard_looks_into_its_own_pictures_and_treats_them_by_their_content(photos, tmp_path, monkeypatch):
    shutil.move(photos / "0.jpg", photos / "still")
    pages = cv2.imreadmulti(str(photos / "1.jpg"))[1] * 3
    cv2.imwritemulti(str(photos / "0.tif"), pages)
    shutil.move(photos / "0.tif", photos / "0.jpg")
    estimate("--out", "one")
    opened = []
    monkeypatch.setattr(sources, "kind_of_file", lambda path: opened.append(path.name) or kind_of_file(path))
    for number in (1, 2, 3):
        estimate("--out", "many", "--shard", f"{number}/3")
    assert sorted(opened) == [*sorted(path.name for path in photos.glob("*.jpg")), *["still"] * 4]
    cli.main(["merge", "many"])
    rows = (tmp_path / "many" / "poses.csv").read_bytes()
    assert rows == (tmp_path / "one" / "poses.csv").read_bytes()
    assert rows.count(b"photos/0.jpg,") == 3


class HerePool:
    """A cluster that is this process."""

    run = staticmethod(map)


def test_where_nothing_could_be_read_no_rows_are_left_as_by_one_process(photos, tmp_path, capsys, monkeypatch):
    for photo in photos.glob("[0-9].jpg"):
        photo.unlink()
    assert estimate("--out", "one") == EXIT_ERROR
    for number in (1, 2):
        estimate("--out", "many", "--shard", f"{number}/2")
    capsys.readouterr()
    assert cli.main(["merge", "many"]) == EXIT_ERROR
    assert capsys.readouterr().err == "error: 'photos/damaged.jpg' is a truncated JPEG: its end is missing.\n"
    monkeypatch.setattr("fsanet.cluster.shared_run.open_pool", lambda address: nullcontext(HerePool()))
    assert estimate("--out", "cluster", "--cluster", "local:1", "--shards", "2") == EXIT_ERROR
    assert not list(tmp_path.rglob("poses.csv"))


@pytest.mark.parametrize(("sources", "faces", "code"), [(2, 0, EXIT_PARTIAL), (1, 3, EXIT_PARTIAL), (1, 0, EXIT_ERROR)])
def test_what_failed_after_it_gave_rows_is_done_in_part(sources, faces, code):
    assert Merged(sources, sources, faces, [("a.mp4", "it is cut short")]).code == code
    assert Merged(sources, sources, faces, []).code == EXIT_OK


def test_workers_of_a_cluster_print_no_angles_where_one_process_does(photos, capsys, monkeypatch):
    monkeypatch.setattr("fsanet.cluster.shared_run.open_pool", lambda address: nullcontext(HerePool()))
    estimate("--out", "one", "--quiet")
    assert capsys.readouterr().out.count("face 0") == 6
    estimate("--out", "many", "--cluster", "local:1", "--shards", "2")
    assert capsys.readouterr().out == ""


def test_a_folder_that_is_not_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["merge", "nowhere"]) == EXIT_ERROR
    assert "There is no folder 'nowhere': give the --out of the shards." in capsys.readouterr().err


def test_a_finished_shard_is_not_done_again(photos, tmp_path, capsys):
    (photos / "damaged.jpg").unlink()
    estimate("--out", "many", "--shard", "1/2")
    [rows] = (tmp_path / "many").glob("poses-*.csv")
    before = rows.stat().st_mtime_ns
    assert estimate("--out", "many", "--shard", "1/2") == EXIT_OK
    assert "Shard 1/2 is done" in capsys.readouterr().err
    assert rows.stat().st_mtime_ns == before


def test_a_shard_that_is_done_clears_up_after_a_run_of_other_settings_that_was_killed(photos, tmp_path):
    (photos / "damaged.jpg").unlink()
    estimate("--out", "many", "--shard", "1/1")
    done = sorted((tmp_path / "many").iterdir())
    for name in ("csv.part", "csv.lock", "csv.journal"):
        (tmp_path / "many" / f".poses-1-of-1.{name}").write_bytes(b"")
    assert estimate("--out", "many", "--shard", "1/1") == EXIT_OK
    assert sorted((tmp_path / "many").iterdir()) == done


def test_a_shard_that_was_done_without_pictures_gets_them_and_says_what_differed(photos, tmp_path, capsys):
    (photos / "damaged.jpg").unlink()
    estimate("--out", "many", "--shard", "1/1")
    options = ("--model", "ssrnet_mt", "--detector", "lbp", "--out", "many", "--shard", "1/1")
    assert cli.main(["estimate", "photos", *options]) == EXIT_OK
    assert "Shard 1/1 was done with other settings, files or annotated copies.\n" in capsys.readouterr().err
    assert len(list((tmp_path / "many").glob("?.jpg"))) == 6
    assert estimate("--out", "many", "--shard", "1/1") == EXIT_OK
    assert "Shard 1/1 is done" in capsys.readouterr().err


def test_failures_of_a_finished_shard_are_tried_again(photos, tmp_path, capsys):
    options = ("--out", "many", "--shard", "1/1")
    assert estimate(*options) == EXIT_PARTIAL
    capsys.readouterr()
    assert estimate(*options) == EXIT_PARTIAL
    said = capsys.readouterr().err
    assert (
        "Shard 1/1 is done but for 1 failures: what could not be read is tried again.\nResuming: 6 of 7 files" in said
    )
    assert cli.main(["merge", "many"]) == EXIT_PARTIAL
    shutil.copy(photos / "0.jpg", photos / "damaged.jpg")
    assert estimate(*options) == EXIT_OK
    assert "Resuming: 6 of 7 files are done." in capsys.readouterr().err
    assert estimate(*options) == EXIT_OK
    assert cli.main(["merge", "many"]) == EXIT_OK
    estimate("--out", "one")
    assert (tmp_path / "many" / "poses.csv").read_bytes() == (tmp_path / "one" / "poses.csv").read_bytes()
    assert not list((tmp_path / "many").glob(".*"))


def test_a_shard_that_was_stopped_is_joined_whatever_became_of_its_files(photos, tmp_path, capsys, monkeypatch):
    def stop_after_three(*_):
        rows = iter(range(3))
        return lambda _: None if next(rows, None) is not None else os.kill(os.getpid(), signal.SIGINT)

    (photos / "1.jpg").rename(tmp_path / "whole.jpg")
    (photos / "1.jpg").touch()
    with monkeypatch.context() as patched:
        patched.setattr("fsanet.commands.estimate.one_run.make_printer", stop_after_three)
        assert estimate("--out", "many", "--shard", "1/1") == EXIT_INTERRUPTED
    (tmp_path / "whole.jpg").replace(photos / "1.jpg")
    (photos / "0.jpg").rename(photos / "00.jpg")
    assert estimate("--out", "many", "--shard", "1/1") == EXIT_PARTIAL
    assert "Resuming: " in capsys.readouterr().err
    assert cli.main(["merge", "many"]) == EXIT_PARTIAL
    estimate("--out", "one")
    assert (tmp_path / "many" / "poses.csv").read_bytes() == (tmp_path / "one" / "poses.csv").read_bytes()


def test_rows_that_a_killed_run_left_are_not_taken_for_those_of_an_earlier_record(photos, capsys, monkeypatch):
    def killed(*_):
        raise OSError("killed")

    options = ("--out", "many", "--shard", "1/1")
    estimate(*options)
    with monkeypatch.context() as patched:
        patched.setattr("fsanet.cluster.shard_work.ShardWork.finish", killed)
        assert estimate(*options, "--margin", "0.5") == EXIT_ERROR
    capsys.readouterr()
    assert cli.main(["merge", "many"]) == EXIT_ERROR
    assert "'many' has no finished shard" in capsys.readouterr().err


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_shard_that_was_stopped_between_its_rows_and_its_record_goes_on(photos, tmp_path, capsys, monkeypatch, stop):
    def stopped(*_):
        raise stop

    (photos / "damaged.jpg").unlink()
    options = ("--out", "many", "--shard", "1/1")
    with monkeypatch.context() as patched:
        patched.setattr("fsanet.cluster.record.write_head", stopped)
        assert estimate(*options) != EXIT_OK
    leftover = tmp_path / "many" / f".poses-1-of-1.sources.{32 * '0'}.part.jsonl"
    leftover.touch()
    with monkeypatch.context() as patched:  # killed when the record is there
        patched.setattr("fsanet.cluster.shard_work.ShardWork.tidy", stopped)
        assert estimate(*options) != EXIT_OK
    assert "Resuming: 6 of 6 files are done." in capsys.readouterr().err
    assert (tmp_path / "many" / ".poses-1-of-1.csv.journal").exists()
    assert estimate(*options) == EXIT_OK
    assert sorted(path.name for path in (tmp_path / "many").iterdir()) == [
        "poses-1-of-1.csv",
        "poses-1-of-1.sources.jsonl",
    ]


def test_a_wrong_option_does_not_undo_a_finished_shard(photos, capsys):
    options = ("--out", "many", "--shard", "1/1")
    estimate(*options)
    assert estimate(*options, "--weights", "missing.h5") == EXIT_ERROR
    assert cli.main(["merge", "many"]) == EXIT_PARTIAL


def test_a_shard_without_any_source_is_done_too(photos, tmp_path):
    codes = [estimate("--out", "many", "--shard", f"{number}/12") for number in range(1, 13)]
    assert codes.count(EXIT_OK) >= 5
    assert cli.main(["merge", "many"]) == EXIT_PARTIAL


def test_merging_before_all_are_done_writes_nothing(photos, tmp_path, capsys):
    estimate("--out", "many", "--shard", "1/2")
    assert cli.main(["merge", "many"]) == EXIT_ERROR
    assert "1 of 2 shards are not finished in 'many': 2. Run them again." in capsys.readouterr().err
    assert not (tmp_path / "many" / "poses.csv").exists()


def test_the_help_tells_of_columns(capsys):
    with pytest.raises(SystemExit):
        cli.main(["merge", "--help"])
    assert ".csv or .jsonl, or .parquet where shards are joined" in " ".join(capsys.readouterr().out.split())


def test_shards_of_another_run_are_told_before_a_cluster_starts(photos, monkeypatch, capsys):
    monkeypatch.setattr("fsanet.cluster.shared_run.open_pool", lambda address: pytest.fail("the work starts"))
    estimate("--out", "many", "--shard", "1/2")
    assert estimate("--out", "many", "--cluster", "local:1", "--shards", "3") == EXIT_ERROR
    message = capsys.readouterr().err
    assert "'many' has finished shards of another run (poses-1-of-2.sources.jsonl): join them by" in message


@pytest.mark.parametrize(
    ("sources", "rows", "sentence"),
    [
        (["photos"], "poses.txt", "Rows are written to files that end in .csv, .jsonl or .parquet; got 'poses.txt'."),
        (["photos"], "poses.parquet", "Parquet needs pyarrow: pip install 'fsanet[parquet]'."),
        (["photos", "-"], "poses.csv", "A cluster shares out files, and '-' is none: leave it out."),
    ],
)
def test_what_cannot_be_is_told_before_a_cluster_starts(photos, monkeypatch, capsys, sources, rows, sentence):
    monkeypatch.setattr("fsanet.cluster.shared_run.open_pool", lambda address: pytest.fail("the work starts"))
    monkeypatch.setattr("fsanet.inference.rows.tables.find_spec", lambda name: None)
    assert cli.main(["estimate", *sources, "--no-pictures", "--cluster", "local:1", "--rows", rows]) == EXIT_ERROR
    assert sentence in capsys.readouterr().err


def test_no_shard(photos, capsys):
    with pytest.raises(SystemExit):
        estimate("--shard", "4/3")
    assert "A shard is NUMBER/COUNT such as 3/16" in capsys.readouterr().err
