import pytest

from fsanet.inference.sources import find_sources


@pytest.fixture
def tree(tmp_path):
    for name in ("b.jpg", "a.PNG", "notes.txt", "sub/c.mp4", "sub/deep/d.jpeg", ".hidden/e.jpg", ".f.jpg", "out/g.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names(sources, root):
    return [(source.kind, source.name.removeprefix(f"{root}/")) for source in sources]


def test_a_folder_is_searched_with_all_below_sorted_without_hidden_files(tree):
    found = find_sources([str(tree)])
    assert names(found, tree) == [
        ("image", "a.PNG"),
        ("image", "b.jpg"),
        ("image", "out/g.jpg"),
        ("video", "sub/c.mp4"),
        ("image", "sub/deep/d.jpeg"),
    ]
    assert found[4].relative_name == "sub/deep/d.jpeg"


def test_the_output_folder_is_left_out(tree):
    assert "out/g.jpg" not in dict(map(reversed, names(find_sources([str(tree)], tree / "out"), tree)))


def test_globs_files_and_cameras_keep_the_order_given(tree):
    found = find_sources(["0", str(tree / "notes.txt"), str(tree / "*.jpg"), str(tree / "**" / "*.mp4")])
    assert names(found, tree) == [("camera", "0"), ("image", "notes.txt"), ("image", "b.jpg"), ("video", "sub/c.mp4")]
    assert found[0].relative_name == "camera_0.mp4"
    assert found[2].relative_name == "b.jpg"


def test_a_file_named_like_a_number_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "7").touch()
    assert find_sources(["7"])[0].kind == "image"


def test_a_file_with_brackets_is_no_pattern(tmp_path):
    path = tmp_path / "photo [1].jpg"
    path.touch()
    assert find_sources([str(path)])[0].name == str(path)


def test_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No file, folder or camera number '.*nothing\.jpg': check the path"):
        find_sources([str(tmp_path / "nothing.jpg")])


def test_folder_and_pattern_without_media(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ValueError, match=r"The folder '.*' holds no image and no video"):
        find_sources([str(tmp_path)])
    with pytest.raises(ValueError, match=r"The pattern '.*\*\.jpg' holds no image and no video"):
        find_sources([str(tmp_path / "*.jpg")])
