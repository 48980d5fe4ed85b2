import errno
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from fsanet.errors import sentence_of
from fsanet.image.kinds import kind_of_file
from fsanet.inference import sources
from fsanet.inference.rows.row import csv_header
from fsanet.inference.search import PassedOver
from fsanet.inference.sources import find_sources, summary_of_closed, summary_of_skipped, with_kind

JPEG = cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
MP4 = b"\0\0\0\x18ftypmp42" + bytes(100)


@pytest.fixture
def tree(tmp_path):
    for name in ("b.jpg", "a.PNG", "notes.txt", "sub/c.mp4", "sub/deep/d.jpeg", ".hidden/e.jpg", ".f.jpg", "out/g.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names(found, root):
    return [(source.kind, source.name.removeprefix(f"{root}/")) for source in found.sources]


def test_a_folder_is_searched_with_all_below_sorted_without_hidden_files(tree):
    found = find_sources([str(tree)])
    assert names(found, tree) == [
        ("image", "a.PNG"),
        ("image", "b.jpg"),
        ("image", "out/g.jpg"),
        ("video", "sub/c.mp4"),
        ("image", "sub/deep/d.jpeg"),
    ]
    assert found.sources[4].relative_name == "sub/deep/d.jpeg"
    assert list(found.passed.files) == [str(tree / "notes.txt")]


def test_content_counts_more_than_names(tmp_path):
    for name, content in {"photo": JPEG, "clip.jpg": MP4, "film.dat": MP4, "page.mp4": JPEG, "a.csv": b"x,y"}.items():
        (tmp_path / name).write_bytes(content)
    found = find_sources([str(tmp_path)])
    assert names(found, tmp_path) == [
        ("video", "clip.jpg"),
        ("video", "film.dat"),
        ("image", "page.mp4"),
        ("image", "photo"),
    ]
    assert list(found.passed.files) == [str(tmp_path / "a.csv")]


def test_names_of_single_pictures_are_taken_unopened_where_that_is_asked_for(tmp_path, monkeypatch):
    (tmp_path / "below").mkdir()
    contents = {"a.jpg": JPEG, "below/clip.JPG": MP4, "film.mp4": MP4, "photo": JPEG, "x.png": b"", "a.csv": b"x,y"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    whole, opened = find_sources([str(tmp_path)]), []
    monkeypatch.setattr(sources, "kind_of_file", lambda path: opened.append(path.name) or kind_of_file(path))
    found = find_sources([str(tmp_path)], by_name=True)
    assert opened == ["a.csv", "film.mp4", "photo"]
    assert [source.kind for source in found.sources] == ["image", "image", "video", "image", "image"]
    assert found.passed == whole.passed
    assert [with_kind(source) for source in found.sources] == whole.sources
    assert whole.sources[1].kind == "video"


@pytest.mark.parametrize(
    "folder", [".", "./sub", "sub", "sub/", "sub//deep/", "sub/../sub", "{}", "{}/sub/", "s*", "**"]
)
def test_names_below_a_folder_are_those_that_paths_have(tree, monkeypatch, folder):
    (tree / "here").symlink_to(tree)
    monkeypatch.chdir(tree / "here")
    found = find_sources([folder.format(tree)]).sources
    assert any(source.folder for source in found)
    for source in found:
        path = Path(source.name)
        assert source.name == str(path)
        assert source.relative_name == (str(path.relative_to(source.folder)) if source.folder else path.name)


def test_files_are_sorted_as_paths_are(tree):
    for name in ("sub.jpg", "sub-1/a.jpg", "sub0.jpg", "sub/Z.jpg", "sub/deep.jpg"):
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).touch()
    for pattern in ("", "*"):
        found = [Path(source.name) for source in find_sources([str(tree / pattern)]).sources]
        assert found == sorted(found)


def test_the_output_folder_is_left_out(tree):
    for searched in (tree, tree / "**" / "*.jpg"):
        assert "out/g.jpg" in dict(map(reversed, names(find_sources([str(searched)]), tree)))
        assert "out/g.jpg" not in dict(map(reversed, names(find_sources([str(searched)], tree / "out"), tree)))


def test_a_folder_that_is_source_and_output_is_refused(tree):
    with pytest.raises(ValueError, match="cannot be both source and --out: give another folder"):
        find_sources([str(tree / "sub")], tree / "out" / ".." / "sub")


def test_a_pattern_that_finds_nothing_but_output_is_refused_as_its_folder_is(tree):
    with pytest.raises(ValueError, match=r"The folder of '.*\*\.jpg' cannot be both source and --out: give another"):
        find_sources([str(tree / "out" / "*.jpg")], tree / "out")


def test_links_that_lead_round_in_a_circle_are_no_mistake_of_ours(tree):
    (tree / "round").symlink_to("round")
    assert names(find_sources([str(tree / "b.jpg")], tree / "round"), tree) == [("image", "b.jpg")]
    found = find_sources([str(tree / "[br]*")], tree / "out")
    assert names(found, tree) == [("image", "b.jpg")]
    assert list(found.passed.files) == [f"{tree / 'round'} (a link that leads nowhere)"]


def test_globs_files_cameras_and_streams_keep_the_order_given(tree):
    given = [
        "0",
        str(tree / "notes.txt"),
        str(tree / "*.jpg"),
        str(tree / "**" / "*.mp4"),
        "rtsp://me:secret@cam/1",
        "-",
    ]
    found = find_sources(given)
    assert names(found, tree) == [
        ("camera", "0"),
        ("image", "notes.txt"),
        ("image", "b.jpg"),
        ("video", "sub/c.mp4"),
        ("stream", "rtsp://me:secret@cam/1"),
        ("stream", "-"),
    ]
    assert found.sources[4].label == "rtsp://cam/1"
    assert [source.relative_name for source in found.sources] == [
        "camera_0.mp4", "notes.txt", "b.jpg", "c.mp4", "stream_cam_1.mp4", "stream_input.mp4",
    ]  # fmt: skip


def test_what_is_named_twice_is_done_once(tree):
    assert names(find_sources([str(tree / "b.jpg"), str(tree / "*.jpg")]), tree) == [("image", "b.jpg")]


def test_addresses_that_differ_in_what_is_not_shown_are_told_apart():
    given = ["http://cam/1?token=a", "http://cam/1?token=b", "http://me:x@cam/", "http://you:x@cam/"]
    sources = find_sources([*given, *given]).sources
    assert [source.name for source in sources] == given
    assert [source.label for source in sources] == [
        "http://cam/1?token=", "http://cam/1?token= (2)", "http://cam/", "http://cam/ (2)",
    ]  # fmt: skip


def test_pipes_are_streams(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert names(find_sources([str(tmp_path / "pipe")]), tmp_path) == [("stream", "pipe")]


def test_linked_folders_are_searched_once_and_broken_links_are_named(tree, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "h.jpg").touch()
    (tree / "linked").symlink_to(elsewhere)
    (tree / "sub" / "round").symlink_to(tree)
    (tree / "gone.jpg").symlink_to(tree / "nowhere.jpg")
    found = find_sources([str(tree)])
    assert [name for _, name in names(found, tree)] == [
        "a.PNG", "b.jpg", "linked/h.jpg", "out/g.jpg", "sub/c.mp4", "sub/deep/d.jpeg",
    ]  # fmt: skip
    assert f"{tree / 'gone.jpg'} (a link that leads nowhere)" in found.passed.files


def test_a_folder_and_a_link_to_it_side_by_side_are_searched_once(tmp_path):
    (tmp_path / "a" / "below").mkdir(parents=True)
    (tmp_path / "a" / "h.jpg").touch()
    (tmp_path / "a" / "below" / "i.jpg").touch()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "c").symlink_to(tmp_path / "a" / "below")
    found = find_sources([str(tmp_path)])
    assert [name for _, name in names(found, tmp_path)] == ["a/below/i.jpg", "a/h.jpg"]
    assert not found.passed.files


@pytest.fixture
def close(monkeypatch):
    """Closes folders; not by their mode, as root may read all."""
    closed = set()

    def scandir(path):
        if str(path) in closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    listed = os.scandir
    monkeypatch.setattr(os, "scandir", scandir)
    return lambda *folders: closed.update(map(str, folders))


def test_folders_below_that_may_not_be_read_are_named(tree, close):
    close(tree / "sub" / "deep", tree / "out")
    found = find_sources([str(tree)])
    assert [name for _, name in names(found, tree)] == ["a.PNG", "b.jpg", "sub/c.mp4"]
    assert summary_of_skipped(found.passed) == (
        f"1 files are neither picture nor video (1 x .txt): {tree / 'notes.txt'}"
    )
    assert summary_of_closed(found.passed) == f"2 folders cannot be read: {tree / 'out'}, {tree / 'sub' / 'deep'}"


@pytest.mark.parametrize("pattern", ["*", "**", "*/*", "**/*.mp4", "s*/*", "s*/*/*.jpeg"])
def test_folders_that_a_pattern_goes_through_and_that_may_not_be_read_are_named(tree, close, pattern):
    close(tree / "sub" / "deep", tree / "out")
    (tree / "sub" / "x").mkdir()
    (tree / "sub" / "x" / "y.jpeg").touch()
    closed = find_sources([str(tree / pattern)]).passed.closed
    assert str(tree / "sub" / "deep") in closed
    assert (str(tree / "out") in closed) == (not pattern.startswith("s"))
    assert len(set(closed)) == len(closed)


@pytest.mark.parametrize("pattern", ["*", "s*", "[bs]*"])
def test_folders_that_a_pattern_matches_are_searched_as_a_shell_would_have_them_searched(tree, pattern):
    found = find_sources([str(tree / pattern)])
    by_shell = find_sources(sorted(str(path) for path in tree.glob(pattern) if not path.name.startswith(".")))
    wanted = [source for source in by_shell.sources if not source.name.endswith(".txt")]  # read where it is named
    assert found.sources == wanted
    assert ("video", "sub/c.mp4") in names(found, tree)


@pytest.fixture
def earlier(tree):
    """The folder `out` holds the results of a run, and `sub/deep` those of a shard that is under way."""
    (tree / "out" / "poses.csv").write_text(csv_header())
    (tree / "out" / "below").mkdir()
    (tree / "out" / "below" / "h.jpg").touch()
    (tree / "sub" / "deep" / ".poses-02-of-16.csv.part").write_text(csv_header())
    (tree / "sub" / "poses.csv").write_text("name,x,y\n")
    return tree


@pytest.mark.parametrize("pattern", ["", "*", "**", "**/*"])
def test_results_of_an_earlier_run_are_left_out_of_searches_and_named_once(earlier, pattern):
    found = find_sources([str(earlier / pattern), str(earlier / pattern)])
    assert names(found, earlier) == [("image", "a.PNG"), ("image", "b.jpg"), ("video", "sub/c.mp4")]
    assert sorted(found.passed.earlier) == [str(earlier / "out"), str(earlier / "sub" / "deep")]
    assert "; 2 folders hold results of an earlier run and are left out: " in summary_of_skipped(found.passed)


def write_rows(path, *files):
    path.write_text(csv_header() + "".join(f'"{file}",,,0\n' for file in files))


@pytest.mark.parametrize("pattern", ["", "*", "**", "**/*.jpeg"])
@pytest.mark.parametrize("is_relative", [False, True])
def test_photographs_beside_their_own_rows_are_photographs(tree, monkeypatch, pattern, is_relative):
    monkeypatch.chdir(tree)
    start = "" if is_relative else f"{tree}/"
    write_rows(tree / "sub" / "poses.csv", f"{start}sub/deep/d.jpeg")
    found = find_sources([start + (pattern or ".")])
    assert "sub/deep/d.jpeg" in [source.name.removeprefix(start) for source in found.sources]
    assert not found.passed.earlier


@pytest.mark.parametrize("files", [["sub/deep/d.jpeg"], ["b.jpg", "a, b.jpg"], ["rtsp://cam/1", "0"], []])
def test_copies_beside_rows_of_what_lies_elsewhere_are_left_out(tree, monkeypatch, files):
    monkeypatch.chdir(tree)
    write_rows(tree / "out" / "poses.csv", *files)
    assert list(find_sources(["."]).passed.earlier) == ["./out"]


@pytest.mark.parametrize("pattern", [".", "*", "**/*.jpg"])
def test_what_lies_beside_the_rows_of_the_run_itself_is_looked_at(tree, monkeypatch, pattern):
    monkeypatch.chdir(tree)
    write_rows(tree / "out" / "poses-01-of-02.csv", "b.jpg")
    assert ("image", "out/g.jpg") in names(find_sources([pattern], rows=[Path("out/poses.csv")]), tree)


@pytest.mark.parametrize("name", ["out", "out/*", "out/**/*.jpg"])
def test_results_of_an_earlier_run_are_read_where_their_folder_is_named(earlier, name):
    found = find_sources([str(earlier / name)])
    assert ("image", "out/below/h.jpg") in names(found, earlier)
    assert not found.passed.earlier


@pytest.mark.parametrize("pattern", ["ou*", "ou*/*"])
def test_where_results_of_an_earlier_run_are_all_there_is_the_sentence_says_so(earlier, pattern):
    with pytest.raises(
        ValueError, match=r"no image and no video; 1 folders hold results of an earlier run .*: .*out \("
    ):
        find_sources([str(earlier / pattern)])


def test_a_folder_that_may_not_be_read_is_not_called_empty(tree, close):
    close(tree / "sub")
    with pytest.raises(PermissionError) as raised:
        find_sources([str(tree / "sub")])
    assert sentence_of(raised.value).startswith(f"'{tree / 'sub'}' may not be read")


def test_a_folder_whose_folders_may_not_be_read_is_not_called_empty(tmp_path, tree, close):
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    close(tmp_path / "outer" / "inner", tree / "sub")
    with pytest.raises(ValueError, match=r"outer' holds no image .* where it can be read; this cannot: .*inner\.$"):
        find_sources([str(tree), str(tmp_path / "outer")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty' holds no image and no video, by content or by name\.$"):
        find_sources([str(tree), str(tmp_path / "empty")])


def test_files_that_a_folder_names_but_does_not_show_are_told_when_they_are_read(tree, monkeypatch):
    def stat(path, **options):
        if str(path).endswith("b.jpg"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return seen(path, **options)

    seen = os.stat
    monkeypatch.setattr(os, "stat", stat)
    assert ("image", "b.jpg") in names(find_sources([str(tree)]), tree)


def test_an_empty_name_is_not_the_folder_around(tree, monkeypatch):
    monkeypatch.chdir(tree)
    with pytest.raises(ValueError, match="The name of a source is empty"):
        find_sources(["b.jpg", ""])


def test_what_is_skipped_is_counted_and_named():
    line = summary_of_skipped(PassedOver(dict.fromkeys(["a.txt", "b.csv", "c.csv", "d"])))
    assert (
        line
        == "4 files are neither picture nor video (2 x .csv, 1 x .txt, 1 x no suffix): a.txt, b.csv, c.csv and 1 more"
    )
    assert (summary_of_skipped(PassedOver()), summary_of_closed(PassedOver())) == ("", "")


def test_a_file_named_like_a_number_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "7").touch()
    assert find_sources(["7"]).sources[0].kind == "image"


def test_a_file_with_brackets_is_no_pattern(tmp_path):
    path = tmp_path / "photo [1].jpg"
    path.touch()
    assert find_sources([str(path)]).sources[0].name == str(path)


def test_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No file, folder or camera number '.*nothing\.jpg': check the path"):
        find_sources([str(tmp_path / "nothing.jpg")])


def test_folder_and_pattern_without_media(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ValueError, match=r"The folder '.*' holds no image and no video"):
        find_sources([str(tmp_path)])
    with pytest.raises(ValueError, match=r"The pattern '.*\*\.jpg' holds no image and no video"):
        find_sources([str(tmp_path / "*.jpg")])
