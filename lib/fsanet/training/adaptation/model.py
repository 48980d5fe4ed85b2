"""The model that adaptation differentiates: pose on the source, domains or consistency on the target."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from fsanet.datasets.augment.layer import Augment
from fsanet.models.spec import get_spec
from fsanet.pose import tensors
from fsanet.tensors import Shape, Tensor
from fsanet.training.adaptation.adversary import Discriminator, domain_loss, reversal_strength, reverse_gradient
from fsanet.training.adaptation.batches import AdaptBatch
from fsanet.training.adaptation.methods import METHODS, AdaptSettings
from fsanet.training.crop_model import has_roll, pose_loss_deg
from fsanet.training.task import LOSS


def with_features(network: keras.Model, name: str) -> keras.Model:
    """The same network with a second output: the vectors of its stages, side by side.

    Args:
        network: a single model of `fsanet.MODELS`; its layers and weights are shared.
        name: of the model.

    Returns:
        (N, S, S, 3) BGR 0..255 -> (N, 3) degrees, (N, F).
    """
    image = keras.Input(network.input_shape[1:], name="image")
    x, features = image, None
    for layer in network.layers[1:]:
        if layer.name == get_spec(name).head_model:
            features = layers.Concatenate(name="features", dtype="float32")(x)
        x = layer(x)
    return keras.Model(image, [x, features], name="with_features")


class AdaptModel(keras.Model):
    """From an `AdaptBatch` to its figures: {"loss", "mae", "domain", "consistency"}.

    Source and target go through the network one after the other, so that each batch is normalised by itself.

    Args:
        network: (N, S, S, 3) BGR 0..255 -> (N, 3) degrees, with its starting weights.
        settings: method and its weights.
    """

    def __init__(self, network: keras.Model, settings: AdaptSettings):
        super().__init__(name="adaptation", dtype="float32")
        self.settings, self.method = settings, METHODS[settings.method]
        self.student = with_features(network, settings.model)
        self.augment = Augment(settings.augmentation, seed=settings.seed)
        self.augment_target = Augment(settings.augmentation, seed=settings.seed + 1)
        self.discriminator = Discriminator(settings.seed) if self.method.adversarial else None
        self.teacher = None
        if self.method.consistent:
            self.teacher = keras.models.clone_model(network)
            self.teacher.set_weights(network.get_weights())
            self.teacher.trainable = False
            self._pairs = list(zip(self.teacher.variables, network.variables, strict=True))

    def build(self, batch_shape: Sequence[Shape]) -> None:
        """Make the tables of the augmentation and the discriminator."""
        image_shape, pose_shape, _, _, target_shape, _ = batch_shape
        self.augment.build(image_shape, pose_shape)
        self.augment_target.build(target_shape, pose_shape)
        if self.discriminator is not None:
            self.discriminator.build(self.student.output_shape[1])
        self.built = True

    def call(self, batch: Sequence[Tensor], training: bool | None = None) -> dict[str, Tensor]:
        """See the class."""
        batch = AdaptBatch(*batch)
        images, true_deg = self.augment(batch.image, batch.pose, has_roll(batch.weight))
        found_deg, features = self.student(images, training=training and self.method.learns)
        weight = batch.weight * batch.sample_weight[:, None]
        loss, error = pose_loss_deg(ops.cast(found_deg, "float32"), true_deg, weight, self.settings.rotation_loss)
        domain = consistency = ops.zeros_like(error)
        if self.discriminator is not None:
            domain = self._domain(self.discriminator, batch, features, training)
        if self.teacher is not None:
            consistency = self._consistency(self.teacher, batch, training)
        loss = loss + self.settings.domain_weight * domain + self.settings.consistency * batch.share * consistency
        if not self.method.learns:
            self.student(ops.cast(batch.target, "float32"), training=training)  # its statistics change
            loss = 0.0 * loss  # and no weight
        return {LOSS: loss, "mae": error, "domain": domain, "consistency": consistency}

    def _domain(
        self, discriminator: Discriminator, batch: AdaptBatch, source_features: Tensor, training: bool | None
    ) -> Tensor:
        """What the discriminator errs; the features get its gradient reversed."""
        images, _ = self.augment_target(batch.target, ops.zeros_like(batch.pose))
        _, target_features = self.student(images, training=training)
        strength = reversal_strength(batch.share, self.settings.strength)
        of_source, of_target = (
            discriminator(reverse_gradient(features, strength), training=training)
            for features in (source_features, target_features)
        )
        return domain_loss(of_source, of_target, batch.sample_weight)

    def _consistency(self, teacher: keras.Model, batch: AdaptBatch, training: bool | None) -> Tensor:
        """Mean distance in degrees between answers to turned pictures and the teacher's answers, turned."""
        taught_deg = ops.stop_gradient(teacher(ops.cast(batch.target, "float32"), training=False))
        images, wanted_deg = self.augment_target(batch.target, taught_deg)
        found_deg, _ = self.student(images, training=training)
        if training:
            decay = self.settings.teacher_decay
            for taught, learnt in self._pairs:
                taught.assign(decay * taught + (1.0 - decay) * ops.cast(learnt, taught.dtype))
        return ops.mean(tensors.chord_deg(found_deg, wanted_deg))
