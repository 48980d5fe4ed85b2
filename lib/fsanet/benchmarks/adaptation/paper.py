"""The figures of the papers, to stand beside ours.

Source: Kuhnke and Ostermann, "Deep Head Pose Estimation Using Synthetic Images and Partial Adversarial Domain
Adaption for Continuous Label Spaces" (ICCV 2019), ResNet18, SynHead to BIWI+; RCRw is their "Relative Pose Consistency
for Semi-Supervised Head Pose Estimation" (FG 2021), of which the mean alone is known here.
"""

from typing import NamedTuple


class PaperFigure(NamedTuple):
    """Mean absolute errors in degrees; None where the mean alone is known."""

    mae: float
    pitch: float | None = None
    yaw: float | None = None
    roll: float | None = None


# Scenario, method. `none` is the papers' baseline.
PAPER: dict[tuple[str, str], PaperFigure] = {
    ("closed", "none"): PaperFigure(4.58, 4.99, 4.85, 3.89),
    ("closed", "dann"): PaperFigure(3.34, 3.56, 3.43, 3.03),
    ("closed", "padaco"): PaperFigure(4.04, 4.47, 4.11, 3.56),
    ("partial", "none"): PaperFigure(4.53, 4.97, 4.61, 3.97),
    ("partial", "dann"): PaperFigure(6.05, 8.08, 6.17, 3.91),
    ("partial", "pada_like"): PaperFigure(6.41, 8.14, 6.86, 4.22),
    ("partial", "padaco"): PaperFigure(4.13, 4.51, 4.11, 3.78),
    ("partial", "rcrw"): PaperFigure(3.86),
}
