"""The columns of a prediction and of a training target, one row for each cell (or anchor) of a picture.

A prediction (..., 21): score (a logit), box, five points, two columns of a rotation.
A target (..., 25): positive, ignored, box, five points, the rotation whole.
"""

SCORE = 0
BOX = slice(1, 5)
POINTS = slice(5, 15)
ROTATION_6D = slice(15, 21)
PREDICTION_SIZE = 21

POSITIVE = 0  # 1 where a face is to be found
IGNORED = 1  # 1 where either answer is right: a face hardly seen, or one of another size
TARGET_BOX = slice(2, 6)
TARGET_POINTS = slice(6, 16)
TARGET_ROTATION = slice(16, 25)
TARGET_SIZE = 25
