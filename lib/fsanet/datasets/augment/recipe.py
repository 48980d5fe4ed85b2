"""What an augmentation does and how strongly: one frozen table of numbers a recipe. Imports nothing of Keras."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fsanet.errors import InputError

_BLUR_RANGE = (0.01, 64.0)  # pixels; less changes nothing, more is wider than the crop
# fields, least and largest value, and what they are
_RANGES: tuple[tuple[tuple[str, ...], float, float, str], ...] = (
    (("flip", "turn", "frame", "colour", "grey", "light", "blur", "noise", "patch"), 0.0, 1.0, "Chances"),
    (("scale", "aspect", "shift", "frame_width", "patch_side", "falloff"), 0.0, 1.0, "Shares"),
    (("turn_deg", "hue_deg"), 0.0, 180.0, "Degrees"),
    (("brightness", "noise_level"), 0.0, 255.0, "Grey levels"),
    (("cast", "saturation", "contrast", "tone"), 1.0, 10.0, "Factors (they also divide)"),
    (("lowest_side",), 1, 1024, "Pixels"),
    (("patches",), 1, 9, "Numbers of patches"),  # for more of them a batch has no random numbers
)


@dataclass(frozen=True)
class Recipe:
    """Settings of `Augment`. A step whose chance is 0 is not computed. Lengths are shares of the image's side.

    Attributes:
        paper: the published recipe: a random crop, a crop on black, a crop on white or none (a quarter each, 1 to 15
            pixels taken away), then with a chance of 0.7 a zoom of 0.8 to 1.2 per axis.
        flip: chance of a mirrored image.
        turn: chance of an in-plane rotation; faces without a labelled roll are never turned.
        turn_deg: its largest angle, either way.
        scale: the face grows or shrinks by up to this factor - 1; 0.2 is 1 / 1.2 to 1.2.
        aspect: width against height, likewise.
        shift: largest shift per axis.
        frame: chance of a black, white or grey border, as a crop at the edge of a photo has it.
        frame_width: its largest width.
        colour: chance of a colour cast, saturation and hue change.
        cast: channels are multiplied by up to this factor, or divided.
        hue_deg: largest turn of the hue.
        saturation: largest factor on the saturation; half of the changed images lose saturation, half gain.
        grey: chance of a grey image.
        light: chance of brightness, contrast and tone changes and of light that falls off across the image.
        brightness: largest shift of all grey levels, of 0..255.
        contrast: largest factor on the contrast, or divisor.
        tone: largest darkening of the middle greys, or lightening: 2 takes the slope at black from 1 to 1/2, or to 2.
        falloff: light at one side of the image against the other, at most 1 + or - this.
        blur: chance of blur or of a lower resolution.
        blur_pixels: largest standard deviation, in pixels of a 64 pixel crop; of no matter where `blur` is 0. Rows and
            columns may differ, as in motion blur.
        lowest_side: lowest resolution, in pixels.
        noise: chance of sensor noise.
        noise_level: largest standard deviation, in grey levels.
        patch: chance of an occluding patch: flat, noisy, or cut from another face of the batch.
        patches: number of such patches that may come together, each with that chance.
        patch_side: largest side.
    """

    paper: bool = False
    flip: float = 0.0
    turn: float = 0.0
    turn_deg: float = 30.0
    scale: float = 0.0
    aspect: float = 0.0
    shift: float = 0.0
    frame: float = 0.0
    frame_width: float = 0.2
    colour: float = 0.0
    cast: float = 1.3
    hue_deg: float = 20.0
    saturation: float = 1.6
    grey: float = 0.0
    light: float = 0.0
    brightness: float = 40.0
    contrast: float = 1.5
    tone: float = 2.0
    falloff: float = 0.5
    blur: float = 0.0
    blur_pixels: float = 1.5
    lowest_side: int = 16
    noise: float = 0.0
    noise_level: float = 12.0
    patch: float = 0.0
    patches: int = 1
    patch_side: float = 0.5

    def __post_init__(self) -> None:
        blurs = ((("blur_pixels",), *_BLUR_RANGE, "Pixels of blur"),) if self.blur else ()
        for names, least, most, kind in (*_RANGES, *blurs):
            given = {name: getattr(self, name) for name in names}
            if wrong := [f"{name} = {value}" for name, value in given.items() if not least <= value <= most]:
                raise InputError(
                    f"{kind} of an augmentation lie between {least:g} and {most:g}, got {', '.join(wrong)}."
                )


NONE = Recipe()
PAPER = Recipe(paper=True)
STRONG = Recipe(
    flip=0.5,
    turn=0.5,
    scale=0.15,
    aspect=0.1,
    shift=0.08,
    frame=0.1,
    colour=0.7,
    grey=0.15,
    light=0.8,
    blur=0.4,
    noise=0.5,
    patch=0.35,
    patches=2,
)

RECIPES: Mapping[str, Recipe] = MappingProxyType({"none": NONE, "paper": PAPER, "strong": STRONG})
