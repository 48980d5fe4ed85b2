"""The model that training pose from crops differentiates: augmentation, the network, and the losses on its angles."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import keras
from keras import ops

from fsanet.datasets.augment.layer import Augment
from fsanet.datasets.batches import Batch
from fsanet.errors import InputError
from fsanet.models.build import build_model
from fsanet.pose import tensors
from fsanet.tensors import Shape, Tensor, layers_in
from fsanet.together import mean_of_all
from fsanet.training.task import LOSS
from fsanet.weights.loading import load_model


class CropModel(keras.Model):
    """From a `Batch` (images, poses, weights of the labels) to its figures: {"loss", "mae"}, in degrees.

    Args:
        network: (N, S, S, 3) BGR 0..255 -> (N, 3) degrees.
        augment: changes images and labels, in training alone.
        rotation_share: share of the rotation's distance in the loss; 0 is the paper's loss alone.
    """

    def __init__(self, network: keras.Model, augment: Augment, rotation_share: float = 0.0):
        super().__init__(name="training", dtype="float32")
        self.network = network
        self.augment = augment
        self.rotation_share = rotation_share

    def build(self, batch_shape: Sequence[Shape]) -> None:
        """Make the tables of the augmentation; the network is built."""
        images_shape, poses_shape, _ = batch_shape
        self.augment.build(images_shape, poses_shape)
        self.built = True

    def call(self, batch: Batch, training: bool | None = None) -> dict[str, Tensor]:
        """See the class."""
        images, true_deg, weight = batch
        if training:
            images, true_deg = self.augment(images, true_deg, has_roll(weight))
        else:
            images = ops.cast(images, "float32")
        predicted_deg = ops.cast(self.network(images, training=training), "float32")
        loss, error = pose_loss_deg(predicted_deg, true_deg, weight, self.rotation_share)
        return {LOSS: loss, "mae": error}


def has_roll(weight: Tensor) -> Tensor:
    """Which faces have a roll that counts among their labels: (N, 3) weights of the labels -> (N,) bool."""
    return weight[:, 2] > 0.0


def pose_loss_deg(
    predicted_deg: Tensor, true_deg: Tensor, weight: Tensor, rotation_share: float
) -> tuple[Tensor, Tensor]:
    """The loss of a batch and the mean absolute error in it, scalars.

    Args:
        predicted_deg, true_deg, weight: (N, 3) each.
        rotation_share: share of the rotation's distance in the loss.
    """
    error = mean_absolute_error_deg(predicted_deg, true_deg, weight)
    loss = (1.0 - rotation_share) * error
    if rotation_share:
        loss = loss + rotation_share * rotation_distance_deg(predicted_deg, true_deg, weight)
    return loss, error


def mean_absolute_error_deg(predicted_deg: Tensor, true_deg: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean of the absolute errors of the three angles: the paper's loss. Three (N, 3) -> scalar."""
    return _weighted_mean(ops.abs(predicted_deg - true_deg), weight)


def rotation_distance_deg(predicted_deg: Tensor, true_deg: Tensor, weight: Tensor) -> Tensor:
    """Mean distance of the rotations, of the samples whose three labels count. Three (N, 3) -> scalar."""
    return _weighted_mean(tensors.chord_deg(predicted_deg, true_deg), ops.min(weight, axis=1))


def _weighted_mean(errors: Tensor, weight: Tensor) -> Tensor:
    return ops.sum(errors * weight) / ops.maximum(mean_of_all(ops.sum(weight)), 1e-6)


def build_network(
    model: str, image_size: int, *, weights: str = "", precision: str = "float32", freeze: tuple[str, ...] = ()
) -> keras.Model:
    """The network with its starting weights and frozen layers.

    Args:
        model: one of `fsanet.MODELS`, no fusion.
        image_size: side of the crops in pixels.
        weights: as `fsanet.load_model` takes them; empty starts anew.
        precision: Keras' policy.
        freeze: names or patterns of layers and sub-models that keep their weights.

    Raises:
        ValueError: for unknown names of models or layers, or weights that do not fit.
        FileNotFoundError, OSError: as `fsanet.load_model`.
    """
    with layers_in(precision):
        if weights:
            network = load_model(model, weights, image_size=image_size)
        else:
            network = build_model(model, image_size=image_size)
    freeze_layers(network, freeze)
    return network


def freeze_layers(network: keras.Model, names: tuple[str, ...]) -> None:
    """Keep the weights of layers and sub-models with these names or patterns.

    Raises:
        ValueError: for a name that fits nothing, with those that there are, or when nothing is left to train.
    """
    layers = {layer.name: layer for layer in _layers_within(network) if layer.weights}
    for pattern in names:
        fitting = [layer for name, layer in layers.items() if fnmatchcase(name, pattern)]
        if not fitting:
            raise InputError(f"'{network.name}' has no layer '{pattern}' to freeze. There are: {', '.join(layers)}.")
        for layer in fitting:
            layer.trainable = False
    if not network.trainable_variables:
        raise InputError(f"With {', '.join(names)} frozen, nothing of '{network.name}' is left to train.")


def _layers_within(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """All layers and sub-models, each before what is in it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers_within(layer)
