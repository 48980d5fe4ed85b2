"""Shards: each source in one, whatever machine; recorded when done, one process at a time, joined without gaps."""

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from fsanet.cluster import merging
from fsanet.cluster.merging import find_records, merge_shards
from fsanet.cluster.record import (
    DoneSource,
    RunOfShards,
    read_record,
    record_path,
    run_of_shards,
    write_head,
    write_record,
)
from fsanet.cluster.shard import Shard, all_shards, parse_shard
from fsanet.cluster.shard_work import ShardWork
from fsanet.files import locked, printable
from fsanet.inference.face_estimator import Face
from fsanet.inference.rows.row import make_row
from fsanet.inference.rows.tables import open_sink, read_rows
from fsanet.inference.sources import Source, find_sources
from fsanet.pose.angles import Pose

SOURCES = [Source("image", f"photos/{number:02}.jpg", "photos") for number in range(40)]
FACE = Face((1.0, 2.0, 30.0, 40.0), 0.9, Pose(1.0, -2.0, 3.5))


def rows_of(source: Source, faces: int):
    return [make_row(source.name, number, FACE, frame=None) for number in range(faces)]


def faces_of(source: Source) -> int:
    return int(source.name[-5]) % 3


def write_all(folder, count=4, sources=SOURCES, suffix=".csv"):
    """A finished run of shards."""
    run = run_of_shards(count, sources, "settings")
    for shard in all_shards(count):
        path = shard.part_of(folder / f"poses{suffix}")
        with open_sink(path) as sink:
            for source in filter(shard.holds, sources):
                sink.write(rows_of(source, faces_of(source)))
        write_record(run, shard, sources, path, [])


def whole(folder, suffix=".csv", sources=SOURCES) -> bytes:
    with open_sink(folder / f"whole{suffix}") as sink:
        for source in sources:
            sink.write(rows_of(source, faces_of(source)))
    return (folder / f"whole{suffix}").read_bytes()


def test_every_source_is_in_one_shard():
    assert all(sum(shard.holds(source) for shard in all_shards(7)) == 1 for source in SOURCES)


def test_shares_are_of_about_one_size():
    sources = [Source("image", f"{n}.jpg") for n in range(4000)]
    sizes = [sum(map(shard.holds, sources)) for shard in all_shards(8)]
    assert 400 < min(sizes) <= max(sizes) < 600


def test_the_share_is_the_same_in_every_process_and_below_every_mount():
    mine = [source.name for source in SOURCES if Shard(2, 5).holds(source)]
    code = (
        "from fsanet.cluster.shard import Shard; from fsanet.inference.sources import Source; "
        "print([s.name for n in range(40) for s in [Source('image', f'/mnt/photos/{n:02}.jpg', '/mnt/photos')] "
        "if Shard(2, 5).holds(s)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.replace("/mnt/", "").strip() == str(mine)
    assert mine


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4"])
def test_what_is_no_shard(text):
    with pytest.raises(ValueError, match="A shard is NUMBER/COUNT such as 3/16"):
        parse_shard(text)


def test_names_of_parts_sort(tmp_path):
    names = [shard.part_of(tmp_path / "poses.csv").name for shard in all_shards(12)]
    assert names == sorted(names)
    assert names[2] == "poses-03-of-12.csv"


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_merged_rows_are_those_of_one_process(tmp_path, suffix):
    write_all(tmp_path, suffix=suffix)
    merged = merge_shards(find_records(tmp_path), [tmp_path / f"poses{suffix}"])
    assert (tmp_path / f"poses{suffix}").read_bytes() == whole(tmp_path, suffix)
    assert (merged.files, merged.faces) == (40, sum(map(faces_of, SOURCES)))


def test_shards_are_joined_in_rounds_to_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(merging, "_AT_ONCE", 3)
    write_all(tmp_path, count=12)
    before = set(tmp_path.iterdir())
    merged = merge_shards(find_records(tmp_path), [tmp_path / "poses.csv"])
    assert set(tmp_path.iterdir()) - before == {tmp_path / "poses.csv"}
    assert (tmp_path / "poses.csv").read_bytes() == whole(tmp_path)
    assert (merged.files, merged.faces) == (40, sum(map(faces_of, SOURCES)))


def write_one(folder, sources: list[DoneSource], rows):
    """A finished run of one shard."""
    path = folder / "poses-1-of-1.csv"
    with open_sink(path) as sink:
        sink.write(rows)
    with record_path(path).open("w") as file:
        write_head(file, RunOfShards(1, len(sources), "", ""), 1, path)
        file.writelines(json.dumps(source) + "\n" for source in sources)


def parts_of_film(count: int, frames: int, shared: int):
    """The parts of a video and their rows: two faces, which each part but the first numbers the other way round."""
    sources, rows = [], []
    for number in range(count):
        begin = max(0, number * frames - shared)
        seen = [(frame, face) for frame in range(begin, (number + 1) * frames) for face in (0, 1)]
        for frame, face in seen:
            x = 100.0 * (face if number == 0 else 1 - face)
            rows.append(
                make_row("a.mp4", face, Face((x, 0, x + 30, 40), 0.9, FACE.pose), frame=frame, time_s=frame / 9)
            )
        sources.append(DoneSource(number, "a.mp4", len(seen), "", number * frames))
    return sources, rows


@pytest.mark.parametrize("kind", ["whole", "parts", "pictures"])
def test_a_merge_takes_as_much_memory_for_many_rows_as_for_some(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(merging, "_ROWS_AT_ONCE", 40)
    monkeypatch.setattr(merging, "_FRAMES_BACK", 20)
    peaks = []
    for count in (1000, 5000):
        sources, rows = parts_of_film(2, count // 4, 3)
        if kind == "whole":
            sources, rows = [DoneSource(0, "a.mp4", count, "")], [rows[0]] * count
        if kind == "pictures":
            sources = [DoneSource(number, f"{number}.jpg", 1, "") for number in range(count)]
            rows = [rows[0]._replace(file=source.file) for source in sources]
        write_one(tmp_path, sources, rows)
        del rows, sources
        tracemalloc.start()
        merge_shards(find_records(tmp_path), [tmp_path / "poses.csv"])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("back", [4, 1000])
def test_faces_keep_their_numbers_from_part_to_part_by_the_last_frames_alone(tmp_path, monkeypatch, back):
    monkeypatch.setattr(merging, "_FRAMES_BACK", back)
    write_one(tmp_path, *parts_of_film(3, 20, 3))
    merged = merge_shards(find_records(tmp_path), [tmp_path / "all.csv"])
    rows = list(read_rows(tmp_path / "all.csv"))
    assert [(row.frame, row.face) for row in rows] == [(frame, face) for frame in range(60) for face in (0, 1)]
    assert all(row.x1 == 100 * row.face for row in rows)
    assert (merged.files, merged.sources, merged.faces) == (1, 3, 120)


def test_what_a_killed_merge_leaves_the_next_one_removes(tmp_path):
    write_all(tmp_path, count=12)
    before = set(tmp_path.iterdir())
    code = (
        "import os; from itertools import count; from pathlib import Path; from fsanet.cluster import merging\n"
        "places, merging._AT_ONCE = count(), 3\n"
        "kept = merging._own_rows\n"
        "merging._own_rows = lambda *given: os._exit(9) if next(places) > 60 else kept(*given)\n"
        "merging.merge_shards(merging.find_records(Path('.')), [Path('poses.csv')])\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 9
    left = sorted(path.name for path in set(tmp_path.iterdir()) - before)
    assert any(name.startswith(".poses.csv.merging-") for name in left)
    assert any(name.endswith(".part.csv") for name in left)
    (tmp_path / ".other.csv.merging-1").mkdir()
    merge_shards(find_records(tmp_path), [tmp_path / "poses.csv"])
    assert set(tmp_path.iterdir()) - before == {tmp_path / "poses.csv", tmp_path / ".other.csv.merging-1"}
    assert (tmp_path / "poses.csv").read_bytes() == whole(tmp_path)


def test_two_merges_do_not_write_the_same_file(tmp_path):
    write_all(tmp_path)
    records = find_records(tmp_path)
    with (
        locked(tmp_path / ".b.csv.lock", ""),
        pytest.raises(OSError, match=r"Another run is writing '.*b\.csv': .* is locked"),
    ):
        merge_shards(records, [tmp_path / "a.csv", tmp_path / "b.csv"])
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("name", ["poses-2-of-4.csv", "poses-2-of-4.sources.jsonl", "link.csv"])
def test_rows_of_a_shard_are_not_replaced(tmp_path, name):
    write_all(tmp_path)
    (tmp_path / "link.csv").symlink_to("poses-2-of-4.csv")
    before = (tmp_path / name).read_bytes()
    with pytest.raises(ValueError, match=r"is what shard 2 left and would be replaced: give another"):
        merge_shards(find_records(tmp_path), [tmp_path / "all.csv", tmp_path / name])
    assert (tmp_path / name).read_bytes() == before
    assert not (tmp_path / "all.csv").exists()


@pytest.mark.parametrize("second", ["all.csv", "folder/../all.csv"])
def test_each_output_of_a_merge_is_named_once(tmp_path, second):
    write_all(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match="Each file of rows is named once"):
        merge_shards(find_records(tmp_path), [tmp_path / "all.csv", tmp_path / second])
    assert not (tmp_path / "all.csv").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="asks Linux for the open files")
def test_more_shards_than_files_may_be_open_are_joined(tmp_path):
    sources = [Source("image", f"photos/{number:04}1.jpg", "photos") for number in range(600)]
    write_all(tmp_path, count=300, sources=sources)
    resource = pytest.importorskip("resource", reason="Windows has no such limits")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    there = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (there + 150, before[1]))
    try:
        merge_shards(find_records(tmp_path), [tmp_path / "poses.csv"])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (tmp_path / "poses.csv").read_bytes() == whole(tmp_path, sources=sources)


def test_names_with_commas_quotes_and_line_breaks(tmp_path):
    sources = [Source("image", f'a,{n} "b"\n c.jp{n}') for n in range(6)]
    run = run_of_shards(2, sources, "")
    for shard in all_shards(2):
        path = shard.part_of(tmp_path / "poses.csv")
        with open_sink(path) as sink:
            for source in filter(shard.holds, sources):
                sink.write(rows_of(source, 2))
        write_record(run, shard, sources, path, [])
    merge_shards(find_records(tmp_path), [tmp_path / "poses.csv"])
    assert [row.file for row in read_rows(tmp_path / "poses.csv")][::2] == [source.name for source in sources]


def test_what_failed_is_told_of_names_that_are_not_printed_as_they_are(tmp_path):
    sources, path = [Source("image", "a\n\x1b.jpg")], tmp_path / "poses-1-of-1.csv"
    with open_sink(path):
        pass
    write_record(run_of_shards(1, sources, ""), Shard(1, 1), sources, path, [(printable(sources[0].name), "empty")])
    assert read_record(record_path(path)).sources[0].file == sources[0].name
    merged = merge_shards([read_record(record_path(path))], [tmp_path / "poses.csv"])
    assert merged.failures == [("a\\n\\x1b.jpg", "empty")]


def test_a_password_is_not_in_the_record(tmp_path):
    sources, path = [Source("stream", address := "rtsp://me:secret@camera/1")], tmp_path / "poses-1-of-1.csv"
    rows = [make_row(sources[0].shown_name, 0, FACE, frame=0)]
    with open_sink(path) as sink:
        sink.write(rows)
    run = run_of_shards(1, sources, f"sources {address}")
    write_record(run, Shard(1, 1), sources, path, [(sources[0].label, "gone")])
    assert "secret" not in record_path(path).read_text()
    merged = merge_shards([read_record(record_path(path))], [tmp_path / "poses.csv"])
    assert (merged.faces, merged.failures) == (1, [("rtsp://camera/1", "gone")])


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are text")
def test_names_that_are_written_alike_are_told_apart(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in (b"\xff.jpg", rb"\xff.jpg"):
        photos.joinpath(os.fsdecode(name)).write_bytes(b"\xff\xd8\xff")
    sources, path = find_sources([str(photos)]).sources, tmp_path / "poses-1-of-1.csv"
    with open_sink(path) as sink:
        for number, source in enumerate(sources):
            sink.write([make_row(source.shown_name, face, FACE) for face in range(1 + number)])
    write_record(run_of_shards(1, sources, ""), Shard(1, 1), sources, path, [])
    record = read_record(record_path(path))
    assert [(source.file, source.faces) for source in record.sources] == [
        (f"{photos}/\\xff.jpg", 1), (f"{photos}/\\xff.jpg (2)", 2),
    ]  # fmt: skip
    assert merge_shards([record], [tmp_path / "poses.csv"]).faces == 3


def test_parquet_has_the_same_rows(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pip install 'fsanet[parquet]' to test Parquet")
    write_all(tmp_path)
    merge_shards(find_records(tmp_path), [tmp_path / "poses.csv", tmp_path / "poses.parquet"])
    table = parquet.read_table(tmp_path / "poses.parquet").to_pylist()
    assert table == [row._asdict() for row in read_rows(tmp_path / "poses.csv")]


def test_a_missing_shard_is_named(tmp_path):
    write_all(tmp_path)
    record_path(Shard(3, 4).part_of(tmp_path / "poses.csv")).unlink()
    with pytest.raises(ValueError, match=r"1 of 4 shards are not finished in .*: 3\. Run them again"):
        find_records(tmp_path)


def test_shards_of_two_runs_are_not_mixed(tmp_path):
    write_all(tmp_path)
    path = Shard(1, 4).part_of(tmp_path / "poses.csv")
    write_record(run_of_shards(4, SOURCES, "other settings"), Shard(1, 4), SOURCES, path, [])
    with pytest.raises(ValueError, match="has shards of 2 runs, which differ"):
        find_records(tmp_path)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda lines: lines[:-1],
            r"does not have the \d rows of|of 40 sources: one is cut short|after a gap of|has more rows than",
        ),
        (lambda lines: [*lines, lines[-1]], "comes twice|does not have the"),
    ],
)
def test_a_source_that_is_missing_or_twice_is_found(tmp_path, change, text):
    write_all(tmp_path)
    path = record_path(Shard(2, 4).part_of(tmp_path / "poses.csv"))
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))
    with pytest.raises(ValueError, match=text):
        merge_shards(find_records(tmp_path), [tmp_path / "out.csv"])
    assert not (tmp_path / "out.csv").exists()


def test_rows_that_were_cut_are_found(tmp_path):
    write_all(tmp_path)
    rows = Shard(2, 4).part_of(tmp_path / "poses.csv")
    rows.write_text("".join(rows.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(ValueError, match=r"does not have the \d rows of .*: remove '.*' and run shard 2/4 again"):
        merge_shards(find_records(tmp_path), [tmp_path / "out.csv"])


def test_a_record_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "poses-1-of-4.sources.jsonl").write_text(json.dumps({"of": 4}) + "\n")
    with pytest.raises(ValueError, match="is no record of a shard: remove it and run the shard again"):
        read_record(tmp_path / "poses-1-of-4.sources.jsonl")


def test_two_processes_are_not_at_one_shard(tmp_path):
    with ShardWork(Shard(1, 2), SOURCES, [tmp_path / "poses.csv"], ""):
        with pytest.raises(OSError, match="Another process is at shard 1/2"), _work(tmp_path):
            pass
        with _work(tmp_path, 2):
            pass
    with _work(tmp_path):
        pass


def _work(folder, number=1, settings="", drawn=""):
    return ShardWork(Shard(number, 2), SOURCES, [folder / "poses.csv"], settings, drawn)


def test_a_shard_is_done_for_its_settings_and_files_alone(tmp_path, caplog):
    with _work(tmp_path) as work:
        assert not work.is_done()
        with open_sink(work.rows[0]):
            pass
        work.finish([])
        assert work.is_done()
        assert not caplog.records
    assert not _work(tmp_path, settings="other").is_done()
    assert not ShardWork(Shard(1, 2), SOURCES[:-1], [tmp_path / "poses.csv"], "").is_done()
    elsewhere = [Source("image", f"/mnt/{source.name}", "/mnt/photos") for source in SOURCES]
    assert not ShardWork(Shard(1, 2), elsewhere, [tmp_path / "poses.csv"], "").is_done()
    said = {record.getMessage() for record in caplog.records}
    assert said == {"Shard 1/2 was done with other settings, files or annotated copies."}


def test_a_shard_is_done_where_the_copies_are_that_are_asked_for(tmp_path):
    for drawn, asked, is_done in (("", "axes in a", False), ("axes in a", "", True), ("axes in a", "axes in b", False)):
        with _work(tmp_path, drawn=drawn) as work:
            with open_sink(work.rows[0]):
                pass
            work.finish([])
            assert work.is_done()
        assert _work(tmp_path, drawn=asked).is_done() == is_done


def test_a_shard_with_failures_is_not_done(tmp_path, caplog):
    caplog.set_level("INFO")
    with _work(tmp_path) as work:
        with open_sink(work.rows[0]):
            pass
        work.finish([(work.sources[0].name, "damaged")])
        assert not work.is_done()
    assert "Shard 1/2 is done but for 1 failures: what could not be read is tried again." in caplog.text
    assert read_record(record_path(work.rows[0])).sources[0].problem == "damaged"


@pytest.mark.parametrize("other", ["photos", "photos/", "/mnt/photos"])
def test_shards_of_one_folder_that_machines_mount_elsewhere_are_joined_and_named(tmp_path, caplog, other):
    for number, folder in ((1, "photos"), (2, other)):
        sources = [Source("image", f"{Path(folder)}/{place:02}.jpg", folder) for place in range(40)]
        path = Shard(number, 2).part_of(tmp_path / "poses.csv")
        with open_sink(path) as sink:
            for source in filter(Shard(number, 2).holds, sources):
                sink.write(rows_of(source, 1))
        write_record(run_of_shards(2, sources, "s"), Shard(number, 2), sources, path, [])
    assert merge_shards(find_records(tmp_path), [tmp_path / "poses.csv"]).faces == 40
    said = [record.getMessage() for record in caplog.records]
    what = "name /mnt/photos and photos: their rows belong together if that is one folder alone."
    assert said == [f"Shards in '{tmp_path}' {what}"] * (other == "/mnt/photos")


def test_rows_of_a_file_that_is_none_of_the_shard_are_one_sentence(tmp_path):
    path = tmp_path / "poses-1-of-1.csv"
    with open_sink(path) as sink:
        sink.write(rows_of(SOURCES[0], 1))
    with pytest.raises(ValueError, match=r"has rows of 'photos/00\.jpg', which is none of its files: remove it"):
        write_record(run_of_shards(1, SOURCES[1:], ""), Shard(1, 1), SOURCES[1:], path, [])
