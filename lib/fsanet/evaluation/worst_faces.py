"""The faces that a model gets most wrong, with true and predicted axes."""

from pathlib import Path

import cv2
import numpy as np

from fsanet.evaluation.evaluation import Evaluation
from fsanet.files import replace_whole
from fsanet.image.overlay import draw_axes
from fsanet.image.reading import write_image
from fsanet.pose.angles import rotation_from_angles

_COLUMNS, _ROWS = 8, 3
_SIDE = 128
_TEXT = 48
_INK = (40, 40, 40)


def draw_worst_faces(evaluation: Evaluation, path: Path) -> None:
    """Write a montage: above each other a face with its true axes and with the predicted ones, worst first.

    Faces of research-only sets get a line that says so.
    """
    test_set = evaluation.test_set
    errors = evaluation.errors()
    worst = np.argsort(-errors, kind="stable")[: _COLUMNS * _ROWS]
    cells = [_cell(test_set.image[i], test_set.true[i], evaluation.predicted[i], errors[i]) for i in worst]
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % _COLUMNS)
    rows = [np.hstack(cells[start : start + _COLUMNS]) for start in range(0, len(cells), _COLUMNS)]
    title = f"{evaluation.model} on {test_set.name}: upper true, lower predicted (yaw, pitch, roll)"
    if test_set.research_only:
        title += ". RESEARCH ONLY: do not publish these faces"
    head = np.full((30, rows[0].shape[1], 3), 255, np.uint8)
    _write(head, title, (8, 21), 0.5)
    with replace_whole(path) as temporary:
        write_image(temporary, np.vstack([head, *rows]))


def _cell(image_bgr, true_deg, predicted_deg, error: float):
    pictures = []
    for angles in (true_deg, predicted_deg):
        picture = cv2.resize(image_bgr, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
        draw_axes(picture, rotation_from_angles(angles), (_SIDE / 2, _SIDE / 2), 0.35 * _SIDE)
        pictures.append(picture)
    text = np.full((_TEXT, _SIDE, 3), 255, np.uint8)
    angles = [", ".join(f"{round(angle)}" for angle in pose) for pose in (true_deg, predicted_deg)]
    for line, words in enumerate((f"true {angles[0]}", f"got {angles[1]}", f"error {error:.1f}")):
        _write(text, words, (4, 13 + 15 * line), 0.38)
    return np.pad(np.vstack([*pictures, text]), ((4, 4), (4, 4), (0, 0)), constant_values=255)


def _write(picture, text: str, place: tuple[int, int], size: float) -> None:
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, 1, cv2.LINE_AA)
