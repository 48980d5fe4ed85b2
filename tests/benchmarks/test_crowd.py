import numpy as np
import pytest
import scipy.io

from fsanet.benchmarks import crowd
from fsanet.benchmarks.crowd import Mosaic, count, main, mosaic
from fsanet.console import EXIT_OK
from fsanet.detectors.detection import Detection
from fsanet.detectors.scout import ScoutDetector
from fsanet.image.reading import read_image, write_image


@pytest.fixture
def photograph():
    """A dark picture of a bright face 80 pixels high, as from brow to chin, and its landmarks."""
    image = np.full((240, 200, 3), 20, np.uint8)
    image[90:170, 60:140] = 230
    x, y = np.meshgrid(np.linspace(60, 140, 17), np.linspace(90, 170, 4))
    return image, np.array([x.ravel(), y.ravel()])


def test_a_mosaic_shows_each_photograph_up_to_three_times(photograph):
    small, large = photograph, (np.tile(photograph[0], (10, 10, 1)), 10 * photograph[1])
    shown = mosaic([small, large], 50, seed=0, quality=90)
    assert shown.image_bgr.shape == (960, 1280, 3)
    assert len(shown.middles_xy) == 6
    for x, y in shown.middles_xy[::2].astype(int):
        assert shown.image_bgr[y - 15 : y + 15, x - 15 : x + 15].min() > 190  # 40 pixels of the 50 are bright
        assert shown.image_bgr[y - 28, x].max() < 80


def test_photographs_of_smaller_faces_are_left_out(photograph):
    assert len(mosaic([photograph], 101, seed=0, quality=90).middles_xy) == 0
    assert len(mosaic([photograph], 99, seed=0, quality=90).middles_xy) == 3


def test_each_face_needs_a_box_of_its_own_and_none_much_too_large():
    shown = Mosaic(np.zeros((9, 9, 3), np.uint8), np.array([[100.0, 100], [110, 100], [300, 300], [500, 500]]))
    boxes = [(90, 90, 120, 120), (90, 85, 120, 115), (200, 200, 400, 400), (700, 700, 720, 720)]
    assert count([[Detection(box, 0.9) for box in boxes]], [shown], 30) == (2, 2)


def test_a_crowd_of_one_portrait_is_counted(repository, tmp_path, capsys):
    image = read_image(repository / "demo" / "assets" / "collins.jpg")
    write_image(tmp_path / "one.png", image)
    [face] = ScoutDetector().detect(image)
    x1, y1, x2, y2 = face.box_xyxy
    x, y = np.meshgrid(np.linspace(x1, x2, 17), np.linspace(y1, y2, 4))
    points = np.array([x.ravel(), y.ravel()])
    scipy.io.savemat(tmp_path / "one.mat", {"Pose_Para": np.zeros((1, 7)), "pt2d": points})
    assert main([str(tmp_path), "--detector", "scout", "--heights", "40"]) == EXIT_OK
    assert capsys.readouterr().out.splitlines()[-1].split() == ["40", "px", "6", "6", "+0"]


def test_hidden_landmarks_are_taken_from_where_they_are_and_faces_without_all_are_passed_over(
    repository, tmp_path, monkeypatch, capsys
):
    image = read_image(repository / "demo" / "assets" / "collins.jpg")
    x, y = np.meshgrid(np.linspace(60, 140, 17), np.linspace(90, 170, 4))
    points = np.array([x.ravel(), y.ravel(), 0 * x.ravel()])
    hidden = np.where(np.arange(68) % 3 == 0, -1.0, points[:2])  # as AFLW2000 says that a point is not seen
    label = {"Pose_Para": np.zeros((1, 7)), "pt2d": hidden[:, :21]}
    for name, further in (("one", {"pt3d_68": points}), ("other", {})):
        write_image(tmp_path / f"{name}.png", image)
        scipy.io.savemat(tmp_path / f"{name}.mat", {**label, **further})
    seen = []
    monkeypatch.setattr(crowd, "mosaic", lambda given, *args: seen.append(given) or mosaic(given, *args))
    assert main([str(tmp_path), "--detector", "scout", "--heights", "40"]) == EXIT_OK
    assert capsys.readouterr().out.startswith("1 photographs")
    [(_, landmarks)] = seen[0]
    np.testing.assert_allclose(landmarks, points[:2])


def test_a_damaged_label_does_not_keep_the_others(repository, tmp_path, type1_writer, capsys):
    type1_writer(tmp_path, "a")
    type1_writer(tmp_path, "b")
    (tmp_path / "a.mat").write_text("x")
    assert main([str(tmp_path), "--detector", "scout", "--heights", "10"]) == EXIT_OK
    shown = capsys.readouterr()
    assert shown.out.startswith("1 photographs of")
    assert "Left out: 1 of the photographs" in shown.err


def test_a_folder_without_labels_is_one_sentence(repository, tmp_path, capsys):
    (tmp_path / "one.jpg").write_bytes((repository / "demo" / "assets" / "collins.jpg").read_bytes())
    assert main([str(tmp_path)]) != EXIT_OK
    assert "holds no photograph with a .mat file beside it" in capsys.readouterr().err
    assert main([str(tmp_path), "--quality", "101"]) != EXIT_OK
    assert "--quality lies in 1..100; got 101" in capsys.readouterr().err
