"""How far a pose goes from what the crop says to what the finder read beside the box."""

from fsanet.pose.angles import Pose, angles_near, ramp, rotation_between
from fsanet.pose.errors import rotation_distances_deg

# Of a pose: chosen on CC0 photographs and Pointing'04, see docs/finding.md.
FINDER_SHARE = 0.4
# Degrees between what both say: from the first on the finder counts less, from the other on not at all, and the face is
# `unsure`. On those sets they are apart by 15 to 20 at most in 99 of 100 faces: further apart one of them is wrong.
APART_DEG = (20.0, 40.0)


def mixed(of_crop: Pose, of_finder: Pose, share: float) -> tuple[Pose, bool]:
    """A pose on the way from the crop's to the finder's, less far where they are far apart; and whether they are so far
    apart that the finder's does not count.
    """
    crop, finder = of_crop.rotation, of_finder.rotation
    apart_deg = float(rotation_distances_deg(crop, finder))
    counted = share * (1 - ramp(apart_deg, APART_DEG))
    return Pose(*angles_near(rotation_between(crop, finder, counted), of_crop).tolist()), apart_deg >= APART_DEG[1]
