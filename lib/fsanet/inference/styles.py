"""Ways to draw a pose, apart from what draws them: a command tells its options before OpenCV is there."""

from typing import Literal, get_args

Style = Literal["axes", "cube", "none"]
STYLES: tuple[Style, ...] = get_args(Style)
