"""What scenes are made of: the folders of a composer, and the one composer of a process that holds their pictures."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank
from fsanet.scenes.compose import SCENES, Composer, Mix
from fsanet.scenes.photograph_cutout import labelled_files


class Ingredients(NamedTuple):
    """Folders; None for none of the kind.

    Attributes:
        bank: rendered heads and other things, cut out.
        backgrounds: photographs without people; paintings are there without them.
        photographs: a bank of faces that are cut out of photographs, for some of the faces.
        hard: scenes in which a network saw faces that are none, for some of the backgrounds.
        whole: labelled photographs, each of one face, for scenes that show them whole.
    """

    bank: Path
    backgrounds: Path | None = None
    photographs: Path | None = None
    hard: Path | None = None
    whole: Path | None = None


@lru_cache(maxsize=2)
def open_composer(ingredients: Ingredients, side: int, mix: Mix = SCENES) -> Composer:
    """The composer of some folders, one for all in a process: it holds the pictures.

    Args:
        ingredients: of the scenes.
        side: of a scene, pixels.
        mix: how scenes are drawn.

    Raises:
        FileNotFoundError: when a folder holds nothing of its kind.
    """
    cutouts = Bank(ingredients.bank)
    taken = None if ingredients.photographs is None else Bank(ingredients.photographs)
    files = () if ingredients.whole is None else labelled_files(ingredients.whole)
    backgrounds = Backgrounds(ingredients.backgrounds, cutouts.plan.split, ingredients.hard)
    return Composer(cutouts, backgrounds, side, taken, mix, files)
