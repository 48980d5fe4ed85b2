"""Where the 68 landmarks of 300W-LP lie on the neutral base head, and the box that they span.

The spots are in the frame of the base mesh: decimetres, x to the person's left, y up, z to the front. Landmarks with
negative x come first because 300W-LP counts from the left of the image, the person's right.
"""

import numpy as np

Spot = tuple[float, float, float]

_JAW: tuple[Spot, ...]
_JAW = ((0.72, 7.15, 0.62), (0.71, 6.98, 0.64), (0.68, 6.80, 0.66), (0.63, 6.62, 0.70), (0.55, 6.46, 0.80))
_JAW += ((0.45, 6.34, 0.95), (0.32, 6.25, 1.12), (0.16, 6.19, 1.30))
_CHIN = (0.0, 6.165, 1.37)
_BROW = ((0.56, 7.42, 1.15), (0.47, 7.49, 1.30), (0.36, 7.51, 1.40), (0.24, 7.49, 1.46), (0.12, 7.45, 1.50))
_BRIDGE = ((0.0, 7.26, 1.51), (0.0, 7.15, 1.55), (0.0, 7.04, 1.62), (0.0, 6.92, 1.68))
_NOSTRIL = ((0.15, 6.82, 1.50), (0.08, 6.80, 1.55))
_SUBNASALE = (0.0, 6.79, 1.575)
_EYE = {
    "outer": (0.437, 7.285, 1.31),
    "upper_outer": (0.385, 7.325, 1.36),
    "upper_inner": (0.27, 7.322, 1.39),
    "inner": (0.205, 7.268, 1.34),
    "lower_inner": (0.27, 7.247, 1.38),
    "lower_outer": (0.37, 7.242, 1.36),
}
_RIGHT_EYE_ORDER = ("outer", "upper_outer", "upper_inner", "inner", "lower_inner", "lower_outer")
_LEFT_EYE_ORDER = ("inner", "upper_inner", "upper_outer", "outer", "lower_outer", "lower_inner")
_UPPER_LIP = ((0.26, 6.612, 1.41), (0.17, 6.65, 1.50), (0.07, 6.70, 1.58))
_CUPID = (0.0, 6.685, 1.59)
_LOWER_LIP = ((0.16, 6.54, 1.49), (0.07, 6.49, 1.54))
_LOWER_MIDDLE = (0.0, 6.485, 1.55)
_INNER_UPPER = ((0.235, 6.612, 1.42), (0.08, 6.615, 1.54))
_INNER_UPPER_MIDDLE = (0.0, 6.615, 1.55)
_INNER_LOWER, _INNER_LOWER_MIDDLE = (0.08, 6.60, 1.53), (0.0, 6.60, 1.53)


def _other_side(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    return tuple((-x, y, z) for x, y, z in spots)


def _across(spots: tuple[Spot, ...], middle: tuple[Spot, ...] = ()) -> tuple[Spot, ...]:
    """From the person's right over the middle to the left."""
    return (*_other_side(spots), *middle, *spots[::-1])


LANDMARK_SPOTS = np.array(
    [
        *_across(_JAW, (_CHIN,)),  # 0..16
        *_across(_BROW),  # 17..26
        *_BRIDGE,  # 27..30
        *_across(_NOSTRIL, (_SUBNASALE,)),  # 31..35
        *_other_side(tuple(_EYE[k] for k in _RIGHT_EYE_ORDER)),  # 36..41
        *(_EYE[k] for k in _LEFT_EYE_ORDER),  # 42..47
        *_across(_UPPER_LIP, (_CUPID,)),  # 48..54
        *_LOWER_LIP,
        _LOWER_MIDDLE,
        *_other_side(_LOWER_LIP[::-1]),  # 55..59
        *_across(_INNER_UPPER, (_INNER_UPPER_MIDDLE,)),  # 60..64
        _INNER_LOWER,
        _INNER_LOWER_MIDDLE,
        *_other_side((_INNER_LOWER,)),  # 65..67
    ]
)

# The landmark that takes each one's place in a mirror.
MIRRORED_LANDMARKS = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1), *range(45, 41, -1), 47, 46]
    + [*range(39, 35, -1), 41, 40, *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1)]
)

GLABELLA_SPOT: Spot = (0.0, 7.53, 1.535)  # foremost point between the brows
POGONION_SPOT: Spot = (0.0, 6.32, 1.50)  # foremost point of the chin

OUTER_EYE_RIGHT, INNER_EYE_RIGHT, INNER_EYE_LEFT, OUTER_EYE_LEFT = 36, 39, 42, 45
NOSE_TIP, MOUTH_RIGHT, MOUTH_LEFT = 30, 48, 54


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """Eye centres, nose tip and mouth corners (..., 5, d) of 68 landmarks (..., 68, d); the person's right first."""
    return np.stack(
        [
            (landmarks[..., OUTER_EYE_RIGHT, :] + landmarks[..., INNER_EYE_RIGHT, :]) / 2,
            (landmarks[..., INNER_EYE_LEFT, :] + landmarks[..., OUTER_EYE_LEFT, :]) / 2,
            landmarks[..., NOSE_TIP, :],
            landmarks[..., MOUTH_RIGHT, :],
            landmarks[..., MOUTH_LEFT, :],
        ],
        axis=-2,
    )


def spanned_box(points_xy: np.ndarray) -> np.ndarray:
    """Box (x1, y1, x2, y2) float around all of (68, 2) landmarks, those left of the picture or above it included.

    `face_crop.landmark_box` leaves such landmarks out, as the published preparation of 300W-LP does.
    """
    return np.concatenate([points_xy.min(axis=0), points_xy.max(axis=0)])
