import json
from contextlib import suppress
from pathlib import Path

import pytest

from fsanet.inference.face_estimator import Face
from fsanet.inference.rows.file import RowFiles
from fsanet.inference.rows.part import RowPart
from fsanet.inference.rows.row import make_row
from fsanet.pose.angles import Pose


def row(file, face=0):
    pose, error = Pose(1.234, -5.678, 9), Pose(2.04, 3.26, 1.5)
    return make_row(file, face, Face((1.04, 2, 30.26, 40), 0.98765, pose, 90, ("cut", "small"), error, "below nose"))


def run(paths, names, stop_after=None, error=KeyboardInterrupt, settings="s"):
    """Write one row a source; leave by `error` in the middle of the source after `stop_after`."""
    with RowFiles(paths, settings) as files:
        skipped = set(files.finished)
        for name in names:
            if name in skipped:
                continue
            files.write([row(name)])
            if name == stop_after:
                raise error("stopped")
            files.finish(name)
    return skipped


def test_csv_and_json_lines(tmp_path):
    paths = [tmp_path / "new" / "p.csv", tmp_path / "p.jsonl"]
    run(paths, ["a, b.jpg"])
    assert paths[0].read_text().splitlines() == [
        "file,frame,time,face,x1,y1,x2,y2,score,yaw,pitch,roll,box,azimuth,elevation,qw,qx,qy,qz,turn,flags,"
        "yaw_error,pitch_error,roll_error,mask",
        '"a, b.jpg",,,0,1.0,2,30.3,40,0.988,1.23,-5.68,9,detected,1.24,-5.68,0.99559,0.05022,-0.00684,-0.07889,90,'
        "cut small,2.0,3.3,1.5,below nose",
    ]
    assert json.loads(paths[1].read_text()) == row("a, b.jpg")._asdict()
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == ["p.csv", "p.jsonl"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(tmp_path, error):
    names = ["a", "b", "c", "d"]
    run([tmp_path / "whole.csv", tmp_path / "whole.jsonl"], names)
    paths = [tmp_path / "p.csv", tmp_path / "p.jsonl"]
    with pytest.raises(error):
        run(paths, names, stop_after="c", error=error)
    assert run(paths, names) == {"a", "b"}
    assert paths[0].read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert paths[1].read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_ctrl_c_leaves_whole_rows_under_the_final_name(tmp_path):
    path = tmp_path / "p.csv"
    with pytest.raises(KeyboardInterrupt):
        run([path], ["a", "b"], stop_after="b")
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["file", "a", "b"]


def test_other_settings_begin_anew(tmp_path):
    path = tmp_path / "p.csv"
    with pytest.raises(KeyboardInterrupt):
        run([path], ["a", "b"], stop_after="b")
    assert run([path], ["a", "b"], settings="other") == set()


def test_a_journal_line_cut_by_a_kill_is_dropped(tmp_path):
    path = tmp_path / "p.csv"
    with pytest.raises(OSError, match="stopped"):
        run([path], ["a", "b", "c"], stop_after="c", error=OSError)
    journal = tmp_path / ".p.csv.journal"
    journal.write_text(journal.read_text()[:-4])
    assert run([path], ["a", "b", "c"]) == {"a"}
    assert len(path.read_text().splitlines()) == 4


def test_an_error_before_the_first_source_is_finished_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match="stopped"):
        run([tmp_path / "p.csv"], ["a"], stop_after="a", error=OSError)
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_run_does_not_touch_an_earlier_result(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("earlier")
    with pytest.raises(OSError, match="stopped"):
        run([path], ["a", "b"], stop_after="b", error=OSError)
    assert path.read_text() == "earlier"


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"end in \.csv or \.jsonl; got '.*poses\.xlsx'"):
        RowFiles([tmp_path / "poses.xlsx"])


def test_a_run_that_goes_on_behind_a_cut_journal_line_can_be_stopped_once_more(tmp_path):
    path, names = tmp_path / "p.csv", ["a", "b", "c", "d"]
    with pytest.raises(OSError, match="stopped"):
        run([path], names, stop_after="c", error=OSError)
    journal = tmp_path / ".p.csv.journal"
    journal.write_text(journal.read_text()[:-4])
    with pytest.raises(OSError, match="stopped"):
        run([path], names, stop_after="d", error=OSError)
    assert run([path], names) == {"a", "b", "c"}
    assert len(path.read_text().splitlines()) == 5


def test_rows_that_are_dropped_are_gone_and_what_follows_stays(tmp_path):
    path = tmp_path / "p.csv"
    with RowFiles([path]) as files:
        for name, is_whole in (("a", True), ("bad", False), ("c", True)):
            files.write([row(name), row(name, 1)])
            if is_whole:
                files.finish(name)
            else:
                files.drop(name)
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["file", "a", "a", "c", "c"]


def test_a_second_file_that_cannot_be_written_leaves_nothing_of_the_first(tmp_path):
    (tmp_path / ".q.csv.part").mkdir()
    with pytest.raises(IsADirectoryError):
        run([tmp_path / "p.csv", tmp_path / "q.csv"], ["a"])
    assert [file.name for file in tmp_path.iterdir()] == [".q.csv.part"]


def stopped(paths, names, stop_after, **options):
    files = RowFiles(paths, "s", **options)
    with suppress(KeyboardInterrupt), files:
        for name in names:
            if name in files.finished:
                continue
            files.write([row(name)])
            if name == stop_after:
                raise KeyboardInterrupt
            files.finish(name)
    return files


def test_ctrl_c_leaves_an_earlier_result_until_a_run_has_ended(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("earlier")
    assert not stopped([path], ["a"], "a").stand
    assert [file.name for file in tmp_path.iterdir()] == ["p.csv"]
    assert not stopped([path], ["a", "b"], "b").stand
    assert path.read_text() == "earlier"
    assert run([path], ["a", "b"]) == {"a"}
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["file", "a", "b"]
    assert [file.name for file in tmp_path.iterdir()] == ["p.csv"]


def test_the_rows_of_a_camera_take_the_place_of_earlier_ones_at_ctrl_c(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("earlier")
    assert stopped([path], ["0"], "0", ends_by_ctrl_c=True).stand
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["file", "0"]
    assert [file.name for file in tmp_path.iterdir()] == ["p.csv"]


def test_a_second_run_into_the_same_file_is_refused_and_the_first_goes_on(tmp_path):
    path = tmp_path / "p.csv"
    with RowFiles([path]) as files:
        files.write([row("a")])
        with pytest.raises(OSError, match=r"Another run is writing '.*p\.csv': '.*\.p\.csv\.lock' is locked"):
            run([path], ["b"])
        files.finish("a")
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["file", "a"]
    assert [file.name for file in tmp_path.iterdir()] == ["p.csv"]


def test_a_second_run_into_any_of_the_same_files_is_refused(tmp_path):
    first, second, third = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    with RowFiles([first, second]) as files:
        with pytest.raises(OSError, match=r"Another run is writing '.*b\.csv': '.*\.b\.csv\.lock' is locked"):
            run([third, second], ["x"])
        files.write([row("a")])
        files.finish("a")
    assert finished_as(first) == finished_as(second) == ["a"]
    assert sorted(tmp_path.iterdir()) == [first, second]


def test_other_files_of_rows_begin_anew_and_nothing_of_the_unfinished_run_stays(tmp_path, caplog):
    first, second, third = (tmp_path / name for name in ("a.csv", "b.jsonl", "c.jsonl"))
    for earlier, now in (([first, second], [first, third]), ([first], [first, second]), ([first, second], [first])):
        with pytest.raises(OSError, match="stopped"):
            run(earlier, ["x", "y"], stop_after="y", error=OSError)
        caplog.clear()
        assert run(now, ["x", "y"]) == set()
        assert "had other settings" in caplog.text
        assert sorted(tmp_path.iterdir()) == sorted(now)
        for path in now:
            path.unlink()


@pytest.mark.parametrize("under_way", [True, False])
def test_rows_of_another_run_are_not_given_up_with_those_of_an_earlier_one(tmp_path, under_way):
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    with pytest.raises(OSError, match="stopped"):
        run([a, b], ["x", "y"], stop_after="y", error=OSError)
    with suppress(OSError), RowFiles([b], "s") as files:
        files.write([row("x")])
        files.finish("x")
        if under_way:
            run([a], ["x", "y"])
        raise OSError
    if not under_way:
        run([a], ["x", "y"])
    assert run([b], ["x", "y"]) == {"x"}


def test_what_cannot_be_opened_is_not_noted(tmp_path):
    with suppress(OSError), RowFiles([tmp_path / "p.csv"], "s") as files:
        files.leave("camera")
        raise OSError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("ends_by_ctrl_c", "goes_on"), [(True, False), (False, True)])
def test_it_is_told_whether_a_stopped_run_can_go_on(tmp_path, ends_by_ctrl_c, goes_on):
    files = RowFiles([tmp_path / "p.csv"], "s", ends_by_ctrl_c)
    with suppress(KeyboardInterrupt), files:
        files.write([row("a")])
        files.finish("a")
        raise KeyboardInterrupt
    assert files.goes_on is goes_on
    assert (tmp_path / ".p.csv.journal").exists() is goes_on


@pytest.mark.parametrize("damage", [b"\xff\xfe\n", b'{"no": "journal"}\n', b'["s", ["p.csv"]]\n[["x"], "a"]\n'])
def test_a_journal_that_is_none_begins_anew(tmp_path, damage):
    path = tmp_path / "p.csv"
    with pytest.raises(OSError, match="stopped"):
        run([path], ["a", "b"], stop_after="b", error=OSError)
    (tmp_path / ".p.csv.journal").write_bytes(damage)
    assert run([path], ["a", "b"]) == set()
    assert [file.name for file in tmp_path.iterdir()] == ["p.csv"]


def as_a_spreadsheet_saves(rows):
    return b"\xef\xbb\xbf" + rows.replace(b",", b";").replace(b"\n", b"\r\n")


@pytest.mark.parametrize("edit", [as_a_spreadsheet_saves, lambda rows: rows.replace(b"cut small", b"cut SMALL")])
def test_rows_that_were_edited_since_ctrl_c_stay_until_a_run_that_begins_anew_has_ended(tmp_path, caplog, edit):
    path, names = tmp_path / "p.csv", ["a", "b", "c"]
    run([tmp_path / "whole.csv"], names)
    stopped([path], names, "c")
    edited = edit(path.read_bytes())
    path.write_bytes(edited)
    assert not stopped([path], names, "c").stand
    (record,) = caplog.records
    assert record.getMessage().startswith(f"The rows of the unfinished run were changed or removed since ({path}): ")
    assert path.read_bytes() == edited
    assert run([path], names) == {"a", "b"}
    assert len(caplog.records) == 1
    assert path.read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.parametrize("removed", ["p.csv", "q.jsonl"])
def test_where_one_of_two_files_was_removed_the_other_stays_until_a_run_has_ended(tmp_path, caplog, removed):
    paths = {name: tmp_path / name for name in ("p.csv", "q.jsonl")}
    stopped(list(paths.values()), ["a", "b"], "b")
    paths.pop(removed).unlink()
    (other,) = paths.values()
    rows = other.read_bytes()
    with suppress(OSError), RowFiles([tmp_path / "p.csv", tmp_path / "q.jsonl"], "s") as files:
        assert files.finished == set()
        assert other.read_bytes() == rows
        raise OSError
    assert f"changed or removed since ({tmp_path / removed}): this one begins anew" in caplog.text
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {other.name: rows}


def test_rows_that_are_dropped_do_not_count_as_changed(tmp_path):
    path = tmp_path / "p.csv"
    with suppress(KeyboardInterrupt), RowFiles([path], "s") as files:
        files.write([row("bad")])
        files.drop("bad")
        files.write([row("a")])
        files.finish("a")
        raise KeyboardInterrupt
    assert run([path], ["a", "b"]) == {"a"}
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["file", "a", "b"]


def test_a_kill_while_the_files_get_back_their_hidden_names_loses_nothing(tmp_path):
    paths, names = [tmp_path / "p.csv", tmp_path / "q.jsonl"], ["a", "b"]
    stopped(paths, names, "b")
    paths[0].replace(tmp_path / ".p.csv.part")
    assert run(paths, names) == {"a"}
    assert len(paths[1].read_text().splitlines()) == 2


def test_a_journal_without_checksums_of_an_earlier_version_begins_anew(tmp_path):
    path = tmp_path / "p.csv"
    stopped([path], ["a", "b"], "b")
    rows = path.read_bytes()
    (tmp_path / ".p.csv.journal").write_text(f'["s", ["p.csv"]]\n[[{len(rows)}], "a"]\n')
    with RowFiles([path], "s") as files:
        assert files.finished == set()
        assert path.read_bytes() == rows
        files.write([row("a")])
        files.finish("a")
    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["file", "a"]


def test_one_file_twice_and_a_folder_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="Each file of rows is named once; got "):
        RowFiles([tmp_path / "p.csv", tmp_path / "x" / ".." / "p.csv"])
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(IsADirectoryError, match=r"d\.csv' is a folder, where rows are to be written"):
        run([tmp_path / "d.csv"], ["a"])
    assert [file.name for file in tmp_path.iterdir()] == ["d.csv"]


def test_nothing_stays_where_not_even_the_header_could_be_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RowFiles, "_note", full)
    with pytest.raises(OSError, match="No space"):
        run([tmp_path / "p.csv"], ["a"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stop_after", [None, "b"])
def test_on_a_disk_that_is_full_at_the_end_all_files_are_closed_and_only_what_can_be_resumed_stays(
    tmp_path, monkeypatch, stop_after
):
    closed, close = [], RowPart.close

    def full(part):
        close(part)
        closed.append(part)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RowPart, "close", full)
    paths = [tmp_path / "p.csv", tmp_path / "p.jsonl"]
    with pytest.raises(OSError, match="No space"):
        run(paths, ["a", "b"][: 2 if stop_after else 0], stop_after, OSError)
    assert len(closed) == 2
    left = [".p.csv.journal", ".p.csv.part", ".p.jsonl.part"] if stop_after else []
    assert sorted(file.name for file in tmp_path.iterdir()) == left
    monkeypatch.undo()
    assert run(paths, ["a", "b"]) == ({"a"} if stop_after else set())


def test_rows_on_two_drives_of_windows_are_told_apart_by_their_whole_paths(tmp_path, monkeypatch):
    def on_another_drive(path, start):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    paths, names = [tmp_path / "p.csv", tmp_path / "q.jsonl"], ["a", "b"]
    monkeypatch.setattr("fsanet.inference.rows.file.os.path.relpath", on_another_drive)
    stopped(paths, names, "b")
    assert str(tmp_path / "q.jsonl") in json.loads((tmp_path / ".p.csv.journal").read_text().splitlines()[0])[1]
    assert run(paths, names) == {"a"}
    stopped(paths, names, "b")
    run([paths[0]], names, settings="other")
    assert not (tmp_path / ".q.jsonl.part").exists()


def test_a_name_that_leads_round_in_a_circle_of_links_takes_the_rows(tmp_path):
    (tmp_path / "p.csv").symlink_to("p.csv")
    run([tmp_path / "p.csv"], ["a"])
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 2


def finished_as(path):
    return [line.split(",")[0] for line in path.read_text().splitlines()[1:]]


def gone_through(paths, names, failing=(), stop_after=None):
    """A row a source, but for those that fail; what was finished before is left out."""
    with suppress(OSError), RowFiles(paths, "s") as files:
        files.expect(names)
        for name in names:
            if name in files.finished or name in failing:
                continue
            files.write([row(name), row(name, 1)])
            files.finish(name)
            if name == stop_after:
                raise OSError("stopped")


def test_a_resumed_run_with_other_sources_ends_with_the_bytes_of_one_that_was_not_stopped(tmp_path, caplog):
    wholes, paths = ([tmp_path / f"{stem}{end}" for end in (".csv", ".jsonl")] for stem in ("whole", "p"))
    gone_through(wholes, now := ["a", "bad", "c", "d", "new", "z"])
    gone_through(paths, ["a", "bad", "c", "gone", "z"], failing=["bad"], stop_after="gone")
    gone_through(paths, now, failing=["bad"], stop_after="d")
    assert f"The unfinished run of '{paths[0]}' has rows of 1 files that are not among those of this one" in caplog.text
    gone_through(paths, now)
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in wholes]
    assert sorted(tmp_path.iterdir()) == sorted(wholes + paths)


def test_a_run_that_may_try_failures_again_goes_on_from_its_finished_files(tmp_path):
    paths, names = [tmp_path / "p.csv", tmp_path / "p.jsonl"], ["a", "bad", "c", "worse"]
    record = tmp_path / "p.sources.jsonl"
    gone_through(paths, names, failing=["bad", "worse"], stop_after="c")
    for failing in (["worse"], []):  # first with rows that are put in order, then behind these
        with RowFiles(paths, "s", record=record) as files:
            files.expect(names)
            assert files.finished == set(names) - {"bad", "worse"} if failing else set(names) - {"worse"}
            for name in sorted(set(names) - files.finished - set(failing)):
                files.write([row(name), row(name, 1)])
                files.finish(name)
        assert finished_as(paths[0]) == [name for name in names if name not in failing for _ in range(2)]
    assert sorted(tmp_path.iterdir()) == [tmp_path / ".p.csv.journal", *paths]


@pytest.mark.parametrize("tries", [1, 2])
@pytest.mark.parametrize("again", ["whole", "failed", "left"])
def test_the_rows_of_a_source_that_is_not_done_are_replaced_when_it_is_tried_again(tmp_path, again, tries):
    path = tmp_path / "p.csv"
    for _ in range(tries):
        with suppress(OSError), RowFiles([path], "s") as files:
            files.expect(["half", "b"])
            assert "half" not in files.finished
            files.write([row("half")])
            files.finish("half", is_done=False)
            if "b" not in files.finished:
                files.write([row("b")])
                files.finish("b")
            raise OSError
    with RowFiles([path], "s") as files:
        files.expect(["half", "b"])
        assert files.finished == {"b"}
        files.write([row("half"), row("half", 1)])
        {"whole": files.finish, "failed": files.drop, "left": files.leave}[again]("half")
    assert finished_as(path) == {"whole": 2, "failed": 0, "left": 3}[again] * ["half"] + ["b"]


def test_rows_that_a_failed_stream_has_shown_stay_and_it_is_tried_again(tmp_path):
    path = tmp_path / "p.csv"
    with suppress(OSError), RowFiles([path], "s") as files:
        files.write([row("camera")])
        files.leave("camera")
        files.write([row("b")])
        files.finish("b")
        raise OSError
    with RowFiles([path], "s") as files:
        files.expect(["b", "camera"])
        assert files.finished == {"b"}
        files.write([row("camera")])
        files.finish("camera")
    assert finished_as(path) == ["b", "camera", "camera"]


@pytest.mark.parametrize("names_taken", [0, 1, 2])
def test_a_kill_while_rows_are_put_in_order_loses_nothing(tmp_path, monkeypatch, names_taken):
    paths, names = [tmp_path / "p.csv", tmp_path / "p.jsonl"], ["a", "bad", "c"]
    gone_through([tmp_path / "whole.csv", tmp_path / "whole.jsonl"], names)
    gone_through(paths, names, failing=["bad"], stop_after="c")
    replace, taken = Path.replace, []

    def killed(path, target):
        if ".part." in path.name and len(taken) == names_taken:
            raise OSError("killed")
        taken.extend([target] * (".part." in path.name))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", killed)
    gone_through(paths, names)
    monkeypatch.setattr(Path, "replace", replace)
    assert len(taken) == names_taken
    with RowFiles(paths, "s") as files:
        files.expect(names)
        assert files.finished == set(names)
    assert [path.read_bytes() for path in paths] == [(tmp_path / f"whole{path.suffix}").read_bytes() for path in paths]
    assert len(list(tmp_path.iterdir())) == 4


def test_what_tells_of_the_rows_goes_before_they_change_and_no_sooner(tmp_path):
    path, record = tmp_path / "p.csv", tmp_path / "p.sources.jsonl"
    path.write_text("earlier")
    record.touch()
    with suppress(OSError), RowFiles([path], "s", record=record) as files:
        files.finish("a")
        raise OSError
    assert record.exists()
    with RowFiles([path], "s", record=record):
        pass
    assert not record.exists()
    record.touch()
    with suppress(OSError), RowFiles([path], "s", record=record):
        assert not path.exists()
        assert not record.exists()
        raise OSError
