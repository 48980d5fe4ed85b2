"""What a face does in one picture: mouth, brows and eyelids, as morphs of the head pack."""

from collections.abc import Callable, Mapping

import numpy as np

from fsanet.rendering.shape import ETHNICITIES, HeadShape, add_morph


def _draw_expression(rng: np.random.Generator) -> dict[str, float]:
    """Weights of expression units; a third of all faces stay neutral."""
    units: dict[str, float] = {}
    if rng.random() < 0.35:
        return units
    if rng.random() < 0.5:
        units["mouth-corner-puller"] = rng.uniform(0.1, 0.9)
    if rng.random() < 0.35:
        units["mouth-open"] = rng.uniform(0, 0.9) ** 2
    if rng.random() < 0.3:
        units["mouth-parling"] = rng.uniform(0.1, 0.8)
    for name in ("compression", "depression", "elevation", "pursing", "retraction", "protusion", "upward-retraction"):
        if rng.random() < 0.07:
            units["mouth-" + name] = rng.uniform(0, 0.5)
    if rng.random() < 0.1:
        units["nose-compression"] = rng.uniform(0, 0.6)
    for name, often in (("down", 0.1), ("up", 0.25), ("inner-up", 0.2), ("extern-up", 0.1)):
        if rng.random() < often:
            weight = rng.uniform(0, 0.8)
            units |= {f"eyebrows-{side}-{name}": weight * rng.uniform(0.8, 1) for side in ("left", "right")}
    return units


def _draw_lids(rng: np.random.Generator) -> dict[str, float]:
    """Weights of the units of the eyelids: mostly open, sometimes narrow, 5 in 100 closed."""
    dice = rng.random()
    if dice < 0.05:
        unit, weight = "closure", rng.uniform(0.9, 1.0)
    elif dice < 0.18:
        unit, weight = "closure", rng.uniform(0.05, 0.3)
    elif dice < 0.28:
        unit, weight = "slit", rng.uniform(0.1, 0.5)
    elif dice < 0.5:
        unit, weight = "opened-up", rng.uniform(0.1, 0.9)
    else:
        return {}
    return {f"eye-{side}-{unit}": weight for side in ("left", "right")}


def _draw_lively(rng: np.random.Generator) -> dict[str, float]:
    """Weights of expression units of people who are photographed: most of them smile, some laugh or talk."""
    units = _draw_expression(rng)
    if rng.random() < 0.2:
        return units
    if rng.random() < 0.75:
        units["mouth-corner-puller"] = rng.uniform(0.2, 1.0)
    if rng.random() < 0.4:
        units["mouth-parling"] = rng.uniform(0.1, 0.8)
    if rng.random() < 0.4:
        units["mouth-open"] = rng.uniform(0, 0.9) ** 2
    return units


EXPRESSIONS: Mapping[str, Callable[[np.random.Generator], dict[str, float]]] = {
    "rest": lambda rng: {},
    "smile": lambda rng: {"mouth-corner-puller": 0.8, "mouth-parling": 0.6},
    "lively": _draw_lively,
}


def with_expression(shape: HeadShape, rng: np.random.Generator, expression: str | None = None) -> np.ndarray:
    """Vertices (V, 3) float32 of the head with a drawn expression; the label does not change.

    Args:
        shape: the head.
        rng: randomness.
        expression: one of `EXPRESSIONS`, None for any; what is drawn from `rng` afterwards is the same with each.
    """
    vertices = shape.vertices.copy()
    units, lids = _draw_expression(rng), _draw_lids(rng)
    if expression is not None:
        units = EXPRESSIONS[expression](rng.spawn(1)[0])
    for unit, weight in (units | lids).items():
        for name, share in zip(ETHNICITIES, shape.traits.ethnicity, strict=True):
            add_morph(vertices, f"expression/units/{name}/{unit}", weight * share, shape.turn)
    return vertices
