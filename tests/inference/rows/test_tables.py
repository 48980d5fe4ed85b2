import pytest

from fsanet.errors import InputError
from fsanet.inference.face_estimator import Face
from fsanet.inference.rows.row import csv_line, make_row
from fsanet.inference.rows.tables import open_sink, read_rows
from fsanet.pose.angles import Pose


def row(file):
    return make_row(file, 0, Face((1, 2, 30, 40), 0.9, Pose(1, 2, 3)))


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
@pytest.mark.parametrize("name", ["cr\rname.png", "lf\nname.png", "crlf\r\n", 'a "b", c.png'])
def test_a_file_name_of_any_characters_is_read_back(tmp_path, name, suffix):
    path = tmp_path / f"p{suffix}"
    rows = [row("a.png"), row(name), row("b.png")]
    with open_sink(path) as sink:
        sink.write(rows)
    assert list(read_rows(path)) == rows


def test_a_line_of_csv_ends_with_one_line_feed_whatever_it_holds():
    assert csv_line(row("a.png")).endswith(",,,\n")
    assert csv_line(row("a.png")).startswith("a.png,,,0,")
    assert csv_line(row("a\r\n")).startswith('"a\r\n",,,0,')


def test_a_file_that_ends_within_a_name_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "p.csv"
    with open_sink(path) as sink:
        sink.write([row("a, 1.png"), row("b, 2.png")])
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b'"') - 2])
    with pytest.raises(InputError, match=r"p\.csv' holds a line that is no row of poses \(unexpected end of data\)"):
        list(read_rows(path))
