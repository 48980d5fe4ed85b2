"""How one detector's box lies to the common one, MTCNN's, so that a crop margin means the same for every detector."""

from typing import NamedTuple

from fsanet.image import boxes


class BoxConvention(NamedTuple):
    """Factors from a detector's own box to MTCNN's box of the same face.

    Each detector's constants are medians over the faces that both find in Pointing'04, persons 1 to 4, |pan| and |tilt|
    up to 60 degrees. `python -m fsanet.evaluation.detector_report FOLDER` measures them again.

    Attributes:
        scale_wh: MTCNN's width and height in widths and heights of the detector's box.
        shift_wh: MTCNN's centre from the detector's, in the same units; positive is right and down.
    """

    scale_wh: tuple[float, float] = (1.0, 1.0)
    shift_wh: tuple[float, float] = (0.0, 0.0)

    def to_common(self, box_xyxy: boxes.AnyBox) -> boxes.BoxXYXY:
        """The box that MTCNN would draw around the face."""
        return boxes.remap(box_xyxy, self.scale_wh, self.shift_wh)

    def from_common(self, box_xyxy: boxes.AnyBox) -> boxes.BoxXYXY:
        """The detector's own box; the inverse of `to_common`."""
        (scale_w, scale_h), (shift_w, shift_h) = self
        return boxes.remap(box_xyxy, (1 / scale_w, 1 / scale_h), (-shift_w / scale_w, -shift_h / scale_h))
