"""What every exported format offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fsanet.engines.engine import Engine

if TYPE_CHECKING:
    import keras

FLOAT16, INT8 = "float16", "int8"


@dataclass(frozen=True)
class Source:
    """What an export is made of.

    Attributes:
        model: the Keras model.
        metadata: what the export shall say of itself, where its format allows.
        quantize: "", "float16" or "int8".
        calibration: for int8, crops that show the range of every tensor: (N, size, size, 3) BGR 0..255 float32.
    """

    model: keras.Model
    metadata: Mapping[str, str]
    quantize: str = ""
    calibration: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Format:
    """A format that models are exported to.

    Attributes:
        name: as the command takes it.
        suffix: of the file, or of the folder where one file is not enough.
        write: writes a source to a path that is free.
        open: an engine that runs what was written.
        folder: whether the path is a folder.
        quantize: what it can be quantised to.
    """

    name: str
    suffix: str
    write: Callable[[Source, Path], None]
    open: Callable[[Path], Engine]
    folder: bool = False
    quantize: tuple[str, ...] = ()
