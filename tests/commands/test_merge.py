"""`fsanet estimate --shard` and `fsanet merge`, as they are typed."""

import shutil
from contextlib import nullcontext

import pytest

from fsanet import cli
from fsanet.cluster.merging import Merged
from fsanet.console import EXIT_ERROR, EXIT_OK, EXIT_PARTIAL


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
    estimate("--out", "many", "--shard", "1/2")
    [rows] = (tmp_path / "many").glob("poses-*.csv")
    before = rows.stat().st_mtime_ns
    assert estimate("--out", "many", "--shard", "1/2") == EXIT_OK
    assert "Shard 1/2 is done" in capsys.readouterr().err
    assert rows.stat().st_mtime_ns == before


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


def test_no_shard(photos, capsys):
    with pytest.raises(SystemExit):
        estimate("--shard", "4/3")
    assert "A shard is NUMBER/COUNT such as 3/16" in capsys.readouterr().err
