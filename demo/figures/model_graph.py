"""A Keras model as boxes and arrows: each box is one layer that learns, with the plain layers that follow it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
from keras import layers as kl

_TIMES = "\N{MULTIPLICATION SIGN}"
_PLAIN = (kl.BatchNormalization, kl.Activation, kl.AveragePooling2D, kl.MaxPooling2D)
_SPOKEN = {"relu": "ReLU", "AveragePooling2D": "mean pool", "MaxPooling2D": "max pool", "BatchNormalization": "BN"}


@dataclass
class Box:
    """One box of a drawing.

    Attributes:
        name: of its first layer; boxes are known by it.
        words: what its layers do, in order.
        shapes: of its outputs, without the batch.
        parameters: trainable and not.
        before: names of the boxes that feed it.
    """

    name: str
    words: list[str]
    shapes: list[tuple[int, ...]]
    parameters: int
    before: list[str] = field(default_factory=list)


def boxes_of(model: keras.Model) -> list[Box]:
    """Boxes of a functional model, each after those that feed it.

    A layer joins the box before it when nothing else follows that box, when it has no other input, and when it is
    batch normalisation, an activation, a pooling or a change of shape.
    """
    feeds = dict(_connections(model))
    followers = Counter(source for sources in feeds.values() for source in sources)
    home: dict[str, Box] = {}
    boxes = []
    for layer in model.layers:
        sources = feeds[layer.name]
        box = home[sources[0]] if len(sources) == 1 else None
        if box is not None and followers[sources[0]] == 1 and box.before and _is_plain(layer):
            box.words += _words(layer)
            box.shapes, box.parameters = _shapes(layer), box.parameters + layer.count_params()
        else:
            fed_by = list(dict.fromkeys(home[source].name for source in sources))
            box = Box(layer.name, _words(layer), _shapes(layer), layer.count_params(), fed_by)
            boxes.append(box)
        home[layer.name] = box
    return boxes


def sub_models(model: keras.Model) -> list[keras.Model]:
    """The model and all models inside it, outer ones first."""
    inner = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    return [model, *(found for part in inner for found in sub_models(part))]


def shapes_text(shapes: list[tuple[int, ...]]) -> str:
    """Shapes in words, such as "3 of 8 × 8 × 64"."""
    counts = Counter(f" {_TIMES} ".join(map(str, shape)) for shape in shapes)
    return ", ".join(f"{count} of {text}" if count > 1 else text for text, count in counts.items())


def _connections(model: keras.Model) -> Iterator[tuple[str, list[str]]]:
    """Each layer's name with the names of the layers that feed it, from the model's public configuration."""
    for layer in model.get_config()["layers"]:
        sources = [name for node in layer["inbound_nodes"] for name in _tensor_sources(node)]
        yield layer["name"], list(dict.fromkeys(sources))


def _tensor_sources(part: Any) -> Iterator[str]:
    """Names of layers whose tensors stand anywhere in a call's recorded arguments."""
    if isinstance(part, dict):
        if part.get("class_name") == "__keras_tensor__":
            yield part["config"]["keras_history"][0]
        else:
            for value in part.values():
                yield from _tensor_sources(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _tensor_sources(value)


def _is_plain(layer: kl.Layer) -> bool:
    return isinstance(layer, _PLAIN) or _is_reshape(layer)


def _is_reshape(layer: kl.Layer) -> bool:
    return "Reshape" in type(layer).__name__


def _words(layer: kl.Layer) -> list[str]:
    """What a layer does, in a few words; nothing for a change of shape."""
    config = layer.get_config()
    activation = config.get("activation")
    activation = _SPOKEN.get(activation, activation)
    tail = f", {activation}" if isinstance(activation, str) and activation != "linear" else ""
    match layer:
        case kl.SeparableConv2D() | kl.Conv2D():
            kind = "SepConv" if isinstance(layer, kl.SeparableConv2D) else "Conv"
            return [f"{kind} {_TIMES.join(map(str, config['kernel_size']))}, {config['filters']}{tail}"]
        case kl.Dense():
            return [f"Dense {config['units']}{tail}"]
        case kl.Activation():
            return [str(activation)]
        case kl.BatchNormalization():
            return [_SPOKEN["BatchNormalization"]]
        case kl.AveragePooling2D() | kl.MaxPooling2D():
            return [f"{_SPOKEN[type(layer).__name__]} {config['pool_size'][0]}"]
        case _ if _is_reshape(layer):
            return []
    return [layer.name]


def _shapes(layer: kl.Layer) -> list[tuple[int, ...]]:
    outputs = layer.outputs if isinstance(layer, keras.Model) else layer.output
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return [tuple(output.shape[1:]) for output in outputs]
