"""Two photographed people, turned with their own face shape and with that of the other."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from demo.figures.settings import FigureSettings
from demo.figures.style import new_figure
from fsanet.errors import InputError
from fsanet.image.face_crop import crop_face
from fsanet.image.reading import read_image
from fsanet.profiling.copies import turned_copy
from fsanet.profiling.heads import Photograph, find_photographs
from fsanet.profiling.shapes import Reshaping, shape_of
from fsanet.profiling.subject import Subject, make_subject

_POSES = ((0.0, 0.0, 0.0), (-35.0, -12.0, 0.0), (40.0, 12.0, 0.0))
_SIDE, _MARGIN = 320, 0.75  # pixels of a picture, share of the landmark box around the face


def draw(settings: FigureSettings) -> Path:
    """Draw the first two pictures, a face in each: a row a person, each pose with the own shape and the other's.

    Raises:
        InputError: when there is one picture alone, or no face in one.
    """
    if len(settings.pictures) < 2:
        raise InputError("The figure of shapes takes two pictures, a face in each; got one.")
    subjects = _subjects(settings.pictures[:2])
    shapes = [shape_of(subject.head) for subject in subjects]
    path = settings.path("shapes")
    with new_figure(12.5, 4.6, path) as figure:
        axes = figure.subplots(len(subjects), 2 * len(_POSES))
        for row, subject, other in zip(axes, subjects, shapes[::-1], strict=True):
            _draw_row(row, subject, Reshaping.of(subject).with_shape(other))
        for number, ax in enumerate(axes[0]):
            ax.set_title(("own shape", "the other's")[number % 2])
    return path


def _draw_row(row: Sequence[Axes], own: Subject, reshaped: Subject) -> None:
    for number, ax in enumerate(row):
        ax.imshow(_picture((own, reshaped)[number % 2], _POSES[number // 2])[..., ::-1])
        ax.set_axis_off()


def _picture(subject: Subject, pose_deg: Sequence[float]) -> NDArray[np.uint8]:
    copy = turned_copy(subject, np.array(pose_deg))
    low, high = copy.landmarks[:, :2].min(axis=0), copy.landmarks[:, :2].max(axis=0)
    return crop_face(copy.image_bgr, (*low, *high), _MARGIN, _SIDE)


def _subjects(pictures: Sequence[Path]) -> list[Subject]:
    """The people in pictures, by a .mat beside each or by Face Mesh."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number, picture in enumerate(pictures):
            for file in (picture, picture.with_suffix(".mat")):
                if file == picture or file.is_file():
                    shutil.copy(file, folder / f"{number}_{file.name}")
        return [_subject(photograph) for photograph in find_photographs(folder, folder / "meshes.npz")]


def _subject(photograph: Photograph) -> Subject:
    return make_subject(read_image(photograph.file), photograph.head(), photograph.matte)
