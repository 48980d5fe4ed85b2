import numpy as np
import pytest
import scipy.io

from fsanet.errors import InputError
from fsanet.readers.wider_face import read_annotations, read_levels

TEXT = """0--Parade/a.jpg
3
10 20 30 40 0 0 0 0 0 0
1 2 3 4 0 0 0 1 0 0
50 60 0 9 2 0 0 0 2 0
1--Handshaking/empty.jpg
0
0 0 0 0 0 0 0 0 0 0
1--Handshaking/b.jpg
1
5 5 10 10 1 0 0 0 0 1
"""


def written(folder, text):
    path = folder / "wider_face_val_bbx_gt.txt"
    path.write_text(text)
    return path


def test_boxes_and_which_of_them_count(tmp_path):
    faces = read_annotations(written(tmp_path, TEXT))
    assert list(faces) == ["0--Parade/a.jpg", "1--Handshaking/empty.jpg", "1--Handshaking/b.jpg"]
    first, empty, last = faces.values()
    assert first.box_xyxy.tolist() == [[10, 20, 40, 60], [1, 2, 4, 6], [50, 60, 50, 69]]
    assert first.counted.tolist() == [True, False, False]  # the second is invalid, the third has no size
    assert empty.box_xyxy.shape == (0, 4)
    assert last.counted.tolist() == [True]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("12\n", "line 1: the name of a picture is expected, got '12'"),
        ("a.jpg\nmany\n", "line 2: expected the number of faces, got 'many'"),
        ("a.jpg\n1\n1 2 3\n", "line 3: expected 10 whole numbers of a face, got '1 2 3'"),
        ("a.jpg\n2\n10 20 30 40 0 0 0 0 0 0\n", "at its end: expected 10 whole numbers"),
    ],
)
def test_what_is_no_annotation_is_one_sentence(tmp_path, text, sentence):
    with pytest.raises(InputError, match=sentence):
        read_annotations(written(tmp_path, text))


def test_no_file_is_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="No annotations"):
        read_annotations(tmp_path / "none.txt")
    with pytest.raises(FileNotFoundError, match="evaluation tools"):
        read_levels(tmp_path)


def cells(values):
    """A column of cells, as the lists have them."""
    column = np.empty((len(values), 1), object)
    for row, value in enumerate(values):
        column[row, 0] = value
    return column


def lists(folder, easy=((1, 3), ()), medium=((1,), ()), hard=((2, 3), (1,))):
    events = [["a"], ["b"]]
    content = {"event_list": cells(["0--Parade", "1--Handshaking"]), "file_list": cells([cells(e) for e in events])}
    scipy.io.savemat(folder / "wider_face_val.mat", content)
    for level, counted in (("easy", easy), ("medium", medium), ("hard", hard)):
        inner = [cells([np.array(faces, np.float64).reshape(-1, 1)]) for faces in counted]
        scipy.io.savemat(folder / f"wider_{level}_val.mat", {"gt_list": cells(inner)})


def test_lists_count_from_one_in_the_file_and_from_zero_here(tmp_path):
    lists(tmp_path)
    levels = read_levels(tmp_path)
    assert {level: [faces.tolist() for faces in pictures.values()] for level, pictures in levels.items()} == {
        "easy": [[0, 2], []],
        "medium": [[0], []],
        "hard": [[1, 2], [0]],
    }
    assert list(levels["easy"]) == ["0--Parade/a.jpg", "1--Handshaking/b.jpg"]


def test_lists_that_do_not_fit_are_one_sentence(tmp_path):
    lists(tmp_path, medium=((1,),))
    with pytest.raises(InputError, match=r"wider_medium_val.mat' lists 1 pictures, '.*wider_face_val.mat' 2"):
        read_levels(tmp_path)
    scipy.io.savemat(tmp_path / "wider_hard_val.mat", {"something": np.eye(2)})
    lists_of_hard = tmp_path / "wider_medium_val.mat"
    lists_of_hard.write_bytes((tmp_path / "wider_easy_val.mat").read_bytes())
    with pytest.raises(InputError, match="has no gt_list"):
        read_levels(tmp_path)
    (tmp_path / "wider_face_val.mat").write_bytes(b"no MATLAB file" * 20)
    with pytest.raises(InputError, match="cannot be read as a MATLAB file"):
        read_levels(tmp_path)
