"""One rendered photograph: a person drawn, dressed, posed, lit and taken, with landmarks and pose.

Frame i of a split depends on the seed, the split and i alone, never on what was rendered before it or where. Frames
come in runs of `RenderSettings.per_person` pictures of one person.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fsanet.errors import InputError
from fsanet.image.face_crop import INPUT_SIZE, LANDMARK_MARGIN
from fsanet.rendering.backgrounds import draw_background
from fsanet.rendering.camera import Camera, Place, draw_distance, frame_head
from fsanet.rendering.expression import EXPRESSIONS, with_expression
from fsanet.rendering.geometry import build_geometry
from fsanet.rendering.hair_styles import get_style
from fsanet.rendering.head_pack import head_pack
from fsanet.rendering.landmarks import spanned_box
from fsanet.rendering.lights import draw_lights
from fsanet.rendering.masks.kinds import check_kind
from fsanet.rendering.masks.solid import lay_shield
from fsanet.rendering.person import Person, draw_person
from fsanet.rendering.photo import take_photo
from fsanet.rendering.poses import draw_pose
from fsanet.rendering.posing import Posing, draw_posing
from fsanet.rendering.scene import draw_eyes, draw_picture
from fsanet.rendering.worn import Worn, draw_worn

SPLITS = ("train", "validation", "test")
_RENDERED_CROP = 2 * INPUT_SIZE  # OpenCV's resize to half the size is the mean of 2 x 2 pixels: antialiasing
_BORDER = 3  # pixels around the crop, so that no rounding falls off the picture


@dataclass(frozen=True)
class RenderSettings:
    """What is rendered.

    Attributes:
        split: `train`, `validation` or `test`: disjoint populations; `test` also shows hair styles and backgrounds
            that the others never show.
        poses: a name in `poses.POSES`.
        per_person: pictures of one person in a row.
        masked: share of persons' pictures with a face mask; without it a picture is the same but for the mask.
        mask_kind: a name in `masks.kinds.KINDS`; None for any.
        hair: a style of `hair_styles.HAIR_STYLES` that everybody wears, None for each his own. With any such style all
            else of a picture is the same.
        expression: one of `expression.EXPRESSIONS` that everybody shows, None for any. With any such expression all
            else of a picture is the same.
        headwear, occluded: shares with something on the head, or in front of the face.
        jitter: how far the face box is shifted and scaled, as a share of its size (standard deviation).
        clean: True for sharp pictures without noise or compression.
    """

    split: str = "train"
    poses: str = "mixed"
    per_person: int = 4
    masked: float = 0.0
    mask_kind: str | None = None
    hair: str | None = None
    expression: str | None = None
    headwear: float = 0.10
    occluded: float = 0.07
    jitter: float = 0.04
    clean: bool = False

    def __post_init__(self):
        if self.split not in SPLITS:
            raise InputError(f"no split '{self.split}': choose one of {', '.join(SPLITS)}")
        if self.per_person < 1:
            raise InputError(f"per_person must be 1 or more, got {self.per_person}")
        if self.mask_kind is not None:
            check_kind(self.mask_kind)
        if self.hair is not None:
            get_style(self.hair)
        if self.expression is not None and self.expression not in EXPRESSIONS:
            raise InputError(f"no expression '{self.expression}': choose one of {', '.join(EXPRESSIONS)}")


@dataclass(frozen=True)
class Frame:
    """A rendered photograph.

    Attributes:
        image_bgr: (H, W, 3) uint8.
        pose: (3,) yaw, pitch, roll in degrees, relative to the camera's axes.
        landmarks_xy: (68, 2) pixels, in the order of 300W-LP, hidden ones included.
        landmarks_3d: (68, 3) as `pt3d_68` of AFLW2000: pixels, z in pixels towards the camera.
        focal_px, centre_xy, distance_dm, aside_dm: the camera, see `camera.Camera`.
        rotation: (3, 3) of the pose.
        source: the person.
        style, background, headwear, occluder, eyewear, mask: kinds, `none` where there is none.
        mask_worn: how the mask is worn, see `masks.kinds.WORN`.
        light: its kind, see `lights`.
        near: (H, W) float32, 1 / distance of what is seen of the person, in 1/dm; 0 where the background is.
        skin: (H, W) bool, where bare skin is seen.
    """

    image_bgr: np.ndarray
    pose: np.ndarray
    landmarks_xy: np.ndarray
    landmarks_3d: np.ndarray
    focal_px: float
    centre_xy: tuple[float, float]
    distance_dm: float
    aside_dm: tuple[float, float]
    rotation: np.ndarray
    source: str
    style: str
    background: str
    headwear: str
    occluder: str
    eyewear: str
    mask: str
    mask_worn: str
    light: str
    near: np.ndarray
    skin: np.ndarray

    @property
    def masked(self) -> bool:
        """Whether a face mask is worn."""
        return self.mask != "none"

    @property
    def box_xyxy(self) -> np.ndarray:
        """Box of the landmarks."""
        return spanned_box(self.landmarks_xy)


def random_of(seed: int, split: str, purpose: int, index: int) -> np.random.Generator:
    """What one decision about one frame is drawn from: 0 the person, 1 the picture, 2 the crop, 3 the mask."""
    return np.random.default_rng(np.random.SeedSequence([seed, SPLITS.index(split), purpose, index]))


@functools.lru_cache(maxsize=2)
def _person(seed: int, split: str, number: int, hair: str | None) -> Person:
    return draw_person(random_of(seed, split, 0, number), held_out_styles=split == "test", style_name=hair)


def render_frame(
    seed: int,
    index: int,
    settings: RenderSettings,
    size: tuple[int, int] | None = None,
    face_share: tuple[float, float] = (0.3, 0.5),
    pose: np.ndarray | None = None,
    place: Place | None = None,
) -> Frame:
    """Render one sample as a photograph.

    Args:
        seed: of the whole set.
        index: of the sample.
        settings: what is rendered.
        size: (width, height) of the picture; None for one that just holds the crop, at twice its resolution.
        face_share: range of the landmark box's side as a share of the picture's smaller one, where `size` is given.
        pose: (3,) a pose to render instead of a drawn one, relative to the line of sight.
        place: where a given camera sees the head; None: it lies on the axis of a camera of its own.
    """
    number = index // settings.per_person
    person = _person(seed, settings.split, number, settings.hair)
    rng, mask_rng = (random_of(seed, settings.split, purpose, index) for purpose in (1, 3))
    pose = draw_pose(rng, settings.poses) if pose is None else np.asarray(pose, float)
    pose = pose if place is None else place.in_camera_frame(pose)
    skin = with_expression(person.shape, rng, settings.expression)
    worn = _dress(rng, mask_rng, person, skin, settings)
    posing = draw_posing(rng, pose)
    landmarks = posing.place(skin[head_pack().landmarks])
    camera = _aim(rng, landmarks, size, face_share, settings, place)
    seen = camera.project(landmarks)[:, :2]
    shot = _draw(rng, person, skin, worn, posing, camera, pose[0], settings.split == "test")
    box_px = float(np.sqrt(np.prod(np.ptp(seen, axis=0))))
    flat = seen.astype(np.float64)
    return Frame(
        image_bgr=take_photo(shot.colour, shot.skin, rng, box_px, plain=settings.clean),
        pose=pose,
        landmarks_xy=flat,
        landmarks_3d=np.column_stack([flat, landmarks[:, 2] * (camera.focal / camera.distance)]),
        focal_px=camera.focal,
        centre_xy=camera.centre,
        distance_dm=camera.distance,
        aside_dm=camera.aside,
        rotation=posing.head,
        source=f"{settings.split}/{seed}/{number}",
        near=shot.near,
        skin=shot.skin,
        **_kinds(person, worn, shot),
    )


def _dress(
    rng: np.random.Generator, mask_rng: np.random.Generator, person: Person, skin: np.ndarray, settings: RenderSettings
) -> Worn:
    """What a person wears in one picture, as likely as the settings say."""
    chances = settings.headwear, settings.masked, settings.occluded
    return draw_worn(rng, mask_rng, person, skin, *chances, settings.mask_kind)


class _Shot(NamedTuple):
    """What the camera sees: linear RGB (H, W, 3), bare skin and nearness (H, W), kinds of background and light."""

    colour: np.ndarray
    skin: np.ndarray
    near: np.ndarray
    background: str
    light: str


def _draw(
    rng: np.random.Generator,
    person: Person,
    skin: np.ndarray,
    worn: Worn,
    posing: Posing,
    camera: Camera,
    yaw_deg: float,
    held_out: bool,
) -> _Shot:
    """A person before a background in some light."""
    geometry = build_geometry(person, skin, worn.pieces, worn.wires, worn.hair, worn.on_face, worn.shell)
    width, height = camera.size
    kind, behind = draw_background(rng, height, width, held_out)
    lights = draw_lights(rng)
    eyes, gloss = draw_eyes(rng, yaw_deg), rng.uniform(0.02, 0.25)
    picture = draw_picture(person, geometry, posing, camera, lights, eyes, behind, gloss)
    colour = lay_shield(picture.colour, worn.mask, posing, camera, lights) if worn.mask else picture.colour
    return _Shot(colour, picture.skin, picture.near, kind, lights.kind)


def _kinds(person: Person, worn: Worn, shot: _Shot) -> dict[str, str]:
    """What is seen in a picture, by the names of `Frame`."""
    return {
        "style": person.style,
        "background": shot.background,
        "headwear": worn.headwear,
        "occluder": worn.occluder,
        "eyewear": person.eyewear,
        "mask": worn.mask.look.kind if worn.mask else "none",
        "mask_worn": worn.mask.look.worn if worn.mask else "none",
        "light": shot.light,
    }


def _aim(
    rng: np.random.Generator,
    landmarks: np.ndarray,
    size: tuple[int, int] | None,
    face_share: tuple[float, float],
    settings: RenderSettings,
    place: Place | None,
) -> Camera:
    """A camera for a frame of some size, or for one that just holds the crop."""
    if place is not None:
        return place.camera(landmarks, rng.uniform(*face_share) * min(place.size))
    distance = draw_distance(rng)
    if size is not None:
        box_px = rng.uniform(*face_share) * min(size)
        middle = np.array(size) / 2 + rng.normal(0, 0.04, 2) * min(size)
        return frame_head(landmarks, distance, box_px, size, (middle[0], middle[1]))
    wide = 1 + 2 * LANDMARK_MARGIN
    box_px = _RENDERED_CROP / wide
    probe = frame_head(landmarks, distance, box_px, (1, 1), (0.0, 0.0))
    low, high = (f(probe.project(landmarks)[:, :2], axis=0) for f in (np.min, np.max))
    side = (high - low) * wide * (1 + 4 * settings.jitter) + 2 * _BORDER
    width, height = (int(v) for v in np.ceil(side))
    return frame_head(landmarks, distance, box_px, (width, height), (width / 2, height / 2))
