"""CSVs as spreadsheets, R and Python write them, and those that cannot be read."""

import pytest

from fsanet.errors import InputError
from fsanet.readers.own_table import ANGLES, find_table, numbers_of, read_table, require_plain_degrees
from fsanet.readers.report import left_out_path
from fsanet.readers.set_builder import Unusable


def rows_of(folder, content):
    table = folder / "labels.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(folder, table)


def poses_of(folder, content):
    return [(row["image"], numbers_of(row, ANGLES)) for row in rows_of(folder, content).values()]


TWO = [("a.jpg", (10.5, 5.0, 1.0)), ("b.jpg", (-10.5, 5.0, 1.0))]


@pytest.mark.parametrize(
    "content",
    [
        "image,yaw,pitch,roll\na.jpg,10.5,5.0,1.0\nb.jpg,-10.5,5.0,1.0\n",
        '"image","yaw","pitch","roll"\n"a.jpg",10.5,5,1\n"b.jpg",-10.5,5,1\n',
        '"","image","yaw","pitch","roll"\n"1","a.jpg",10.5,5,1\n"2","b.jpg",-10.5,5,1\n',
        "image;yaw;pitch;roll\r\na.jpg;10,5;5,0;1,0\r\nb.jpg;-10,5;5,0;1,0\r\n",
        '"image","yaw","pitch","roll"\na.jpg,"10,5","5,0","1"\nb.jpg,"-10,5","5,0","1"\n',
        "sep=;\r\nimage;yaw;pitch;roll\r\na.jpg;10.5;5;1\r\nb.jpg;-10.5;5;1\r\n",
        "image\tyaw\tpitch\troll\na.jpg\t10,5\t5\t1\nb.jpg\t-10,5\t5\t1\n",
        "\ufeffRoll; Yaw ;PITCH;image;note\n1;10.5;5;a.jpg;hello, you\n1;-10.5;5;b.jpg;\n",
        "\ufeffimage\tyaw\tpitch\troll\r\na.jpg\t10,5\t5\t1\r\nb.jpg\t-10,5\t5\t1\r\n".encode("utf-16-le"),
        '\n"image", "yaw", "pitch", "roll"\n\na.jpg, 10.5, 5, 1\n\n"b.jpg", -10.5, 5, 1\n,,,\n',
        'note,image,yaw,pitch,roll\n"two\nlines; one row",a.jpg,10.5,5,1\n"a ""word""",b.jpg,-10.5,5,1\n',
    ],
    ids=[
        "python", "R", "R_rows", "decimal_comma", "quoted_comma", "sep", "tabs", "bom_case_order", "excel_unicode",
        "blanks", "quotes",
    ],
)  # fmt: skip
def test_what_programs_write_is_read(tmp_path, content):
    assert poses_of(tmp_path, content) == TWO


def test_columns_that_are_not_there_are_empty_and_short_rows_are_filled(tmp_path):
    (row,) = rows_of(tmp_path, "image,yaw,pitch,roll,source\na.jpg,10,5,1\n").values()
    assert row == {
        "image": "a.jpg", "yaw": "10", "pitch": "5", "roll": "1", "x1": "", "y1": "", "x2": "", "y2": "", "source": "",
    }  # fmt: skip


def test_rows_have_the_numbers_of_a_spreadsheet_where_some_are_blank(tmp_path):
    content = "\nimage,yaw,pitch,roll\n\n,,,\na.jpg,10,5,1\n\nb.jpg,10,5,1\n"
    assert {number: row["image"] for number, row in rows_of(tmp_path, content).items()} == {5: "a.jpg", 7: "b.jpg"}
    with pytest.raises(InputError, match=r"Row 8 of .* has 5 fields"):
        rows_of(tmp_path, content + "c.jpg,1,2,3,4\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("image,yaw,roll\na.png,0,0\n", "lacks the column pitch; its header is 'image,yaw,roll'"),
        ("image;yaw;roll\na.png;0;0\n", "lacks the column pitch; its header is 'image,yaw,roll'"),
        ("image yaw pitch roll\na.png 1 2 3\n", "lacks the column image, yaw, pitch, roll"),
        ("", "lacks the column image, yaw, pitch, roll"),
        ("image,yaw,pitch,roll\na.jpg,10,5,5,0,1,0\n", r"Row 2 of '.*' has 7 fields, its header 4: .*decimal comma"),
        ("image,yaw,pitch,roll,yaw\na.jpg,1,2,3,4\n", "has the column yaw more than once"),
        ("image,yaw,pitch,roll,x1\na.jpg,1,2,3,4\n", "has some of the columns x1, y1, x2, y2: all four or none"),
        ("image,yaw,pitch,roll\n\n", "has a header and no row"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is no text in UTF-8: save it as CSV UTF-8"),
        ("image,yaw\u00e4\n".encode("latin-1"), "is no text in UTF-8"),
        ('image,yaw,pitch,roll\n"' + 140_000 * "a", "cannot be read as CSV .*field larger than field limit"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        rows_of(tmp_path, content)


@pytest.mark.parametrize(
    ("text", "reason"), [("left", "no number"), ("", "no number"), ("1,2,3", "no number"), ("nan", "NaN label")]
)
def test_a_field_that_is_no_number_is_unusable(text, reason):
    with pytest.raises(Unusable, match=f"{reason}: yaw="):
        numbers_of({"yaw": text}, ("yaw",))


def table_of(*angles):
    return [dict(zip(ANGLES, map(str, three), strict=True)) for three in angles]


@pytest.mark.parametrize(
    "angles", [[(1.2, -0.4, 0.02), (-3.14, 0, 0)], [(0, 0, 0), (0, 0.5, 0)], [("x", 1, 1), (1, 1, 1)]]
)
def test_small_angles_are_asked_about(tmp_path, angles):
    with pytest.raises(
        InputError, match=r"are they radians\? Degrees are expected: say --angles radians, or --angles deg"
    ):
        require_plain_degrees(table_of(*angles), tmp_path)


@pytest.mark.parametrize("angles", [[(0, 0, 0)], [(1.2, -0.4, 0.02), (0, -3.3, 0)], [("x", 90, 1)], []])
def test_large_angles_and_nothing_but_zeros_are_degrees(tmp_path, angles):
    require_plain_degrees(table_of(*angles), tmp_path)


def test_the_one_csv_of_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No CSV in '.*': one with the columns image, yaw, pitch, roll"):
        find_table(tmp_path)
    (tmp_path / "x.csv").touch()
    left_out_path(tmp_path / "own.npz").touch()
    assert find_table(tmp_path) == tmp_path / "x.csv"
    (tmp_path / "y.csv").touch()
    with pytest.raises(ValueError, match=r"Several CSVs in '.*': say which one with --csv '.*x\.csv'\.$"):
        find_table(tmp_path)


def test_wrong_paths(tmp_path):
    with pytest.raises(FileNotFoundError, match="No folder"):
        read_table(tmp_path / "nowhere", tmp_path / "labels.csv")
    with pytest.raises(FileNotFoundError, match=r"No CSV '.*nowhere\.csv'"):
        read_table(tmp_path, tmp_path / "nowhere.csv")
    with pytest.raises(FileNotFoundError, match="No folder"):
        find_table(tmp_path / "nowhere")


def test_what_a_message_quotes_is_short_and_on_one_line(tmp_path):
    broken = "\n".join(["image,yaw,pit'h", *["x" * 50] * 20])
    with pytest.raises(InputError, match="lacks the column image, yaw, pitch, roll") as raised:
        rows_of(tmp_path, f'"{broken}"')
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400 + len(str(tmp_path))
