"""Of which version what is rendered is: a digest of the sources that draw. Reading it compiles no renderer."""

import hashlib
from functools import cache
from pathlib import Path

from fsanet.rendering.head_pack import PACK_FILE

_DRAW_NOTHING = ("write_", "make_", "code_version")  # files whose names begin so


@cache
def code_version(*further: Path) -> str:
    """A digest of the renderer's sources and of its head: samples of other code are other samples.

    Args:
        further: what else draws, sources or whole rooms of them.
    """
    digest = hashlib.sha256()
    for path in sorted([*drawing_files(), PACK_FILE]) + sorted(file for place in further for file in _sources(place)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def drawing_files() -> list[Path]:
    """The renderer's sources, without those that draw nothing themselves, such as writers and this file."""
    return [path for path in _sources(Path(__file__).parent) if not path.name.startswith(_DRAW_NOTHING)]


def _sources(place: Path) -> list[Path]:
    return [place] if place.is_file() else list(place.rglob("*.py"))
