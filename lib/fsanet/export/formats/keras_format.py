"""Keras' own format: the trainable model, with its layers."""

from pathlib import Path

import keras

from fsanet.engines.keras_engine import KerasEngine
from fsanet.export.formats.format import Format, Source


def write(source: Source, path: Path) -> None:
    """A .keras file. The format has no place for metadata."""
    source.model.save(path)


def open_(path: Path) -> KerasEngine:
    """An engine that runs the file; `fsanet.layers` is imported by the model's own modules and registers its layers."""
    return KerasEngine(keras.saving.load_model(path, compile=False))


FORMAT = Format("keras", ".keras", write, open_)
