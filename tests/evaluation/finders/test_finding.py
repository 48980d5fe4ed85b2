from dataclasses import replace

import numpy as np
import pytest
import scipy.io

from fsanet.detectors.detection import BoxConvention, Detection
from fsanet.errors import InputError
from fsanet.evaluation.finders import finding
from fsanet.evaluation.finders import table as finder_table_module
from fsanet.evaluation.finders.table import Sources, finder_table
from fsanet.image.reading import write_image
from fsanet.scenes.compose import Scene
from fsanet.scenes.labels import no_faces

FIVE = ((30.0, 30.0), (50.0, 30.0), (40.0, 42.0), (33.0, 55.0), (47.0, 55.0))


class Marks:
    """Finds a face of 40 pixels with its corner at the first white pixel, and its five points."""

    def __init__(self, shift=0.0):
        self.shift = shift

    def detect(self, image_bgr):
        ys, xs = np.nonzero(image_bgr[..., 0] > 250)
        if not len(xs):
            return []
        x, y = xs[0] + self.shift, ys[0]
        points = tuple((px - 20 + x, py - 20 + y) for px, py in FIVE)
        return [Detection((x, y, x + 40, y + 40), 0.9, points)]


@pytest.fixture
def marks(monkeypatch):
    """Makes every detector find marks, shifted to the right by some pixels."""

    def use(shift=0.0):
        monkeypatch.setattr(finding, "measured_detector", lambda name, **_: Marks(shift))

    use()
    return use


def marked(x, y, size=(120, 160)):
    image = np.zeros((*size, 3), np.uint8)
    image[y, x] = 255
    return image


def scene_with(box, mark):
    blank = no_faces()._asdict()
    one = {name: np.zeros((1, *column.shape[1:]), column.dtype) for name, column in blank.items()}
    one |= {"box_xyxy": np.array([box], np.float32), "visible": np.ones((1, 5), bool), "shown": np.ones(1, np.float32)}
    return Scene(marked(*mark), type(no_faces())(**one))


def test_scenes_are_told_apart_by_size(marks):
    scenes = [scene_with((20, 20, 60, 60), (20, 20)), scene_with((20, 20, 80, 80), (100, 20))]
    result = finding.on_scenes("any", scenes, BoxConvention())
    assert result.faces == {"48 and more": 1, "24 to 48": 1, "12 to 24": 0}
    assert result.precision["48 and more"] == 0.0
    assert result.precision["24 to 48"] == 1.0


def test_boxes_are_compared_in_the_common_convention(marks):
    narrow = [scene_with((30, 20, 50, 60), (20, 20))]  # half as wide as what is found
    assert finding.on_scenes("any", narrow, BoxConvention((0.5, 0.5))).precision["24 to 48"] != 1.0
    assert finding.on_scenes("any", narrow, BoxConvention((2.0, 1.0))).precision["24 to 48"] == 1.0


def test_masks_are_counted_of_faces_that_are_found_and_told(marks, monkeypatch):
    scenes = [scene_with((20, 20, 60, 60), (20, 20)), scene_with((20, 20, 60, 60), (20, 20))]
    scenes.append(scene_with((20, 20, 60, 60), (100, 20)))  # not found
    for scene, mask in zip(scenes, (0, 1, 1), strict=True):
        scene.faces.mask[:] = mask
    assert finding.on_scenes("any", scenes, BoxConvention()).masks == {}
    told = Marks.detect
    monkeypatch.setattr(Marks, "detect", lambda self, image: [replace(f, mask="worn") for f in told(self, image)])
    assert finding.on_scenes("any", scenes, BoxConvention()).masks == {"none": 0.0, "worn": 1.0}


@pytest.mark.parametrize(("score", "masks"), [(0.5, {"none": 1.0}), (0.49, {})])
def test_masks_of_unsure_faces_are_not_counted(marks, monkeypatch, score, masks):
    told = Marks.detect
    monkeypatch.setattr(
        Marks, "detect", lambda self, image: [replace(face, mask="none", score=score) for face in told(self, image)]
    )
    assert finding.on_scenes("any", [scene_with((20, 20, 60, 60), (20, 20))], BoxConvention()).masks == masks


@pytest.fixture
def pointing04(tmp_path):
    folder = tmp_path / "Person05"
    folder.mkdir(parents=True)
    for name in ("person05101-15+0", "person05102+0+75", "person05103+0-75"):
        write_image(folder / f"{name}.jpg", np.zeros((4, 4, 3), np.uint8))
        (folder / f"{name}.txt").write_text(f"{name}.jpg\n\nFace\n40\n40\n30\n30\n")
    return tmp_path


def test_pointing04_is_told_apart_by_pan(marks, pointing04, monkeypatch):
    monkeypatch.setattr(finding, "read_image", lambda path: marked(20, 20) if "-15" in path.name else marked(100, 60))
    result = finding.on_pointing04("any", pointing04, [5])
    assert result.images == 3
    assert result.found == {"all": pytest.approx(1 / 3), "pan from 0": 1.0, "pan from 60": 0.0}
    assert result.false == 2


@pytest.fixture
def aflw2000(tmp_path):
    points = np.full((3, 68), 40.0)
    points[:2, 0], points[:2, 16] = (20, 20), (60, 60)
    for column, point in zip(
        (36, 39, 42, 45, 30, 48, 54), (FIVE[0], FIVE[0], FIVE[1], FIVE[1], *FIVE[2:]), strict=True
    ):
        points[:2, column] = point
    write_image(tmp_path / "image1.png", marked(20, 20))
    pose = {"Pose_Para": np.zeros((1, 7)), "pt2d": points[:2], "pt3d_68": points}
    scipy.io.savemat(tmp_path / "image1.mat", pose)
    return tmp_path


def test_points_of_aflw2000_are_measured_in_boxes(marks, aflw2000):
    assert finding.on_aflw2000("any", aflw2000).point_error == pytest.approx(0.0)
    marks(shift=4.0)
    result = finding.on_aflw2000("any", aflw2000)
    assert result.point_error == pytest.approx(4 / 40)
    assert result.false == 0
    assert result.found == {"all": 1.0}
    marks(shift=60.0)
    result = finding.on_aflw2000("any", aflw2000)
    assert result.found == {"all": 0.0}
    assert result.false == 1
    assert np.isnan(result.point_error)


@pytest.mark.parametrize(
    "damage",
    [
        lambda mat: mat.unlink(),
        lambda mat: mat.write_bytes(mat.read_bytes()[:500]),
        lambda mat: scipy.io.savemat(mat, {"Pose_Para": np.zeros((1, 7)), "pt2d": np.ones((2, 21))}),
    ],
)
def test_a_label_of_aflw2000_that_cannot_be_used_is_left_out(marks, aflw2000, damage):
    for end in ("png", "mat"):
        (aflw2000 / f"image2.{end}").write_bytes((aflw2000 / f"image1.{end}").read_bytes())
    assert finding.on_aflw2000("any", aflw2000).images == 2
    damage(aflw2000 / "image1.mat")
    assert finding.on_aflw2000("any", aflw2000).images == 1
    damage(aflw2000 / "image2.mat")
    with pytest.raises(InputError, match=r"holds no photograph with a \.mat file beside it that can be used"):
        finding.on_aflw2000("any", aflw2000)


def test_the_table_has_a_column_a_detector(marks, bank_folder, tmp_path):
    write_image(tmp_path / "a.png", marked(3, 3))
    sources = Sources(bank_folder, None, 2, None, [], None, tmp_path)
    lines = finder_table(["lbp", "ssd"], sources).splitlines()
    assert lines[0] == "| | lbp | ssd |"
    assert lines[-1] == "| boxes in 1 pictures without a face | 1 | 1 |"
    assert len(lines) == 2 + 3 + 1


def test_a_row_that_one_detector_lacks_has_a_dash(marks, monkeypatch, tmp_path):
    errors = {"blazeface_full": float("nan"), "scout": 0.05}
    monkeypatch.setattr(
        finding, "on_aflw2000", lambda name, folder: finding.OnLabelled(39, {"all": 1.0}, 0, errors[name])
    )
    sources = Sources(tmp_path, tmp_path, 0, None, [], tmp_path, None)
    assert finder_table(["blazeface_full", "scout"], sources).splitlines()[-1].endswith("of the box | - | 0.050 |")


def test_without_anything_to_measure_on_it_says_so(tmp_path):
    with pytest.raises(InputError, match="nothing to measure on: give scenes or a folder"):
        finder_table(["lbp"], Sources(tmp_path, tmp_path, 0, None, [], None, None))


def test_an_empty_folder_is_named(marks, bank_folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="No picture in"):
        finder_table(["lbp"], Sources(bank_folder, None, 1, None, [], None, tmp_path))


@pytest.mark.parametrize("name", ["pointing04", "aflw2000", "nothing", "wider"])
def test_a_folder_that_is_none_is_named_before_anything_is_searched(monkeypatch, tmp_path, name):
    (tmp_path / "file").touch()
    monkeypatch.setattr(finder_table_module, "_scenes", lambda detector, sources: pytest.fail("searched"))
    for folder in (tmp_path / "nowhere", tmp_path / "file"):
        sources = Sources(tmp_path, tmp_path, 5, None, [5], None, None)._replace(**{name: folder})
        with pytest.raises(FileNotFoundError, match=f"No folder '{folder}': --{name} takes one with "):
            finder_table(["lbp"], sources)


def test_wider_faces_levels_are_rows_of_the_table(marks, bank_folder, monkeypatch, tmp_path):
    monkeypatch.setattr(finder_table_module, "on_wider", lambda detector, folder: {"easy": 0.91, "hard": 0.5})
    monkeypatch.setattr(finder_table_module, "_scenes", lambda detector, sources: {})
    table = finder_table(["lbp"], Sources(bank_folder, None, 1, None, [], None, None, tmp_path))
    assert table.splitlines()[2:] == [
        "| WIDER FACE validation, AP, easy | 0.910 |",
        "| WIDER FACE validation, AP, hard | 0.500 |",
    ]
