"""Recipes that several experiments share."""

import dataclasses

from fsanet.datasets.augment.recipe import PAPER, STRONG
from fsanet.training.settings import Settings

# The renderer blurs many of its photos and adds noise already: twice as much would leave few sharp ones.
_FOR_RENDERS = dataclasses.replace(STRONG, blur=0.2, noise=0.25)


def protocol_1(model: str) -> Settings:
    """The paper's first protocol: train on 300W-LP, test on AFLW2000 and BIWI (section 4.2)."""
    return Settings(model=model, data="300W_LP", epochs=90, batch_size=16, augmentation=PAPER)


def protocol_2(model: str) -> Settings:
    """The paper's second protocol: train on 16 videos of BIWI, test on the other 8 (section 4.2)."""
    return Settings(model=model, data="BIWI", epochs=90, batch_size=8, augmentation=PAPER)


def synthetic(model: str) -> Settings:
    """Training on rendered heads for real faces: everything that varies in photos is varied on the way."""
    return Settings(
        model=model,
        data="synthetic",
        epochs=20,
        batch_size=64,
        augmentation=_FOR_RENDERS,
        learning_rate=2e-3,
        schedule="cosine",
        warmup_steps=500,
        ema=0.999,
        clip_norm=100.0,
    )


def own_data(model: str, data: str) -> Settings:
    """One's own set, usually small: the strong recipe keeps it from being learnt by heart."""
    return Settings(
        model=model,
        data=data,
        epochs=60,
        batch_size=32,
        augmentation=STRONG,
        schedule="cosine",
        warmup_steps=100,
        ema=0.99,
    )
