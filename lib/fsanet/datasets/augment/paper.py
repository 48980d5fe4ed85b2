"""The published recipe's augmentation, pixel for pixel where the offsets are equal.

A crop takes `removed` pixels from each side length. Plain, it is enlarged to the old size by cubic interpolation; on
black or white, it is put back at another place. A zoom follows, with the border repeated. Positions are (row, column).
"""

from typing import NamedTuple

from keras import ops

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.resampling import FIXED_POINT, cubic_table, linear_matrices, resample_rows, transpose
from fsanet.tensors import Tensor

PLAIN, ON_BLACK, ON_WHITE, NO_CROP = range(4)
MOST_REMOVED = 15
ZOOM_CHANCE = 0.7
ZOOM_RANGE = (0.8, 1.2)
# A 32-bit float holds integers of 24 bits. Products of pixels and two fixed-point weights need 31: split in between.
_SPLIT = 1024


class Crops(NamedTuple):
    """Where each sample is cut: integers (N,)."""

    kind: Tensor
    removed: Tensor
    row: Tensor
    column: Tensor
    new_row: Tensor
    new_column: Tensor


class PaperSteps:
    """Random crops and zooms for images of one size.

    Args:
        size: side of the images in pixels.
    """

    def __init__(self, size: int):
        self.size = size
        self.most_removed = min(MOST_REMOVED, size - 1)
        self._cubic = cubic_table(size, self.most_removed)

    def __call__(self, images: Tensor, chance: Chance) -> Tensor:
        """Augment (N, S, S, 3) of whole grey levels 0..255."""
        removed = 1 + chance.integer(self.most_removed)
        crops = Crops(chance.integer(4), removed, *(chance.integer(removed) for _ in range(4)))
        zoomed = chance.happens(ZOOM_CHANCE)
        zooms = [ops.where(zoomed, chance.uniform(*ZOOM_RANGE), 1.0) for _ in range(2)]
        return self.zoom(self.crop(images, crops), *zooms)

    def crop(self, images: Tensor, crops: Crops) -> Tensor:
        """Cut (N, S, S, 3) of whole grey levels; the result has whole grey levels too."""
        rows = self._matrices(crops, crops.row, crops.new_row)
        columns = self._matrices(crops, crops.column, crops.new_column)
        cut = _exact(images, rows, columns)
        inside = ops.max(rows, axis=2)[:, :, None] * ops.max(columns, axis=2)[:, None, :]  # (N, S, S), 0 outside
        white = ops.logical_and(inside <= 0.0, (crops.kind == ON_WHITE)[:, None, None])
        return ops.where(white[..., None], 255.0, cut)

    def zoom(self, images: Tensor, row_factor: Tensor, column_factor: Tensor) -> Tensor:
        """Read (N, S, S, 3) at distances from the centre multiplied by (N,) factors: below 1 enlarges."""
        rows = linear_matrices(self._zoomed(row_factor), self.size)
        columns = linear_matrices(self._zoomed(column_factor), self.size)
        return transpose(resample_rows(columns, transpose(resample_rows(rows, images))))

    def _zoomed(self, factor: Tensor) -> Tensor:
        centre = self.size / 2 + 0.5  # half a pixel off the true one, as the published code has it
        return (ops.arange(self.size, dtype="float32") - centre) * factor[:, None] + centre

    def _matrices(self, crops: Crops, start: Tensor, new_start: Tensor) -> Tensor:
        """(N, S, S) in units of 1 / FIXED_POINT along one axis."""
        index = crops.removed * self.most_removed + start
        cubic = ops.take(ops.reshape(self._cubic, (-1, self.size, self.size)), index, axis=0)
        target = ops.arange(self.size, dtype="int32")
        moved = crops.kind != NO_CROP
        shift = ops.where(moved, start - new_start, 0)[:, None]
        first = ops.where(moved, new_start, 0)[:, None]
        behind = ops.where(moved, self.size - crops.removed + new_start, self.size)[:, None]
        kept = ops.logical_and(target >= first, target < behind)  # (N, S)
        copied = ops.logical_and((target + shift)[:, :, None] == target, kept[:, :, None])
        plain = (crops.kind == PLAIN)[:, None, None]
        return ops.where(plain, cubic, ops.cast(copied, "float32") * FIXED_POINT)


def _exact(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Fixed-point resampling with one rounding at its end, exact to the bit in 32-bit floats."""
    once = resample_rows(columns, transpose(images))  # in 1 / FIXED_POINT, at most 20 bits
    high = ops.floor(once / _SPLIT)
    low = once - high * _SPLIT
    high, low = resample_rows(rows, transpose(high)), resample_rows(rows, transpose(low))
    # (high * SPLIT + low) / FIXED_POINT ** 2, rounded half up, without ever holding the large sum.
    sums = high + ops.floor(low / _SPLIT)
    unit = FIXED_POINT**2 // _SPLIT
    return ops.clip(ops.floor((sums + unit // 2) / unit), 0.0, 255.0)
