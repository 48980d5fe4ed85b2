"""By how much the picture of a face is turned for its crop, where the detector says how the face leans."""

import math

from fsanet.detectors.detection import Detection
from fsanet.pose.angles import lean_deg, ramp

# The score from which on a pose of the detector is taken at its word, and the degrees of lean from which on that counts
# a little and wholly, as `LEANING_DEG` of `fsanet.engines.straightened` has them; chosen, as was that points count so
# too, on CC0 photographs and person 4 of Pointing'04, turned by up to 45 degrees, see docs/finding.md.
TOLD_SCORE, TOLD_DEG = 0.9, (5.0, 10.0)


def upright_turn_deg(face: Detection) -> float:
    """By how much, clockwise, the picture of a face is to be turned for its crop, so that it stands upright.

    By what its detector says that it leans; where that says nothing, by its `upright_turn`.
    """
    lean = _told_lean_deg(face)
    return face.upright_turn if lean is None else -lean * float(ramp(abs(lean), TOLD_DEG))


def _told_lean_deg(face: Detection) -> float | None:
    """How far, clockwise, a face leans by its pose, if the detector reads poses and is sure of it, else by its points:
    from the middle of the mouth to that of the eyes. None where there is neither.
    """
    if face.pose is not None:
        return float(lean_deg(face.pose)) if face.score >= TOLD_SCORE else None
    if face.landmarks_xy is None:
        return None
    (x1, y1), (x2, y2), _, (x3, y3), (x4, y4) = face.landmarks_xy
    return math.degrees(math.atan2(x1 + x2 - x3 - x4, y3 + y4 - y1 - y2))
