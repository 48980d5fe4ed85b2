"""Where the network fails: typical faces of difficult kinds, and what the detector finds in portraits."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from demo.figures.comparison import predict
from demo.figures.settings import ASSETS, FigureSettings
from demo.figures.style import new_figure, row_label, show_image, show_pose, signed
from demo.make_assets import place
from fsanet.datasets.pose_set import PoseSet
from fsanet.image.overlay import draw_axes
from fsanet.image.reading import read_image
from fsanet.inference.estimator import HeadPoseEstimator
from fsanet.pose.angles import Pose, rotate_in_plane, rotation_from_angles
from fsanet.pose.errors import geodesic_errors

HARD_HEADS = ASSETS / "hard_heads.npz"  # rendered: their poses are exact
_TITLES = {
    "ahead": "turned by at most 25°",
    "profile": "profile, 75° to 90°",
    "from behind": "from behind, 105° to 135°",
    "steep": "pitch of 45° to 60°",
    "masked": "face mask",
    "covered": "hand or thing before it",
}
_MOVED_PX = 13
_ACROSS = 3  # kinds of faces side by side
_PICTURE_SIDE = 240
_FACE_HEIGHT = 110
_TURNS_DEG = (0, 30, 60, 90, 135, 180)
_HEIGHTS_PX = (96, 48, 32, 24, 16, 10)


class Kind(NamedTuple):
    """Faces that are difficult in one way.

    Attributes:
        title: in words.
        image: (N, 64, 64, 3) uint8 BGR.
        pose: (N, 3) true yaw, pitch, roll in degrees.
    """

    title: str
    image: NDArray[np.uint8]
    pose: NDArray[np.float64]


def draw(settings: FigureSettings) -> Path:
    """Draw typical faces of each kind with their true and estimated axes, and two portraits, turned and shrunk."""
    choice = settings.choice
    path = settings.path("limits")
    with new_figure(12.5, 15.2, path) as figure:
        heads, portraits = figure.subfigures(2, 1, height_ratios=(2.55, 1))
        _draw_kinds(heads, [(kind, predict(choice, kind.image)) for kind in kinds(PoseSet.load(HARD_HEADS))])
        _draw_portraits(portraits, HeadPoseEstimator(choice.model, choice.weights))
        figure.suptitle(f"Where it fails ({choice})", fontsize=14)
    return path


def kinds(heads: PoseSet) -> list[Kind]:
    """The kinds that were rendered, and those that the faces that look ahead become by what is done to the picture."""
    rendered = {
        name: Kind(title, heads.image[of_it], heads.pose[of_it])
        for name, title in _TITLES.items()
        for of_it in [heads.extras["kind"] == name]
    }
    return [*rendered.values(), *(change(rendered["ahead"]) for change in _CHANGES)]


def _changed(title: str, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Callable[[Kind], Kind]:
    """A kind whose pictures are others, and its poses the same."""
    return lambda kind: Kind(title, np.stack([change(image) for image in kind.image]), kind.pose)


def _turned(title: str, quarters: int) -> Callable[[Kind], Kind]:
    """A kind whose pictures are turned clockwise by quarters of a turn."""

    def turn(kind: Kind) -> Kind:
        image = np.rot90(kind.image, -quarters, axes=(1, 2))
        return Kind(title, np.ascontiguousarray(image), rotate_in_plane(kind.pose, 90.0 * quarters))

    return turn


def _shrunk(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    small = cv2.resize(image, (12, 12), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _darkened(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    noise = np.random.default_rng(0).normal(0, 6, image.shape)
    return np.clip(np.round(0.15 * image + noise), 0, 255).astype(np.uint8)


def _moved(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.blur(image, (_MOVED_PX, 1))


def _cut(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The left half at the border of the picture: what lies beyond is cut off, as the crop does it."""
    side = image.shape[1]
    return cv2.resize(image[:, side // 2 :], (side, side), interpolation=cv2.INTER_LINEAR)


_CHANGES = (
    _changed("crop of 12 x 12 pixels", _shrunk),
    _changed("dark and noisy", _darkened),
    _changed("moved by a fifth of the crop", _moved),
    _changed("half of it cut off", _cut),
    _turned("lying, turned by 90°", 1),
    _turned("upside down", 2),
)


def _draw_kinds(figure: SubFigure, found: list[tuple[Kind, NDArray]]) -> None:
    figure.suptitle(
        "Rendered heads, of each kind the one with the median error: true axes left, estimated right (yaw  pitch  roll)"
    )
    lines = -(-len(found) // _ACROSS)
    parts = figure.subfigures(lines, _ACROSS, squeeze=False).flat
    for part, (kind, poses) in zip(parts, found, strict=False):
        errors = geodesic_errors(poses, kind.pose)
        shown = int(np.argsort(errors)[len(errors) // 2])
        true, estimated = part.subplots(1, 2)
        for ax, pose in ((true, kind.pose[shown]), (estimated, poses[shown])):
            show_pose(ax, kind.image[shown], pose)
            ax.set_xlabel("  ".join(map(signed, pose)), fontsize=9)
        part.suptitle(f"{kind.title}\n{errors.mean():.0f}° off, mean of {len(errors)} rotations", fontsize=10)


def _draw_portraits(figure: SubFigure, estimator: HeadPoseEstimator) -> None:
    detector = getattr(estimator.detector, "name", type(estimator.detector).__name__)
    figure.suptitle(f"Portraits: what the face detector ({detector}) finds, and what is estimated then")
    rows = {
        "turned in\nthe plane by": {f"{turn}°": _portrait("collins", _FACE_HEIGHT, turn) for turn in _TURNS_DEG},
        "face of\nthis height": {f"{height} pixels": _portrait("hopper", height, 0) for height in _HEIGHTS_PX},
    }
    grid = figure.subplots(len(rows), len(_TURNS_DEG))
    for line, (name, pictures) in zip(grid, rows.items(), strict=True):
        _draw_row(line, pictures, estimator)
        row_label(line[0], name)


def _portrait(who: str, face_height: float, turn_deg: float) -> NDArray[np.uint8]:
    portrait = read_image(ASSETS / f"{who}.jpg")
    middle = (_PICTURE_SIDE / 2, _PICTURE_SIDE / 2)
    return place(portrait, who, (_PICTURE_SIDE, _PICTURE_SIDE), middle, face_height, turn_deg)


def _draw_row(axes: Sequence[Axes], pictures: Mapping[str, NDArray[np.uint8]], estimator: HeadPoseEstimator) -> None:
    for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
        faces = estimator(picture)
        view = picture.copy()
        for face in faces:
            x1, y1, x2, y2 = face.box_xyxy
            center = ((x1 + x2) / 2, (y1 + y2) / 2)
            draw_axes(view, rotation_from_angles(face.pose), center, 0.28 * _PICTURE_SIDE)
        show_image(ax, view)
        ax.set_title(title, fontsize=10)
        ax.set_xlabel(_words([face.pose for face in faces]), fontsize=9)


def _words(poses: Sequence[Pose]) -> str:
    return "\n".join("  ".join(map(signed, pose)) for pose in poses) or "no face found"
