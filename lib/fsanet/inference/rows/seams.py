"""Face numbers of a video that was gone through in parts, joined to those of one run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from fsanet.image.boxes import iou
from fsanet.inference.rows.row import PoseRow
from fsanet.inference.video.tracking import SAME_FACE_IOU, best_pairs


def same_faces(before: Iterable[PoseRow], shared: Iterable[PoseRow]) -> dict[int, int]:
    """{a face's number in a part: its number in the part before}, by how well their boxes agree in shared frames.

    Args:
        before: rows of the part before.
        shared: rows of the next part in frames that both have looked at.
    """
    seen, again = _by_frame(before), _by_frame(shared)
    common = seen.keys() & again.keys()
    old, new = (sorted({row.face for frame in common for row in rows[frame]}) for rows in (seen, again))
    agreement = np.zeros((len(new), len(old)))
    for frame in common:
        overlap = iou(_boxes(again[frame]), _boxes(seen[frame]))
        places = np.ix_(np.searchsorted(new, _faces(again[frame])), np.searchsorted(old, _faces(seen[frame])))
        agreement[places] += np.where(overlap >= SAME_FACE_IOU, overlap, 0.0)
    return {new[i]: old[j] for i, j in best_pairs(agreement, SAME_FACE_IOU).items()}


def renumbered(rows: Iterable[PoseRow], known: dict[int, int], free: int) -> Iterator[PoseRow]:
    """Rows of a part with the numbers of the whole video, each frame's by number; one frame is held at a time.

    Args:
        rows: in the order of their frames.
        known: {number in the part: number in the whole video} of faces from before.
        free: the first number that no face of the video has yet.
    """
    numbers = dict(known)
    for _, of_frame in groupby(rows, key=attrgetter("frame")):
        frame = []
        for row in of_frame:
            if row.face not in numbers:
                numbers[row.face] = free
                free += 1
            frame.append(row._replace(face=numbers[row.face]))
        yield from sorted(frame, key=attrgetter("face"))


def _by_frame(rows: Iterable[PoseRow]) -> dict[int | None, list[PoseRow]]:
    frames: dict[int | None, list[PoseRow]] = defaultdict(list)
    for row in rows:
        frames[row.frame].append(row)
    return frames


def _boxes(rows: Iterable[PoseRow]) -> NDArray[np.float64]:
    return np.array([(row.x1, row.y1, row.x2, row.y2) for row in rows], float)


def _faces(rows: Iterable[PoseRow]) -> list[int]:
    return [row.face for row in rows]
