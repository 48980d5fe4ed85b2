"""Augmentation of batches in `keras.ops`: the paper's recipe, and a stronger one for training on synthetic heads.

Recipes are plain data. The layer that follows one is `fsanet.datasets.augment.layer.Augment`, which needs Keras.
"""

from fsanet.datasets.augment.recipe import NONE, PAPER, RECIPES, STRONG, Recipe

__all__ = ["NONE", "PAPER", "RECIPES", "STRONG", "Recipe"]
