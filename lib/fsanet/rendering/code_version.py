"""Which sources draw what this program makes, and a digest of them: pictures that other code drew are other pictures.

One list for each kind of thing that is made. The lists hold what importing the drawing function loads of the rooms that
draw, and not what lays out sets, reads them or shows them; a test compares both. Reading a digest loads none of it.
"""

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def _in(room: str, names: str, suffix: str = ".py") -> frozenset[str]:
    """Files of a room, below the package."""
    return frozenset(f"{room}/{name}{suffix}" for name in names.split())


_HEAD = _in("rendering", "head_pack landmarks noise shape") | _in("rendering", "head_pack", ".npz")
_PAINTING = _HEAD | _in("rendering", "backgrounds look")
_MASK = (
    _HEAD
    | _in("rendering", "pieces raster strands")
    | _in("rendering/masks", "canvas chart fabric kinds look sheet")
    | _in("overlays", "face_light mask placing")
)
_PERSON = (
    _HEAD
    | _in("rendering", "camera clothes expression facial_hair geometry hair hair_styles headwear lights look occluders")
    | _in("rendering", "person photo pieces poses posing raster scene shading strands worn")
    | _in("rendering/masks", "canvas chart fabric kinds look sheet solid")
)
_FRAME = _PERSON | _in("rendering", "backgrounds frame tags")
_CUTOUT = _PERSON | _in("scenes", "cutout")
_PHOTOGRAPHED = _CUTOUT | _MASK | _in("scenes", "labels photograph_cutout")
_SCENE = _PHOTOGRAPHED | _PAINTING | _in("scenes", "backgrounds compose paste")

RENDERED, HAIRED, MASKED, SURROUNDED = "rendered set", "haired twin", "masked twin", "surrounded twin"
RENDERED_BANK, PHOTOGRAPHED_BANK = "bank of renders", "bank of photographs"
HARD, CROPS, PROFILED = "hard negatives", "crops of scenes", "profiled copies"

_DRAWN_BY = {
    RENDERED: _FRAME | _in("rendering", "__init__ samples masks/__init__"),
    HAIRED: _FRAME | _in("overlays", "hair"),
    MASKED: _MASK,
    SURROUNDED: _PAINTING | _in("scenes", "backgrounds surrounded_set"),
    RENDERED_BANK: _CUTOUT,
    PHOTOGRAPHED_BANK: _PHOTOGRAPHED,
    HARD: _SCENE,
    CROPS: _SCENE | _in("scenes", "crops"),
    PROFILED: _HEAD
    | _in("rendering", "raster")
    | _in("profiling", "copies correction face_mesh_script filling fitted_head heads matte mesh_points relief shapes")
    | _in("profiling", "subject template turning")
    | _in("profiling", "face_correction face_template", ".npz"),
}
KINDS = tuple(_DRAWN_BY)


@cache
def code_version(kind: str = RENDERED) -> str:
    """A digest of all that draws one of `KINDS`."""
    digest = hashlib.sha256()
    for path in drawing_files(kind):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def drawing_files(kind: str) -> list[Path]:
    """The sources that draw one of `KINDS`, and the data that they draw with."""
    return sorted(_PACKAGE / name for name in _DRAWN_BY[kind])
