"""The shape of a person's head: ethnicity, sex, age, weight, local morphs, and where zero pose lies.

Zero pose is geometric: natural head position, how people hold their heads when they look straight ahead. It is told
by published norms of the soft profile (Arnett et al., Soft tissue cephalometric analysis, Am. J. Orthod. Dentofacial
Orthop. 116, 1999): of adults in that position the glabella, foremost between the brows, lies 8.5 (women) and 8.0 mm
(men) behind the vertical through the subnasale; the pogonion, foremost of the chin, 2.6 and 3.5 mm. So the chin stands
5.2 mm before the glabella. The mean head of our population is turned until it does, and every person's neutral face is
turned onto that mean head in the least-squares sense (Procrustes with scale, over the whole face). Morphs that tilt a
face therefore do not change its label, and expressions do not either. 300W-LP's zero is the frame of the Basel Face
Model, which was scanned from people who held their heads so.

MakeHuman's own mean face has a shorter, lower nose than people have. Height and depth of the nose tip over the plane of
eyes and mouth are what pitch and yaw are read from in a frontal view, so `_POPULATION` morphs every head towards the
proportions of the Basel mean, whose five points (eye centres, nose tip, mouth corners) many public programs print. The
same is done for eyes (slits 26 mm wide and 9 mm high), the root of the nose (16 mm before the inner corners of the
eyes), brows and chin.
"""

import functools
import re
from dataclasses import dataclass

import numpy as np

from fsanet.pose.angles import rotation_from_angles
from fsanet.rendering.head_pack import HeadPack, Part, head_pack
from fsanet.rendering.landmarks import GLABELLA_SPOT, POGONION_SPOT

CHIN_BEFORE_BROW = 0.052  # decimetres
_TEETH_BACK = 0.06  # decimetres
ETHNICITIES = ("african", "asian", "caucasian")
_LARGER_EYES = {"scale-incr": 0.7, "push1-out": 0.5, "push2-out": 0.1}
_POPULATION = {  # towards the Basel mean and, for eyes, brows and chin, towards mean distances of anthropometry
    "nose/nose-trans-up": 0.22,
    "nose/nose-trans-forward": 0.40,
    "nose/nose-scale-vert-decr": 0.32,
    "nose/nose-scale-depth-incr": 0.58,
    "nose/nose-point-up": 0.21,
    "nose/nose-greek-decr": 0.7,
    "nose/nose-curve-concave": 0.5,
    "mouth/mouth-trans-backward": 0.45,
    "mouth/mouth-trans-up": 0.08,
    "mouth/mouth-scale-horiz-incr": 0.25,
    **{f"eyes/{side}-eye-{what}": amount for side in "lr" for what, amount in _LARGER_EYES.items()},
    **{f"expression/units/caucasian/eye-{side}-opened-up": 0.6 for side in ("left", "right")},
    "eyebrows/eyebrows-trans-up": 0.2,
    "chin/chin-jaw-drop-incr": 0.4,
}
_OPPOSITES = (
    ("decr", "incr"),
    ("in", "out"),
    ("down", "up"),
    ("backward", "forward"),
    ("compress", "uncompress"),
    ("concave", "convex"),
)
_SPREAD = {"neck": 0.5, "nose": 0.6}  # noses are told by many morphs: their depth varies by 2 mm between adults
_GLOBAL = ("expression", "macrodetails", "asym")
_SHIFTS = re.compile(r"(head|nose|mouth|neck)/.*trans-(in|out)$")  # sideways: asymmetry, not identity


@dataclass(frozen=True)
class Traits:
    """What a person is; every weight in 0..1.

    Attributes:
        ethnicity: (3,) weights over `ETHNICITIES`, sum 1.
        male: 0 female, 1 male.
        child: 0 grown up, 1 about ten years old.
        old: 0 young, 1 old.
        weight, muscle: -1 least, 1 most.
    """

    ethnicity: np.ndarray
    male: float
    child: float
    old: float
    weight: float
    muscle: float


def draw_traits(rng: np.random.Generator) -> Traits:
    """A person of a population with ethnicities, sexes and ages evenly mixed."""
    is_child = rng.random() < 0.12
    male = rng.beta(0.8, 6)
    return Traits(
        ethnicity=rng.dirichlet([0.5] * 3),
        male=1 - male if rng.random() < 0.5 else male,
        child=rng.uniform(0.15, 0.95) if is_child else 0.0,
        old=0.0 if is_child else max(0.0, rng.uniform(-0.5, 0.95)),
        weight=rng.uniform(-1, 1),
        muscle=rng.uniform(-0.8, 0.8),
    )


def add_morph(vertices: np.ndarray, name: str, weight: float, turn: np.ndarray | None = None) -> None:
    """Move vertices (V, 3) by a morph of the pack in place; a name that the pack lacks moves nothing.

    Args:
        vertices: what is moved.
        name: a morph.
        weight: how much of it.
        turn: (3, 3) rotation of the head, where it was turned after the morph was made.
    """
    found = head_pack().targets.get(name)
    if found is not None and weight:
        index, offset = found
        vertices[index] += weight * (offset if turn is None else offset @ turn.T)


def _grades(value: float, words: tuple[str, str, str]) -> dict[str, float]:
    """Weights of (least, average, most) that mix to a value in -1..1."""
    return dict(zip(words, (max(0.0, -value), 1 - abs(value), max(0.0, value)), strict=True))


def _add_traits(vertices: np.ndarray, traits: Traits, share: float = 1.0) -> None:
    ages = {
        "child": traits.child,
        "young": (1 - traits.child) * (1 - traits.old),
        "old": (1 - traits.child) * traits.old,
    }
    muscles = _grades(traits.muscle, ("minmuscle", "averagemuscle", "maxmuscle"))
    weights = _grades(traits.weight, ("minweight", "averageweight", "maxweight"))
    for sex, of_sex in (("female", 1 - traits.male), ("male", traits.male)):
        for age, of_age in ages.items():
            part = share * of_sex * of_age
            for name, of_name in zip(ETHNICITIES, traits.ethnicity, strict=True):
                add_morph(vertices, f"macrodetails/{name}-{sex}-{age}", part * of_name)
            for muscle, of_muscle in muscles.items():
                for weight, of_weight in weights.items():
                    name = f"macrodetails/universal-{sex}-{age}-{muscle}-{weight}"
                    add_morph(vertices, name, part * of_muscle * of_weight)


def procrustes(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Rotation R (3, 3) for which R p best fits `onto` after centring and scaling, in the least-squares sense."""
    u, _, vt = np.linalg.svd((points - points.mean(axis=0)).T @ (onto - onto.mean(axis=0)))
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    return (u @ flip @ vt).T


@functools.cache
def _aligned_by() -> np.ndarray:
    """Vertices that say how a neutral face is turned: the face mask without the inside of the mouth."""
    pack = head_pack()
    return np.flatnonzero((pack.face > 0.4) & (pack.inside_mouth < 0.2))


@functools.cache
def face_middle() -> np.ndarray:
    """Middle (3,) of the base head's face: where every face is placed, and the point around which heads turn."""
    return head_pack().vertices[_aligned_by()].astype(np.float64).mean(axis=0)


def _nearest(spot: tuple[float, float, float]) -> int:
    """Skin vertex of the base head nearest to a spot."""
    pack = head_pack()
    return int(pack.skin[np.argmin(np.square(pack.vertices[pack.skin] - spot).sum(axis=1))])


def _upright(vertices: np.ndarray) -> np.ndarray:
    """Rotation (3, 3) about the lateral axis that brings a head (V, 3) into natural head position."""
    _, height, depth = vertices[_nearest(GLABELLA_SPOT)] - vertices[_nearest(POGONION_SPOT)]
    # Turning by a maps depth to depth cos a - height sin a: solve for -CHIN_BEFORE_BROW.
    angle = np.arctan2(depth, height) + np.arcsin(CHIN_BEFORE_BROW / np.hypot(height, depth))
    return rotation_from_angles([0.0, np.rad2deg(angle), 0.0])


def _population_base() -> np.ndarray:
    """The base head (V, 3) float64 with what all persons share."""
    pack = head_pack()
    vertices = pack.vertices.astype(np.float64)
    for name, weight in _POPULATION.items():
        add_morph(vertices, name, weight)
    mouth = np.unique(pack.triangles[np.isin(pack.parts, (Part.TEETH, Part.TONGUE))])
    vertices[mouth] -= [0, 0, _TEETH_BACK]  # the morphs that move the lips leave the teeth where they were
    return vertices


@functools.cache
def mean_head() -> np.ndarray:
    """The mean head of the population (V, 3) float64, at zero pose, placed where the base head's face is."""
    vertices = _population_base()
    for male in (0.0, 1.0):
        for child, old, share in ((0.55, 0.0, 0.12), (0.0, 0.0, 0.35), (0.0, 0.32, 0.53)):
            _add_traits(vertices, Traits(np.full(3, 1 / 3), male, child, old, 0.0, 0.0), share / 2)
    turn = _upright(vertices)
    return (vertices - vertices[_aligned_by()].mean(axis=0)) @ turn.T + face_middle()


@functools.cache
def _families() -> tuple[dict[str, list[tuple[str, str]]], list[str]]:
    """Morphs in opposite pairs, left and right together, and those that stand alone."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    alone: list[str] = []
    names = [n for n in head_pack().targets if n.split("/")[0] not in _GLOBAL and not _SHIFTS.match(n)]
    for name in names:
        ends = next(((lo, hi) for lo, hi in _OPPOSITES if re.search(rf"-({lo}|{hi})$", name)), None)
        if ends is None:
            alone.append(name)
        elif name.endswith("-" + ends[0]):
            stem = name.removesuffix(ends[0])
            pairs.setdefault(re.sub(r"/[lr]-", "/", stem), []).append((name, stem + ends[1]))
    return pairs, alone


def _add_local(vertices: np.ndarray, rng: np.random.Generator) -> None:
    """Individual features: moderate for most persons, strong for some."""
    strength = rng.uniform(0.1, 0.38)
    pairs, alone = _families()
    for stem, sides in pairs.items():
        value = rng.normal(0, strength * _SPREAD.get(stem.split("/")[0], 1.0))
        for low, high in sides:
            weight = np.clip(value + (rng.normal(0, 0.05) if len(sides) > 1 else 0.0), -0.9, 0.9)
            add_morph(vertices, low if weight < 0 else high, abs(weight))
    for name in alone:
        if "ear" not in name and rng.random() < 0.2:
            add_morph(vertices, name, rng.uniform(0, 2 * strength))
    for name in head_pack().targets:
        if name.startswith("asym") and rng.random() < 0.15:
            add_morph(vertices, name, rng.uniform(0, 0.3))


@dataclass(frozen=True)
class HeadShape:
    """A neutral head at zero pose.

    Attributes:
        vertices: (V, 3) float32, decimetres, in the frame of the base head, the face where its face is.
        traits: what the person is.
        turn: (3, 3) how the head was turned to stand at zero pose, for morphs added later.
    """

    vertices: np.ndarray
    traits: Traits
    turn: np.ndarray


def draw_shape(rng: np.random.Generator, traits: Traits) -> HeadShape:
    """A person's neutral head, standing at zero pose."""
    vertices = _population_base()
    _add_traits(vertices, traits)
    _add_local(vertices, rng)
    chosen, mean = _aligned_by(), mean_head()
    turn = procrustes(vertices[chosen], mean[chosen])
    vertices = (vertices - vertices[chosen].mean(axis=0)) @ turn.T + face_middle()
    return HeadShape(vertices.astype(np.float32), traits, turn)


def eye_centres(vertices: np.ndarray, pack: HeadPack | None = None) -> np.ndarray:
    """(2, 3) middles of the eyeballs, the person's left first."""
    pack = pack or head_pack()
    return np.stack([vertices[pack.eye(part)].mean(axis=0) for part in (Part.LEFT_EYE, Part.RIGHT_EYE)])
