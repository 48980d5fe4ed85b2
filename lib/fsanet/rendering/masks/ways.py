"""The ways to put masks on a set."""

POINTS, POSE, RENDER = "points", "pose", "render"
WAYS = (POINTS, POSE, RENDER)
