"""The picture of exchanged shapes, with renders as photographs, whose points are known: Face Mesh is not needed."""

import dataclasses

import cv2
import numpy as np
import pytest
import scipy.io

from demo.figures import shapes
from demo.figures.settings import FigureSettings
from fsanet.errors import InputError
from fsanet.rendering.frame import RenderSettings, render_frame


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    looks = RenderSettings(split="validation", per_person=1, headwear=0.0, occluded=0.0, clean=True)
    for number in range(2):
        frame = render_frame(4, number, looks, size=(150, 180), face_share=(0.45, 0.46), pose=np.zeros(3))
        cv2.imwrite(str(folder / f"{number}.png"), frame.image_bgr)
        label = {"Pose_Para": np.zeros((1, 7)), "pt2d": frame.landmarks_xy.T}
        scipy.io.savemat(folder / f"{number}.mat", label)
    return tuple(sorted(folder.glob("*.png")))


def test_each_person_is_shown_with_both_shapes(pictures, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(shapes, "_draw_row", lambda row, own, reshaped: drawn.append((len(row), own, reshaped)))
    path = shapes.draw(dataclasses.replace(FigureSettings(), pictures=pictures, out=tmp_path))
    assert cv2.imread(str(path)) is not None
    (columns, first, first_reshaped), (_, second, second_reshaped) = drawn
    assert columns == 6
    for subject, reshaped, other in ((first, first_reshaped, second), (second, second_reshaped, first)):
        np.testing.assert_allclose(shapes.shape_of(reshaped.head), shapes.shape_of(other.head), atol=1e-4)
        assert reshaped.image_bgr is subject.image_bgr


def test_pictures_of_one_name_are_two_and_one_alone_is_a_sentence(pictures, tmp_path):
    again = tmp_path / "again"
    again.mkdir()
    for file in (pictures[0], pictures[0].with_suffix(".mat")):
        (again / file.name).write_bytes(file.read_bytes())
    assert len(shapes._subjects((pictures[0], again / pictures[0].name))) == 2
    with pytest.raises(InputError, match="takes two pictures, a face in each; got one"):
        shapes.draw(dataclasses.replace(FigureSettings(), pictures=pictures[:1], out=tmp_path))
