"""Scenes with their labels drawn, to look at."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.dense.assign import RULES
from fsanet.image.reading import write_image
from fsanet.scenes.compose import SCENES, WHOLE, Scene
from fsanet.scenes.ingredients import Ingredients, open_composer

_ROWS, _COLUMNS, _SIDE = 4, 6, 256
_FOUND, _HARDLY_SEEN, _GAZE = (0, 220, 0), (0, 0, 230), (255, 80, 0)  # BGR


def draw_sheet(ingredients: Ingredients, out: Path, seed: int = 0) -> None:
    """Write a sheet of 24 scenes: of photographs that are shown whole where there are any, else of all others.

    Args:
        ingredients: of the scenes.
        out: the picture.
        seed: of the scenes.
    """
    composer = open_composer(ingredients, _SIDE, SCENES if ingredients.whole is None else WHOLE)
    drawn = [draw_labels(composer.scene(np.random.default_rng([seed, i]))) for i in range(_ROWS * _COLUMNS)]
    rows = [np.hstack(drawn[i : i + _COLUMNS]) for i in range(0, len(drawn), _COLUMNS)]
    write_image(out, np.vstack(rows))


def draw_labels(scene: Scene) -> NDArray[np.uint8]:
    """A scene (side, side, 3) with the boxes, points that are seen, and poses of its faces."""
    picture, faces = scene.image_bgr.copy(), scene.faces
    for i, shown in enumerate(faces.shown):
        if shown <= RULES.ignored:
            continue
        x1, y1, x2, y2 = (int(v) for v in faces.box_xyxy[i])
        cv2.rectangle(picture, (x1, y1), (x2, y2), _FOUND if shown >= RULES.shown else _HARDLY_SEEN, 1)
        for point in faces.points_xy[i][faces.visible[i]]:
            cv2.circle(picture, tuple(int(v) for v in point), 1, (0, 255, 255), -1)
        middle, ahead = np.array([x1 + x2, y1 + y2]) / 2, faces.rotation[i][:2, 2] * [1, -1] * 0.6 * (x2 - x1)
        cv2.line(picture, tuple(middle.astype(int)), tuple((middle + ahead).astype(int)), _GAZE, 1, cv2.LINE_AA)
    return picture
