"""The network of a run and the model that trains it."""

from fnmatch import fnmatchcase

import keras

from fsanet.datasets.augment.layer import Augment
from fsanet.errors import InputError
from fsanet.models.catalog import build_model
from fsanet.training.losses import mean_absolute_error_deg, mixed_loss, pack
from fsanet.training.optimizer import build_optimizer
from fsanet.training.settings import Settings
from fsanet.weights.loading import load_model


class TrainingModel(keras.Model):
    """Augmentation, then the network; its output is packed with the augmented labels, see `losses`.

    Args:
        network: (N, S, S, 3) BGR 0..255 -> (N, 3) degrees.
        augment: the augmentation layer.

    Input: a `Batch`'s images, poses and weights. Output: (N, 3, 3).
    """

    def __init__(self, network: keras.Model, augment: Augment):
        super().__init__(name="training", dtype="float32")
        self.network = network
        self.augment = augment

    def call(self, inputs, training=None):
        """See the class."""
        images, poses, weights = inputs
        if training:
            images, poses = self.augment(images, poses)
        else:
            images = keras.ops.cast(images, "float32")
        return pack(self.network(images, training=training), poses, weights)


def build_network(settings: Settings) -> keras.Model:
    """The network with its starting weights and frozen layers.

    Raises:
        ValueError: for unknown names of models or layers, or weights that do not fit.
        FileNotFoundError, OSError: as `fsanet.load_model`.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(settings.precision)
    try:
        if settings.weights:
            network = load_model(settings.model, settings.weights, image_size=settings.image_size)
        else:
            network = build_model(settings.model, image_size=settings.image_size)
    finally:
        keras.config.set_dtype_policy(before)
    freeze(network, settings.freeze)
    return network


def freeze(network: keras.Model, names: tuple[str, ...]) -> None:
    """Keep the weights of layers and sub-models with these names or patterns.

    Raises:
        ValueError: for a name that fits nothing, with those that there are, or when nothing is left to train.
    """
    layers = {layer.name: layer for layer in network._flatten_layers(include_self=False) if layer.weights}
    for pattern in names:
        fitting = [layer for name, layer in layers.items() if fnmatchcase(name, pattern)]
        if not fitting:
            raise InputError(f"'{network.name}' has no layer '{pattern}' to freeze. There are: {', '.join(layers)}.")
        for layer in fitting:
            layer.trainable = False
    if not network.trainable_variables:
        raise InputError(f"With {', '.join(names)} frozen, nothing of '{network.name}' is left to train.")


def build_training_model(network: keras.Model, settings: Settings, batch) -> TrainingModel:
    """The compiled model, with all of its variables made.

    Args:
        network: the network.
        settings: of the run.
        batch: any batch, for the shapes.
    """
    model = TrainingModel(network, Augment(settings.augmentation, seed=settings.seed))
    model.compile(
        optimizer=build_optimizer(settings),
        loss=mixed_loss(settings.rotation_loss),
        metrics=[mean_absolute_error_deg],
        # XLA is several times slower on a CPU than TensorFlow's own operations; JAX knows nothing else.
        jit_compile=keras.backend.backend() == "jax",
    )
    model.optimizer.build(model.trainable_variables)
    model.augment.build(batch.image.shape, batch.pose.shape)
    return model
