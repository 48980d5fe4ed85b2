"""The formats that models are exported to, and what every export has in common: names, metadata, what it is made of.

A new format is a function that writes it, a row of `_ROWS`, and how `fsanet.engines.choose` opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import fsanet
from fsanet.errors import InputError
from fsanet.files import sha256_of
from fsanet.image.face_crop import DETECTOR_MARGIN, INPUT_SIZE
from fsanet.weights.model_files import weight_files
from fsanet.weights.pretrained import BUNDLED_WEIGHTS, FILES

if TYPE_CHECKING:
    import keras

FLOAT16, INT8 = "float16", "int8"
INPUT_NAME = "image_bgr"
OUTPUT_NAME = "yaw_pitch_roll_deg"
SPREAD_NAME = "spread_deg"
SIGNATURE = "serving_default"  # of a SavedModel and of a .tflite file
METADATA_FILE = "assets.extra/fsanet.json"  # in a SavedModel
METADATA_PREFIX = "fsanet."  # of the names in a .tflite file

_ANGLES = (
    "yaw, pitch, roll in degrees; yaw > 0 turns to the left of the image, pitch > 0 up, roll > 0 clockwise on the "
    "screen; R = Rx(pitch) Ry(yaw) Rz(roll)"
)


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

    @property
    def properties(self) -> dict[str, str]:
        """The metadata, and how it is quantised."""
        return {**self.metadata, "quantized": self.quantize or "no"}

    @property
    def crops(self) -> NDArray[np.float32]:
        """The calibration, which int8 cannot do without.

        Raises:
            InputError: when there is none.
        """
        if self.calibration is None:
            raise InputError("int8 needs crops that show the range of every tensor: give `calibration`.")
        return self.calibration


@dataclass(frozen=True)
class Format:
    """A format that models are exported to.

    Attributes:
        name: as the command takes it.
        suffix: of the file, or of the folder where one file is not enough.
        writer: where the function lies that writes a `Source` to a free path, "module:function" of this folder.
        folder: the files that it writes into a folder, as patterns; none where the path is a file.
        quantize: what it can be quantised to.
    """

    name: str
    suffix: str
    writer: str
    folder: tuple[str, ...] = ()
    quantize: tuple[str, ...] = ()

    def load_writer(self) -> Callable[[Source, Path], None]:
        """The function that writes; its packages are imported now.

        Raises:
            ImportError: when one of them is not installed.
        """
        module, function = self.writer.split(":")
        return getattr(import_module(f"fsanet.export.formats.{module}"), function)


_OF_OPENVINO = ("model.xml", "model.bin")
_OF_SAVED_MODEL = ("saved_model.pb", "fingerprint.pb", "variables/variables.*", METADATA_FILE)
_ROWS = (
    Format("onnx", ".onnx", "onnx_formats:write_onnx_format", quantize=(FLOAT16, INT8)),
    Format("tflite", ".tflite", "tensorflow_formats:write_tflite", quantize=(FLOAT16, INT8)),
    Format("openvino", "_openvino", "onnx_formats:write_openvino", _OF_OPENVINO, quantize=(FLOAT16, INT8)),
    Format("saved_model", "_saved_model", "tensorflow_formats:write_saved_model", _OF_SAVED_MODEL),
    Format("frozen_graph", ".pb", "tensorflow_formats:write_frozen_graph"),
    Format("keras", ".keras", "tensorflow_formats:write_keras"),
)
_FORMATS = {row.name: row for row in _ROWS}
FORMATS = tuple(_FORMATS)


def files_of_others(folder: Path) -> list[Path]:
    """What lies in a folder that no export writes, relative to it."""
    ours = [pattern for row in _ROWS for pattern in row.folder]
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())
    return [file for file in files if not any(fnmatch(file.as_posix(), pattern) for pattern in ours)]


def get_format(name: str) -> Format:
    """A format by its name.

    Raises:
        ValueError: when there is no such format; the message lists those that there are.
    """
    if name not in _FORMATS:
        raise InputError(f"There is no format '{name}'. The formats are: {', '.join(FORMATS)}.")
    return _FORMATS[name]


def describe(model: str, weights: str | Path) -> dict[str, str]:
    """What an export says of itself, so that whoever finds it can use it without this repository.

    Args:
        model: a name of `fsanet.MODELS`.
        weights: a catalogued training set, a weight file or a folder of them, as `load_model` takes it.

    Returns:
        model, weights (of a path the last part), weights_sha256 (one for each network, in the order of the fusion),
        licence, angles, colour_order, value_range, input_size, crop_margin, fsanet_version.
    """
    digests = [sha256_of(path) for path in weight_files(model, weights).values()]
    licences = {file.sha256: file.licence for file in BUNDLED_WEIGHTS + FILES}
    return {
        "model": model,
        "weights": _told_name(weights),
        "weights_sha256": " ".join(digests),
        "licence": "; ".join(dict.fromkeys(licences.get(digest, "that of the weights") for digest in digests)),
        "angles": _ANGLES,
        "colour_order": "BGR",
        "value_range": "0..255",
        "input_size": str(INPUT_SIZE),
        "crop_margin": f"{DETECTOR_MARGIN} of the face box on each side",
        "fsanet_version": fsanet.__version__,
    }


def _told_name(weights: str | Path) -> str:
    """A training set by its name, a path by its last part: with "./" where that alone would read as a training set."""
    name = Path(weights).name
    is_path = isinstance(weights, Path) or weights != name
    return f"./{name}" if is_path and name in {file.training_set for file in BUNDLED_WEIGHTS + FILES} else name
