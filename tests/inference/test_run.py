import csv
import errno
import os
import threading
from contextlib import suppress
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from fsanet.errors import InputError
from fsanet.image.reading import read_image, write_image
from fsanet.inference.images import estimate_images
from fsanet.inference.rows.file import RowFiles
from fsanet.inference.run import Run
from fsanet.inference.settings import RunSettings
from fsanet.inference.sources import Source, find_sources
from fsanet.inference.video.reader import VideoReader
from fsanet.inference.video.writer import writing_video


@pytest.fixture
def folder(tmp_path, scene):
    folder = tmp_path / "in"
    write_image(folder / "a.png", scene([(10, 20, 30, 210)]))
    write_image(folder / "sub" / "a.png", scene([(10, 20, 30, 220), (80, 20, 30, 225)]))
    (folder / "broken.jpg").write_text("no picture")
    with writing_video(folder / "clip.mp4", 10) as video:
        for _ in range(8):
            video.write(scene([(40, 40, 40, 250)]))
    return folder


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def go(estimator, sources, out, rows=None, **options):
    run = Run(estimator, RunSettings(out=out, quiet=True, **options), rows)
    return run(sources)


def test_pictures_videos_rows_and_failures(tmp_path, folder, estimator):
    out = tmp_path / "out"
    with RowFiles([out / "poses.csv"]) as rows:
        report = go(estimator, find_sources([str(folder)]).sources, out, rows)
    assert (report.sources, report.faces, report.pictures) == (4, 1 + 2 + 8, 3)
    assert [name for name, _ in report.failures] == [str(folder / "broken.jpg")]
    assert sorted(str(f.relative_to(out)) for f in out.rglob("*") if f.is_file()) == [
        "a.png", "clip.mp4", "poses.csv", "sub/a.png",
    ]  # fmt: skip
    assert not np.array_equal(read_image(out / "a.png"), read_image(folder / "a.png"))
    assert len(list(VideoReader(str(out / "clip.mp4")))) == 8
    rows = rows_of(out / "poses.csv")
    assert [(row["frame"], row["face"]) for row in rows] == [("", "0")] + [(str(i), "0") for i in range(8)] + [
        ("", "0"), ("", "1"),
    ]  # fmt: skip
    assert rows[3]["time"] == "0.2"
    assert rows[0]["yaw"] == "210.0"
    assert {row["box"] for row in rows} == {"detected"}


def test_files_of_one_name_do_not_overwrite_each_other(tmp_path, folder, estimator):
    sources = find_sources([str(folder / "a.png"), str(folder / "sub" / "a.png")]).sources
    go(estimator, sources, tmp_path / "out")
    assert sorted(f.name for f in (tmp_path / "out").iterdir()) == ["a.png", "a_2.png"]


def test_finished_files_are_skipped_after_a_kill(tmp_path, folder, estimator):
    sources = [source for source in find_sources([str(folder)]).sources if "broken" not in source.name]
    path = tmp_path / "poses.csv"
    with RowFiles([tmp_path / "whole.csv"]) as rows:
        go(estimator, sources, None, rows)

    class KilledError(Exception):
        pass

    def die_in_the_video(found):
        if found and found[0].frame == 3:
            raise KilledError

    def killed():
        with RowFiles([path]) as rows:
            Run(estimator, RunSettings(quiet=True), rows, on_rows=die_in_the_video)(sources)

    with pytest.raises(KilledError):
        killed()
    with RowFiles([path]) as rows:
        report = go(estimator, sources, None, rows)
    assert report.skipped == 1
    assert path.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def stopped_at_the_end(path, *given, **options):
    """The report of a run that was killed when all sources were gone through."""
    with suppress(OSError), RowFiles([path]) as rows:
        report = go(*given, rows=rows, **options)
        raise OSError
    return report


@pytest.mark.parametrize("then", ["mended", "still cut", "removed"])
def test_a_video_of_which_frames_are_missing_is_gone_through_again_by_a_run_that_goes_on(
    tmp_path, folder, estimator, monkeypatch, then
):
    def opened(kind, name, span):
        reader = VideoReader(name)
        reader.missed_frames = cut
        return reader

    monkeypatch.setattr("fsanet.inference.run.open_frames", opened)
    sources, path, cut = find_sources([str(folder / "clip.mp4"), str(folder / "a.png")]).sources, tmp_path / "p.csv", 3
    report = stopped_at_the_end(path, estimator, sources, None)
    assert (len(report.failures), report.partial) == (1, 1)
    cut = 3 * (then == "still cut")
    if then == "removed":
        (folder / "clip.mp4").unlink()
    with RowFiles([path]) as rows:
        report = go(estimator, sources, None, rows)
    assert (report.skipped, report.sources, len(report.failures), report.partial) == (
        1, 1, then != "mended", then == "still cut",
    )  # fmt: skip
    assert [Path(row["file"]).name for row in rows_of(path)] == 8 * (then != "removed") * ["clip.mp4"] + ["a.png"]


def test_a_picture_whose_copy_could_not_be_written_is_gone_through_again_by_a_run_that_goes_on(
    tmp_path, folder, estimator
):
    sources, path, out = find_sources([str(folder / "a.png")]).sources, tmp_path / "p.csv", tmp_path / "out"
    (out / "a.png").mkdir(parents=True)
    assert len(stopped_at_the_end(path, estimator, sources, out).failures) == 1
    (out / "a.png").rmdir()
    with RowFiles([path]) as rows:
        report = go(estimator, sources, out, rows)
    assert (report.skipped, report.pictures, report.failures) == (0, 1, [])
    assert len(rows_of(path)) == 1


def test_what_a_pipe_brings_now_takes_the_place_of_what_it_brought_before_a_kill(tmp_path, scene, estimator):
    pipe, path = tmp_path / "pipe", tmp_path / "p.csv"
    os.mkfifo(pipe)

    def brings(blue):
        picture = cv2.imencode(".png", scene([(10, 20, 30, blue)]))[1].tobytes()
        writer = threading.Thread(target=pipe.write_bytes, args=(picture,), daemon=True)
        writer.start()
        return [Source("stream", str(pipe))]

    stopped_at_the_end(path, estimator, brings(210), None)
    with RowFiles([path]) as rows:
        assert go(estimator, brings(220), None, rows).skipped == 0
    assert [row["yaw"] for row in rows_of(path)] == ["220.0"]


def test_a_finished_file_whose_copy_would_now_have_another_name_is_gone_through_again(tmp_path, folder, estimator):
    both, out = find_sources([str(folder / "a.png"), str(folder / "sub" / "a.png")]).sources, tmp_path / "out"
    stopped_at_the_end(tmp_path / "p.csv", estimator, both, out)
    with RowFiles([tmp_path / "p.csv"]) as rows:
        report = go(estimator, both[1:], out, rows)
    assert (report.skipped, report.pictures) == (0, 1)
    assert (out / "a.png").read_bytes() == (out / "a_2.png").read_bytes()
    assert len(rows_of(tmp_path / "p.csv")) == 2


def test_nothing_is_drawn_where_nothing_is_asked_for(folder, estimator, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    report = go(estimator, find_sources([str(folder / "a.png")]).sources, None)
    assert (report.faces, report.pictures) == (1, 0)
    assert sorted(tmp_path.rglob("*")) == before


def test_pictures_are_kept_for_who_writes_or_shows_them_only(folder, estimator, tmp_path, monkeypatch):
    class Viewer:
        def show(self, image_bgr, wait_ms):
            return ""

    def watched(*args):
        for result in estimate_images(*args):
            kept.append(result.image_bgr is not None)
            yield result

    monkeypatch.setattr("fsanet.inference.run.estimate_images", watched)
    sources = find_sources([str(folder / "a.png"), str(folder / "broken.jpg")]).sources
    for out, viewer, expected in ((None, None, False), (tmp_path / "out", None, True), (None, Viewer(), True)):
        kept = []
        report = Run(estimator, RunSettings(out=out, quiet=True), viewer=viewer)(sources)
        assert kept == [expected, False]
        assert (report.faces, len(report.failures)) == (1, 1)


@pytest.mark.parametrize("draw", ["axes", "cube", "none"])
def test_every_style_draws(folder, estimator, tmp_path, draw):
    go(estimator, find_sources([str(folder / "a.png")]).sources, tmp_path / "out", draw=draw)
    assert not np.array_equal(read_image(tmp_path / "out" / "a.png"), read_image(folder / "a.png"))


def test_a_video_that_fails_in_the_middle_leaves_no_rows_and_may_be_tried_again(
    tmp_path, folder, estimator, monkeypatch
):
    class BrokenReader(VideoReader):
        def __iter__(self):
            yield from islice(super().__iter__(), 6)
            raise InputError("it breaks here")

    def opened(kind, name, span):
        return (BrokenReader if "clip" in name else VideoReader)(name)

    monkeypatch.setattr("fsanet.inference.run.open_frames", opened)
    (folder / "whole.mp4").write_bytes((folder / "clip.mp4").read_bytes())
    sources = find_sources([str(folder / "clip.mp4"), str(folder / "whole.mp4")]).sources
    with RowFiles([tmp_path / "p.csv"]) as rows:
        report = go(estimator, sources, tmp_path / "out", rows)
    assert [Path(name).name for name, _ in report.failures] == ["clip.mp4"]
    assert report.faces == 8
    assert {Path(row["file"]).name for row in rows_of(tmp_path / "p.csv")} == {"whole.mp4"}
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["whole.mp4"]


def failing_frames(at: int, error: OSError):
    """What opens videos so that the read of a frame fails; of frame -1, opening does."""

    def opened(kind, name, span):
        if at < 0:
            raise error
        reader = VideoReader(name)

        class Failing:
            fps, sound_of, is_live, expected_frames = reader.fps, None, False, 8

            def __iter__(self):
                yield from islice(reader, at)
                raise error

        return Failing()

    return opened


@pytest.mark.parametrize("at", [-1, 0, 3])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ENOSPC])
def test_a_video_that_the_system_does_not_give_is_passed_over_and_the_rest_is_done(
    tmp_path, folder, estimator, monkeypatch, at, number
):
    error = OSError(number, os.strerror(number), str(folder / "clip.mp4"))
    monkeypatch.setattr("fsanet.inference.run.open_frames", failing_frames(at, error))
    with RowFiles([tmp_path / "poses.csv"]) as rows:
        report = go(estimator, find_sources([str(folder)]).sources, tmp_path / "out", rows)
    assert [name for name, _ in report.failures] == [str(folder / "broken.jpg"), str(folder / "clip.mp4")]
    assert len(rows_of(tmp_path / "poses.csv")) == report.faces == 1 + 2


def test_an_error_while_rows_are_written_ends_the_run(tmp_path, folder, estimator, monkeypatch):
    def full(rows):
        if rows and rows[0].frame:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    run = Run(estimator, RunSettings(out=None, quiet=True), on_rows=full)
    with pytest.raises(OSError, match="No space left"):
        run(find_sources([str(folder)]).sources)
    assert run.report.faces == 1 + 2  # of the picture before the video, and of its first two frames


def test_a_picture_that_a_stream_brings_is_searched_as_pictures_are_and_drawn_as_one(tmp_path, scene, estimator):
    for_videos = type("Frames", (), {"prepare": lambda *_: pytest.fail("searched as a frame")})()
    picture = cv2.imencode(".png", scene([(10, 20, 30, 210)]))[1].tobytes()
    away, to = os.pipe()
    with os.fdopen(to, "wb") as file:
        file.write(picture)
    (tmp_path / "out").mkdir()
    found = []
    run = Run(estimator, RunSettings(out=tmp_path / "out", quiet=True), None, found.extend, video_estimator=for_videos)
    report = run([Source("stream", f"/dev/fd/{away}")])
    os.close(away)
    assert (report.sources, report.faces, report.pictures, report.failures) == (1, 1, 1, [])
    assert [(row.file, row.frame, row.time, row.yaw) for row in found] == [(f"/dev/fd/{away}", None, None, 210)]
    (written,) = (tmp_path / "out").iterdir()
    assert written.suffix == ".png"


@pytest.fixture
def address(tmp_path, folder):
    """Of a film, with user and password, on a server."""
    server = HTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://me:secret@127.0.0.1:{server.server_port}/clip.mp4"
    server.shutdown()
    server.server_close()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def test_a_password_is_written_nowhere_and_a_stopped_run_goes_on_all_the_same(tmp_path, folder, estimator, address):
    def stopped():
        with RowFiles(paths, f"sources {address}") as rows:
            go(estimator, find_sources([address]).sources, None, rows)
            raise KeyboardInterrupt

    paths = [tmp_path / "p.csv", tmp_path / "p.jsonl"]
    with pytest.raises(KeyboardInterrupt):
        stopped()
    written = sorted(path for path in tmp_path.iterdir() if path.is_file())
    assert [path.name for path in written] == [".p.csv.journal", "p.csv", "p.jsonl"]
    assert all("secret" not in (text := path.read_text()) and "/clip.mp4" in text for path in written)
    with RowFiles(paths, f"sources {address}") as rows:
        go(estimator, find_sources([address]).sources, None, rows)
    assert len(rows_of(paths[0])) == 8


def test_addresses_that_are_shown_alike_are_all_gone_through(tmp_path, estimator, address):
    with RowFiles([tmp_path / "p.csv"]) as rows:
        given = [f"{address}?token=a", f"{address}?token=b"]
        assert go(estimator, find_sources(given).sources, None, rows).sources == 2
