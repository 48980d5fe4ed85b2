"""A recipe as a Keras layer: the whole batch at once, on the accelerator, on any backend."""

import dataclasses
from typing import Any

import keras
from keras import ops

from fsanet.datasets.augment.chance import Chance
from fsanet.datasets.augment.geometry import place
from fsanet.datasets.augment.occlude import cover, frame
from fsanet.datasets.augment.paper import PaperSteps
from fsanet.datasets.augment.photography import Degrade, add_noise, recolour, relight
from fsanet.datasets.augment.recipe import Recipe
from fsanet.tensors import Shape, Tensor


@keras.saving.register_keras_serializable(package="fsanet")
class Augment(keras.layers.Layer):
    """Random changes of crops and of their labels, by a recipe.

    Equal seeds and equal calls give equal batches on one backend; backends have random generators of their own. The
    state of the generator is a variable of the layer.

    Args:
        recipe: what to do and how strongly, a `Recipe` or its fields as a dictionary.
        seed: of the random numbers.

    Input: images (N, S, S, 3) BGR 0..255 of any dtype, poses (N, 3) yaw, pitch, roll in degrees, and perhaps (N,) bool,
    which of them may be turned in the plane: not those whose labels say no roll, since a turn mixes all three angles.
    Output: images and poses, as float32.
    """

    def __init__(self, recipe: Recipe | dict[str, Any], seed: int = 0, **kwargs: Any):
        kwargs["dtype"] = "float32"  # grey levels need more digits than mixed precision has
        super().__init__(**kwargs)
        self.recipe = Recipe(**recipe) if isinstance(recipe, dict) else recipe
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, images_shape: Shape, poses_shape: Shape | None = None, may_turn_shape: Shape | None = None) -> None:
        """Make the tables of the steps; they depend on the size of the images."""
        size = images_shape[1]
        self._paper = PaperSteps(size) if self.recipe.paper else None
        self._degrade = Degrade(size, self.recipe) if self.recipe.blur else None

    def call(self, images: Tensor, poses: Tensor, may_turn: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Augment a batch."""
        images, poses = ops.cast(images, "float32"), ops.cast(poses, "float32")
        chance, recipe = Chance(ops.shape(images)[0], self.generator), self.recipe
        if self._paper is not None:
            images = self._paper(images, chance)
        if recipe.flip or recipe.turn or recipe.scale or recipe.aspect or recipe.shift:
            images, poses = place(images, poses, recipe, chance, may_turn)
        # From the scene to the file: light, things in front, optics, sensor.
        if recipe.colour or recipe.grey:
            images = recolour(images, recipe, chance)
        if recipe.light:
            images = relight(images, recipe, chance)
        if recipe.patch:
            images = cover(images, recipe, chance)
        if recipe.frame:
            images = frame(images, recipe, chance)
        if self._degrade is not None:
            images = self._degrade(images, chance)
        if recipe.noise:
            images = add_noise(images, recipe, chance)
        return images, poses

    def compute_output_shape(
        self, images_shape: Shape, poses_shape: Shape, may_turn_shape: Shape | None = None
    ) -> tuple[Shape, Shape]:
        """Shapes stay."""
        return images_shape, poses_shape

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return super().get_config() | {"recipe": dataclasses.asdict(self.recipe), "seed": self.seed}
