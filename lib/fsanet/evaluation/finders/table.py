"""One table of face finders, of all that there is to measure them on."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fsanet.detectors.scout import CONVENTION
from fsanet.errors import InputError
from fsanet.evaluation.finders import finding
from fsanet.evaluation.finders.detectors import OF_A_RUN
from fsanet.evaluation.finders.wider import on_wider
from fsanet.image.kinds import pictures_in
from fsanet.scenes.backgrounds import Backgrounds
from fsanet.scenes.bank import Bank
from fsanet.scenes.compose import Composer

_EXPECTED = {
    "pointing04": "the Head Pose Image Database, a folder a person",
    "aflw2000": "images and their .mat files",
    "wider": "WIDER FACE's validation pictures, annotations and lists",
    "nothing": "pictures without a face",
}


class Sources(NamedTuple):
    """What to measure on; None leaves a measure out.

    Attributes:
        bank, backgrounds: folders that scenes are composed of.
        scenes: how many; 0 leaves them out.
        pointing04: folder of the Head Pose Image Database, and `persons` of it.
        aflw2000: folder of images and .mat files.
        nothing: folder of pictures without a face.
        wider: folder of WIDER FACE's validation pictures, annotations and lists.
    """

    bank: Path
    backgrounds: Path
    scenes: int
    pointing04: Path | None
    persons: Sequence[int]
    aflw2000: Path | None
    nothing: Path | None
    wider: Path | None = None


def finder_table(detectors: Sequence[str], sources: Sources) -> str:
    """A Markdown table, one row a measure and one column a detector, see `fsanet.evaluation.finders.detectors`.

    Raises:
        FileNotFoundError: for a folder that holds nothing of the kind.
    """
    _check(sources)
    columns = {detector: _measures(detector, sources) for detector in detectors}
    if not (rows := list(dict.fromkeys(row for cells in columns.values() for row in cells))):
        raise InputError("There is nothing to measure on: give scenes or a folder of pictures.")
    lines = [
        "| | " + " | ".join(name.split(OF_A_RUN)[0] for name in detectors) + " |",
        "|---|" + "---:|" * len(detectors),
    ]
    lines += [f"| {row} | " + " | ".join(columns[name].get(row, "-") for name in detectors) + " |" for row in rows]
    return "\n".join(lines)


def _check(sources: Sources) -> None:
    """Look for all folders before the first is searched, which takes minutes."""
    for name, expected in _EXPECTED.items():
        folder = getattr(sources, name)
        if folder and not folder.is_dir():
            raise FileNotFoundError(f"No folder '{folder}': --{name} takes one with {expected}.")


def _measures(detector: str, sources: Sources) -> dict[str, str]:
    cells = _scenes(detector, sources) if sources.scenes else {}
    if sources.pointing04:
        cells |= _labelled("Pointing'04", finding.on_pointing04(detector, sources.pointing04, sources.persons))
    if sources.aflw2000:
        cells |= _labelled("AFLW2000", finding.on_aflw2000(detector, sources.aflw2000))
    if sources.wider:
        levels = on_wider(detector, sources.wider)
        cells |= {f"WIDER FACE validation, AP, {level}": f"{value:.3f}" for level, value in levels.items()}
    if sources.nothing:
        pictures = pictures_in(sources.nothing, "**/*")
        if not pictures:
            raise FileNotFoundError(f"No picture in '{sources.nothing}': give a folder with {_EXPECTED['nothing']}.")
        cells[f"boxes in {len(pictures)} pictures without a face"] = str(finding.on_nothing(detector, pictures))
    return cells


def _scenes(detector: str, sources: Sources) -> dict[str, str]:
    bank = Bank(sources.bank)
    composer = Composer(bank, Backgrounds(sources.backgrounds, bank.plan.split))
    result = finding.on_scenes(detector, finding.rendered_scenes(composer, sources.scenes), CONVENTION)
    cells = {
        f"{sources.scenes} scenes, AP of {result.faces[size]} faces of {size} pixels": f"{value:.3f}"
        for size, value in result.precision.items()
    }
    return cells | {f"masks told right, {mask}": f"{100 * share:.0f} %" for mask, share in result.masks.items()}


def _labelled(name: str, result: finding.OnLabelled) -> dict[str, str]:
    cells = {f"{name}, {result.images} images: found, {group}": f"{100 * f:.1f} %" for group, f in result.found.items()}
    cells[f"{name}: other boxes"] = str(result.false)
    if result.point_error == result.point_error:  # no NaN
        cells[f"{name}: five points off, of the box"] = f"{result.point_error:.3f}"
    return cells
