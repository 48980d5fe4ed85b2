import numpy as np
import pytest

from fsanet.image.boxes import area, common_area
from fsanet.image.overlay import draw_box, label_size, place_label
from fsanet.inference import drawing
from fsanet.inference.drawing import DrawnFace, draw_faces
from fsanet.inference.styles import STYLES
from fsanet.pose.angles import Pose


def canvas():
    return np.full((300, 400, 3), 60, np.uint8)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_every_face(style):
    image = canvas()
    draw_faces(
        image, [DrawnFace((40, 40, 100, 110), Pose(5, 0, 0)), DrawnFace((250, 150, 330, 240), Pose(5, 0, 0))], style
    )
    for rows, columns in ((slice(40, 111), slice(40, 101)), (slice(150, 241), slice(250, 331))):
        assert (image[rows, columns] != 60).any()


def test_labels_cover_neither_faces_nor_one_another(monkeypatch):
    placed = []
    monkeypatch.setattr(
        drawing, "draw_label", lambda image, lines, corner, height: placed.append((lines, corner, height))
    )
    faces = [DrawnFace((x, 100, x + 70, 180), Pose(0, 0, 0), f"face {i}") for i, x in enumerate((20, 110, 200, 290))]
    draw_faces(canvas(), faces)
    plates = [(*corner, *np.add(corner, label_size(lines, height))) for lines, corner, height in placed]
    assert [lines[0] for lines, _, _ in placed] == ["face 0", "face 1", "face 2", "face 3"]
    for i, plate in enumerate(plates):
        others = [face.box_xyxy for face in faces] + plates[:i]
        assert sum(common_area(plate, other) for other in others) < 0.05 * area(plate)


@pytest.mark.parametrize("style", ["axes", "cube"])
@pytest.mark.parametrize("side", [16, 24, 32, 50, 100, 200])
def test_a_label_covers_no_pixel_of_what_is_drawn_of_any_face(monkeypatch, style, side):
    rng = np.random.default_rng(side)
    label_sizes = []
    for _ in range(20):
        faces = [
            DrawnFace((x, 250.4, x + side, 250.4 + 1.1 * side), Pose(*rng.normal(0, (40, 20, 30)))) for x in (250, 550)
        ]
        bare, labelled = (np.full((700, 1000, 3), 60, np.uint8) for _ in range(2))
        draw_faces(labelled, faces, style)
        with monkeypatch.context() as patched:
            patched.setattr(drawing, "draw_label", lambda image, lines, corner, height: None)
            draw_faces(bare, faces, style)
        drawn, changed = (bare != 60).any(axis=-1), (bare != labelled).any(axis=-1)
        label_sizes.append(np.count_nonzero(changed))
        assert not (drawn & changed).any(), faces
    assert min(label_sizes) > 1000


def test_a_label_goes_elsewhere_where_it_would_cover_the_arrow_of_another_face(monkeypatch):
    placed = []
    monkeypatch.setattr(
        drawing, "draw_label", lambda image, lines, corner, height: placed.append((*corner, *label_size(lines, height)))
    )
    width, height = label_size(["yaw +0", "pitch +0", "roll +0"], 11)
    box, beside = (150, 100, 210, 160), 210 + 14 + width  # where a label to the right would end
    for further, is_right in ((8, False), (12, True)):
        other = (beside + further, 100, beside + further + 60, 160)
        placed.clear()
        draw_faces(canvas(), [DrawnFace(box, Pose(0, 0, 0)), DrawnFace(other, Pose(0, 0, 180))])
        assert placed[0][2:] == (width, height)
        assert (placed[0][0] > box[2]) == is_right


@pytest.mark.parametrize(("x", "side"), [(50, "right"), (320, "left")])
def test_a_label_stands_beside_its_face_where_there_is_room(x, side):
    box = (x, 100, x + 60, 160)
    left, top, right, _ = place_label(box, (60, 30), (400, 300), [box])
    assert top == 100
    assert left >= box[2] if side == "right" else right <= box[0]


def test_a_label_larger_than_the_image_begins_at_its_corner():
    assert place_label((0, 0, 5, 5), (90, 40), (20, 20), []) == (0, 0, 90, 40)


def test_a_face_that_is_not_sure_has_a_dashed_box():
    whole, dashed = canvas(), canvas()
    draw_box(whole, (50, 50, 350, 250), (200, 200, 200))
    draw_box(dashed, (50, 50, 350, 250), (200, 200, 200), dashed=True)
    lit = [int((image[50, 60:340] == 200).all(axis=-1).sum()) for image in (whole, dashed)]
    assert lit[0] == 280
    assert 0.3 * lit[0] < lit[1] < 0.7 * lit[0]
