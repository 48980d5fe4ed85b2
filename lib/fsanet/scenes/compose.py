"""Composing whole pictures: heads of every size over a background, overlapping, turned, badly photographed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.rendering.landmarks import five_points
from fsanet.rendering.photo import photograph_picture
from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank
from fsanet.scenes.cutout import SIDE, Cutout
from fsanet.scenes.labels import CutoutPlacement, Faces, face_box, faces_of
from fsanet.scenes.paste import paste
from fsanet.scenes.photograph_cutout import empty_window, whole_photograph

_FIRM, _LEANING = 0.82, 0.96  # shares of heads that stand, and of those that lean at most; the rest is turned anyhow
_INSIDE, _OUTSIDE = 0.4, -0.04  # least way from a face's middle to the frame: in faces, else in sides of the frame
_WINDOWS = 0.4  # of the other things: windows without a face, as many as photographs have around theirs
_CLOTHES = 0.4  # of the rest: what people wear below the chin, where the bank of photographs has it
_WHOLE_PX = (48.0, 340.0)  # smallest face and largest of whole photographs
_ENLARGED_BY = (1.5, 6.0)
_OTHER_FACE_PX = 86.0  # what a face would measure in a cut-out without one


@dataclass(frozen=True, eq=False)
class Mix:
    """What scenes hold.

    Attributes:
        faces, others: how many heads and other things there are, and how often.
        face_px: sides of the smallest face and the largest, evenly on a log scale.
        crowd: from so many faces on none is larger than `crowd_px`.
        crowd_px: pixels.
        photographed: share of the faces that come from photographs, where there are cut-outs of them.
    """

    faces: Mapping[int, float]
    others: Mapping[int, float]
    face_px: tuple[float, float]
    crowd: int
    crowd_px: float
    photographed: float


# Pictures of all kinds, for a network that finds faces.
SCENES = Mix(
    faces={0: 0.10, 1: 0.30, 2: 0.20, 3: 0.14, 4: 0.10, 6: 0.10, 8: 0.06},
    others={0: 0.55, 1: 0.25, 2: 0.12, 3: 0.08},
    face_px=(8.0, 250.0),
    crowd=4,
    crowd_px=110.0,
    photographed=0.45,
)
# Pictures without a face.
NOBODY = replace(SCENES, faces={0: 1.0}, others={0: 0.5, 1: 0.25, 2: 0.15, 3: 0.10})
# A few large faces, for crops.
CLOSE = Mix(
    faces={1: 0.45, 2: 0.35, 3: 0.20},
    others={0: 0.7, 1: 0.3},
    face_px=(36.0, 150.0),
    crowd=4,
    crowd_px=100.0,
    photographed=0.5,
)
# A few faces, for scenes that are composed small and enlarged; pixels after that.
ENLARGED = Mix(
    faces={0: 0.15, 1: 0.45, 2: 0.25, 3: 0.15},
    others={0: 0.4, 1: 0.35, 2: 0.25},
    face_px=(24.0, 120.0),
    crowd=4,
    crowd_px=120.0,
    photographed=0.45,
)
# A photograph of one person, as one takes it, with little before it.
WHOLE = Mix(
    faces={0: 0.6, 1: 0.25, 2: 0.15},
    others={0: 0.6, 1: 0.3, 2: 0.1},
    face_px=(10.0, 110.0),
    crowd=4,
    crowd_px=110.0,
    photographed=0.45,
)


class Scene(NamedTuple):
    """A picture and its faces.

    Attributes:
        image_bgr: (side, side, 3) uint8.
        faces: its labels.
    """

    image_bgr: NDArray[np.uint8]
    faces: Faces


class Composer:
    """Composes scenes of one split.

    Args:
        bank: of rendered cut-outs.
        backgrounds: of the same split.
        side: pixels of a scene.
        photographs: a bank of faces cut out of photographs, taken for some of the faces.
        mix: how many faces of which size.
        whole: labelled photographs, each of one face, one of which is the lowest layer of each scene; none for scenes
            before backgrounds alone.
    """

    def __init__(
        self,
        bank: Bank,
        backgrounds: Backgrounds,
        side: int = 256,
        photographs: Bank | None = None,
        mix: Mix = SCENES,
        whole: Sequence[Path] = (),
    ):
        self.bank, self.backgrounds, self.side, self.photographs, self.mix = bank, backgrounds, side, photographs, mix
        self.whole = whole

    def scene(self, rng: np.random.Generator) -> Scene:
        """A scene; equal generators give equal scenes."""
        canvas = _relit(self.backgrounds.draw(rng, self.side), rng)
        owner = np.zeros(canvas.shape[:2], np.uint8)  # number of the cut-out that is seen, from 1
        cutouts, placements = self._drawn(rng)
        pasted = []
        for number, (cutout, placement) in enumerate(zip(cutouts, placements, strict=True), start=1):
            covered = paste(canvas, cutout.image_bgra, placement, rng)
            if covered is not None:
                rows, columns, where = covered
                owner[rows, columns][where] = number
            if cutout.is_face:
                pasted.append(_Pasted(number, cutout, placement, owner))
        faces = faces_of(
            [face.cutout for face in pasted],
            [face.placement for face in pasted],
            [face.shown(owner) for face in pasted],
            [face.seen(owner) for face in pasted],
        )
        return Scene(photograph_picture(canvas, rng), faces)

    def enlarged(self, rng: np.random.Generator) -> Scene:
        """A scene that is composed and photographed small, and enlarged: what a closer look at small faces shows."""
        side = round(self.side / np.exp(rng.uniform(*np.log(_ENLARGED_BY))))
        scale = self.side / side
        least, most = ENLARGED.face_px
        mix = replace(ENLARGED, face_px=(least / scale, most / scale), crowd_px=ENLARGED.crowd_px / scale)
        image, faces = Composer(self.bank, self.backgrounds, side, self.photographs, mix).scene(rng)
        larger = cv2.resize(image, (self.side, self.side), interpolation=cv2.INTER_LINEAR)
        lengths = {name: getattr(faces, name) * np.float32(scale) for name in ("box_xyxy", "points_xy", "mesh_xyz")}
        return Scene(larger, faces._replace(**lengths))

    def _drawn(self, rng: np.random.Generator) -> tuple[list[Cutout], list[CutoutPlacement]]:
        """Cut-outs and where they go, from the smallest to the largest: what is large is near.

        A whole photograph lies below them all.
        """
        mix = self.mix
        count, others = (int(rng.choice(list(table), p=list(table.values()))) for table in (mix.faces, mix.others))
        least, most = mix.face_px if count < mix.crowd else (mix.face_px[0], mix.crowd_px)
        sizes = np.exp(rng.uniform(np.log(least), np.log(most), count + others))
        cutouts = [self._face(rng) for _ in range(count)] + [self._other(rng) for _ in range(others)]
        order = np.argsort(sizes)
        placements = [_placement(rng, cutout, px, self.side) for cutout, px in zip(cutouts, sizes, strict=True)]
        lowest = [self._photograph(rng)] if self.whole else []
        drawn = lowest + [(cutouts[i], placements[i]) for i in order]
        return [cutout for cutout, _ in drawn], [placement for _, placement in drawn]

    def _photograph(self, rng: np.random.Generator) -> tuple[Cutout, CutoutPlacement]:
        photograph = whole_photograph(self.whole[int(rng.integers(len(self.whole)))], rng)
        face_px = np.exp(rng.uniform(*np.log(_WHOLE_PX)))
        return photograph, _placement(rng, photograph, face_px, self.side)

    def _face(self, rng: np.random.Generator) -> Cutout:
        bank = self.photographs if self.photographs and rng.random() < self.mix.photographed else self.bank
        return bank.faces[int(rng.integers(len(bank.faces)))]

    def _other(self, rng: np.random.Generator) -> Cutout:
        if self.photographs and rng.random() < _WINDOWS:
            return empty_window(self.backgrounds.draw(rng, SIDE), rng)
        others = self.bank.others
        if self.photographs and len(self.photographs.others) and rng.random() < _CLOTHES:
            others = self.photographs.others
        return others[int(rng.integers(len(others)))]


class _Pasted:
    """A face in a scene, and how much of it was seen when it was pasted."""

    def __init__(self, number: int, cutout: Cutout, placement: CutoutPlacement, owner: NDArray[np.uint8]):
        self.number, self.cutout, self.placement = number, cutout, placement
        self.mesh = placement.points(cutout.points_xyz)
        self.box = face_box(self.mesh)
        limit = np.array([*owner.shape[::-1], *owner.shape[::-1]])
        self.inside = np.clip(np.round(self.box), 0, limit).astype(int)
        self.at_first = self._count(owner)

    def _count(self, owner: NDArray[np.uint8]) -> int:
        x1, y1, x2, y2 = self.inside
        return int((owner[y1:y2, x1:x2] == self.number).sum())

    def shown(self, owner: NDArray[np.uint8]) -> float:
        """Share of the face that is inside the picture and not covered."""
        (x1, y1, x2, y2), (ix1, iy1, ix2, iy2) = self.box, self.inside
        inside = min((ix2 - ix1) * (iy2 - iy1) / max((x2 - x1) * (y2 - y1), 1e-6), 1.0)
        return inside * self._count(owner) / max(self.at_first, 1)

    def seen(self, owner: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """(5,) which points lie inside the picture, with nothing pasted over them."""
        column, row = np.floor(five_points(self.mesh)[:, :2]).astype(int).T
        height, width = owner.shape
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        return inside & (owner[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)] == self.number)


def _placement(rng: np.random.Generator, cutout: Cutout, face_px: float, side: int) -> CutoutPlacement:
    """A face of some size somewhere, three in four of them mostly inside."""
    middle, in_cutout = (SIDE / 2, SIDE / 2), _OTHER_FACE_PX
    if cutout.is_face:
        x1, y1, x2, y2 = face_box(cutout.points_xyz)
        middle, in_cutout = ((x1 + x2) / 2, (y1 + y2) / 2), np.sqrt((x2 - x1) * (y2 - y1))
    edge = min(_INSIDE * face_px, side / 2) if rng.random() < 0.75 else _OUTSIDE * side
    at = rng.uniform(edge, side - edge, 2)
    return CutoutPlacement(face_px / in_cutout, _turn(rng), bool(rng.random() < 0.5), tuple(at), middle)


def _turn(rng: np.random.Generator) -> float:
    kind = rng.random()
    if kind < _FIRM:
        return rng.normal(0, 12)
    return rng.uniform(-60, 60) if kind < _LEANING else rng.uniform(-180, 180)


def _relit(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float32]:
    lit = (image.astype(np.float32) - 128) * rng.uniform(0.6, 1.2) + 128 + rng.uniform(-40, 40)
    return np.clip(lit, 0, 255).astype(np.float32)
