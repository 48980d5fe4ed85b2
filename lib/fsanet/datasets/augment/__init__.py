"""Augmentation of batches in `keras.ops`: the paper's recipe, and a stronger one for training on synthetic heads."""

from fsanet.datasets.augment.layer import Augment
from fsanet.datasets.augment.recipe import NONE, PAPER, RECIPES, STRONG, Recipe

__all__ = ["NONE", "PAPER", "RECIPES", "STRONG", "Augment", "Recipe"]
