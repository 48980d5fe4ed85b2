"""The list of what was left out."""

import pytest

from fsanet.datasets.npz_stream import LeftOut
from fsanet.readers.report import left_out_path, read_left_out, summary_lines, write_left_out

LEFT_OUT = [
    LeftOut("01/frame_00003", "no face", "no face scores above 0.9", broken=False),
    LeftOut("ä, b.jpg", "missing mat", 'it says "no"'),
]


def test_what_is_written_is_read(tmp_path):
    write_left_out(tmp_path / "AFW.npz", LEFT_OUT)
    assert read_left_out(tmp_path / "AFW.npz") == LEFT_OUT
    assert left_out_path(tmp_path / "AFW.npz").name == "AFW.left_out.csv"


def test_it_is_a_table_that_people_can_open(tmp_path):
    write_left_out(tmp_path / "AFW.npz", LEFT_OUT)
    lines = (tmp_path / "AFW.left_out.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "name,reason,broken,detail",
        "01/frame_00003,no face,no,no face scores above 0.9",
        '"ä, b.jpg",missing mat,yes,"it says ""no"""',
    ]


@pytest.mark.parametrize(
    ("name", "read"),
    [("cr\rname.png", "cr\rname.png"), ("crlf\r\n.png", "crlf\r\n.png"), ("caf\udce9.png", "caf\\xe9.png")],
)
def test_file_names_of_any_characters_are_read_back(tmp_path, name, read):
    left_out = [LeftOut(name, "missing mat", f"'{name}' has none"), LEFT_OUT[0]]
    write_left_out(tmp_path / "AFW.npz", left_out)
    assert read_left_out(tmp_path / "AFW.npz") == [LeftOut(read, "missing mat", f"'{read}' has none"), LEFT_OUT[0]]


def test_the_summary_keeps_its_lines_whatever_is_in_a_name(tmp_path):
    lines = summary_lines(tmp_path / "AFW.npz", 12, [LeftOut("cr\rcaf\udce9.png", "no face")])
    assert lines[1] == r"  left out, no face: 1 (cr\rcaf\xe9.png)"


def test_nothing_left_out_is_no_file(tmp_path):
    write_left_out(tmp_path / "AFW.npz", LEFT_OUT)
    write_left_out(tmp_path / "AFW.npz", [])
    assert read_left_out(tmp_path / "AFW.npz") == []
    assert list(tmp_path.iterdir()) == []


def test_the_summary_counts_by_reason(tmp_path):
    many = LEFT_OUT + [LeftOut(f"{n}.jpg", "no face", broken=False) for n in range(9)]
    lines = summary_lines(tmp_path / "AFW.npz", 12, many)
    assert lines[0].endswith("AFW.npz: 12 samples")
    assert lines[1] == "  left out, missing mat: 1 (ä, b.jpg)"
    assert lines[2] == "  left out, no face: 10 (01/frame_00003, 0.jpg, 1.jpg, 2.jpg, 3.jpg, ...)"
    assert lines[3].endswith("AFW.left_out.csv")


def test_the_summary_of_a_whole_set_is_one_line(tmp_path):
    (line,) = summary_lines(tmp_path / "AFW.npz", 12, [], fresh=False)
    assert line.endswith("AFW.npz: 12 samples (was there, up to date)")
