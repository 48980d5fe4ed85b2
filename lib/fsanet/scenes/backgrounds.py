"""What lies behind the heads: photographs without people, views of panoramas, and paintings of our own.

And, for a network that is trained on, pictures without a face in which it saw one (hard negatives, `scenes.hard`).
"""

import hashlib
from functools import cached_property, lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fsanet.image.kinds import pictures_in
from fsanet.image.reading import read_image
from fsanet.rendering.backgrounds import BACKGROUNDS, HELD_OUT_BACKGROUNDS

_SHARES = {"photographs": 0.6, "paintings": 0.25, "views": 0.15}
_PAINTINGS, _PAINTING_SIDE = 600, 384  # how many there are, and their pixels
_NOT_PAINTED = ("crowd",)  # its blurred heads are what a small face looks like
_HARD_SHARE = 0.2  # of the backgrounds, where there are hard ones
_HELD_OUT = 8  # of the photographs every so many-th is seen in tests only
_LEAST_CROP = 96  # pixels


class Backgrounds:
    """Pictures without a face, of one split.

    Args:
        folder: pictures, such as `fetch_photographs` writes; None for paintings alone.
        split: `train` or `test`: no picture is in both, one in eight is in `test`, by its name.
        hard: folder of what `fsanet finder hard` wrote, for a fifth of the backgrounds; None for none.

    Raises:
        FileNotFoundError: when a folder holds no picture of the split.
    """

    def __init__(self, folder: str | Path | None, split: str, hard: str | Path | None = None):
        self.folder, self.split = None if folder is None else Path(folder), split
        self.hard = None if hard is None else Path(hard)
        if self.folder is not None and not self.files:
            raise FileNotFoundError(_none_of(split, self.folder))
        if hard is not None and not self._hard_files:
            raise FileNotFoundError(f"No pictures in '{hard}': `fsanet finder hard --out {hard}` writes them.")

    @cached_property
    def files(self) -> list[Path]:
        """The photographs and views of this split."""
        return [] if self.folder is None else [f for f in pictures_in(self.folder) if self._holds(f)]

    @cached_property
    def _hard_files(self) -> list[Path]:
        return [] if self.hard is None else pictures_in(self.hard)

    @cached_property
    def _pictures(self) -> dict[str, list[NDArray[np.uint8]]]:
        kinds: dict[str, list[NDArray[np.uint8]]] = {"photographs": [], "views": []}
        for file in self.files:
            kinds["views" if "-view" in file.stem else "photographs"].append(read_image(file))
        return kinds

    def _holds(self, file: Path) -> bool:
        whole = file.stem.split("-view")[0].encode("utf-8", "surrogateescape")  # views of one panorama stay together
        return (int(hashlib.sha256(whole).hexdigest(), 16) % _HELD_OUT == 0) == (self.split == "test")

    def draw(self, rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
        """A square background (side, side, 3) BGR, a crop of a drawn size, mirrored half of the time."""
        crop = _crop(rng, self._whole(rng), side)
        return crop[:, ::-1] if rng.random() < 0.5 else crop

    def _whole(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        if self._hard_files and rng.random() < _HARD_SHARE:
            return read_image(self._hard_files[rng.integers(len(self._hard_files))])
        kind = str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
        pictures = self._pictures.get(kind)
        return pictures[rng.integers(len(pictures))] if pictures else painting(rng.integers(_PAINTINGS), self.split)


def _none_of(split: str, folder: Path) -> str:
    """What is said where a folder holds no picture of a split."""
    if held := len(pictures_in(folder)):
        return (
            f"'{folder}' holds {held} pictures, none of them for the split '{split}' (names decide, one in {_HELD_OUT} "
            "is for 'test'): add more."
        )
    return f"No pictures in '{folder}': `fsanet finder backgrounds --out {folder}` fetches some."


def _crop(rng: np.random.Generator, image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    most = min(height, width)
    size = int(np.exp(rng.uniform(np.log(min(_LEAST_CROP, most)), np.log(most))))
    x, y = rng.integers(width - size + 1), rng.integers(height - size + 1)
    how = cv2.INTER_AREA if size > side else cv2.INTER_LINEAR
    return cv2.resize(image[y : y + size, x : x + size], (side, side), interpolation=how)


@lru_cache(maxsize=2 * _PAINTINGS)
def painting(number: int, split: str) -> NDArray[np.uint8]:
    """A painted background (384, 384, 3) BGR; every other one for tests shows a kind that training never does."""
    rng = np.random.default_rng([number, split == "test"])
    count, held_out = (number // 2, number % 2 == 0) if split == "test" else (number, False)
    kept = [name for name in BACKGROUNDS if name not in _NOT_PAINTED]
    kinds = [name for name in kept if (name in HELD_OUT_BACKGROUNDS) == held_out]
    picture = np.asarray(BACKGROUNDS[kinds[count % len(kinds)]](rng, _PAINTING_SIDE, _PAINTING_SIDE), np.float32)
    return np.ascontiguousarray(255 * np.clip(picture[..., ::-1], 0, 1)).astype(np.uint8)
