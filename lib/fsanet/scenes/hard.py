"""Hard negatives: scenes without a face in which a network sees one, kept as backgrounds of its further training."""

from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fsanet.console import progress
from fsanet.datasets.parts import refuse_other_settings
from fsanet.detectors.scout import ScoutNetwork
from fsanet.files import write_json
from fsanet.image.reading import write_image
from fsanet.rendering.code_version import HARD, code_version
from fsanet.scenes.compose import NOBODY, Composer
from fsanet.scenes.ingredients import Ingredients, open_composer
from fsanet.workers import run_on_all_cores

SIDE = 192  # pixels of a scene
_CHUNK = 200  # scenes


class HardPlan(NamedTuple):
    """What is searched.

    Attributes:
        ingredients: of the scenes, as training has them; nothing is shown whole.
        model: an ONNX file of the network; None for the bundled one.
        scenes: how many.
        score: from which on a face counts as seen.
        seed: of the scenes; scene i depends on it and on i alone.
    """

    ingredients: Ingredients
    model: Path | None = None
    scenes: int = 20_000
    score: float = 0.5
    seed: int = 0

    def settings(self) -> dict[str, str]:
        """What other scenes would come of."""
        folders = {name: str(getattr(self.ingredients, name)) for name in ("bank", "backgrounds", "photographs")}
        own = {name: str(value) for name, value in self._asdict().items() if name != "ingredients"}
        return folders | own | {"code": code_version(HARD)}


def write_hard(folder: Path, plan: HardPlan, *, workers: int | None = None, quiet: bool = False) -> int:
    """Write the scenes in which the network is wrong as `<seed>-<number>.jpg`; a killed run is repeated.

    Args:
        folder: for the pictures.
        plan: what is searched.
        workers: number of processes; None for one per core.
        quiet: no progress bar.

    Returns:
        The number of pictures.

    Raises:
        FileNotFoundError, InputError: when a folder holds no bank or no pictures, the network cannot be read, or the
            folder holds scenes of another plan or version.
    """
    _opened(plan)  # says what is missing
    folder.mkdir(parents=True, exist_ok=True)
    record, settings = folder / "hard.json", plan.settings()
    refuse_other_settings(record, settings, "scenes")
    write_json(record, settings)
    written = 0
    with progress(total=plan.scenes, unit="scene", label=folder.name, quiet=quiet) as bar:
        starts = range(0, plan.scenes, _CHUNK)
        for number in run_on_all_cores(partial(_write_chunk, folder, plan), starts, workers):
            written += number
            bar.update(_CHUNK)
    return written


def _write_chunk(folder: Path, plan: HardPlan, start: int) -> int:
    """Search a run of scenes, in a worker process; how many were kept."""
    composer, network = _opened(plan)
    kept = 0
    for number in range(start, min(start + _CHUNK, plan.scenes)):
        image = composer.scene(np.random.default_rng([plan.seed, number])).image_bgr
        if len(network.search(image, SIDE, plan.score).score):
            write_image(folder / f"{plan.seed}-{number:07d}.jpg", image)
            kept += 1
    return kept


@lru_cache(maxsize=1)
def _opened(plan: HardPlan) -> tuple[Composer, ScoutNetwork]:
    composer = open_composer(plan.ingredients, SIDE, NOBODY)
    return composer, ScoutNetwork(plan.model, threads=1)
