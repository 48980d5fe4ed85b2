"""Exported formats by name. A new one is a function that writes, one that opens, and a row here."""

from importlib import import_module

from fsanet.errors import InputError
from fsanet.export.formats.format import Format

# Where each is defined: a format's packages are imported when it is asked for.
_HOMES = {
    "onnx": ("onnx_format", "FORMAT"),
    "tflite": ("tflite_format", "FORMAT"),
    "openvino": ("openvino_format", "FORMAT"),
    "saved_model": ("tensorflow_formats", "SAVED_MODEL"),
    "frozen_graph": ("tensorflow_formats", "FROZEN_GRAPH"),
    "keras": ("keras_format", "FORMAT"),
}
FORMATS = tuple(_HOMES)


def get_format(name: str) -> Format:
    """A format by its name.

    Raises:
        ValueError: when there is no such format; the message lists those that there are.
    """
    if name not in _HOMES:
        raise InputError(f"There is no format '{name}'. The formats are: {', '.join(FORMATS)}.")
    module, attribute = _HOMES[name]
    return getattr(import_module(f"fsanet.export.formats.{module}"), attribute)
