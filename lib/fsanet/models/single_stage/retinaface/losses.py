"""Losses of RetinaFace, of both heads together: L = L_cls + 0.25 p* L_box + 0.1 p* L_points + w p* L_pose.

The first head is matched on the anchors (an overlap of 0.7 shows a face, below 0.3 none), the second on the boxes that
the first predicted (0.5 and 0.4). Hard examples are mined for the score: of each picture, stride and head at most 64
positives and so many negatives that they are 256 together, the hardest of each; so negatives are at least three to one.
Networks that predict a mesh learn it too, as `mesh` has it.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from keras import ops

from fsanet.dense import layout
from fsanet.dense.anchors import Anchors, anchor_boxes, count
from fsanet.models.single_stage.losses import chord, smooth_l1
from fsanet.models.single_stage.retinaface.matching import Matched, change_to, match, moved, points_from
from fsanet.models.single_stage.retinaface.mesh import mesh_from, mesh_parts
from fsanet.tensors import Tensor

# How much each part counts; w of the pose is from the middle of the range 0.2 to 0.8.
WEIGHTS: Mapping[str, float] = {"score": 1.0, "box": 0.25, "points": 0.1, "pose": 0.5}
OVERLAPS = ((0.3, 0.7), (0.4, 0.5))  # of each head: below it no face, from it on a face
MINED, MOST_POSITIVE = 256, 64
KNEE = 1 / 9  # the smooth L1 loss is square below


def loss_parts(anchors: Anchors, target: Tensor, prediction: Tensor, size: tuple[int, int]) -> dict[str, Tensor]:
    """Each part, the sum of both heads'; scalars, before their weights.

    Args:
        anchors: of the network.
        target: (batch, faces, 25) of `fsanet.dense.encoders.padded_faces`, (..., 229) of `padded_meshes`.
        prediction: (batch, anchors, 42), with meshes (..., 450).
        size: (height, width) of the pictures.
    """
    boxes = ops.convert_to_tensor(anchor_boxes(anchors, *size))[None]
    levels = count(anchors, *size)
    heads = []
    for said, (below, least) in zip(ops.split(prediction, len(OVERLAPS), axis=-1), OVERLAPS, strict=True):
        heads.append(_of_head(boxes, match(boxes, target, below, least), said, levels))
        boxes = ops.stop_gradient(moved(boxes, said[..., layout.BOX]))
    return {name: sum(head[name] for head in heads) for name in heads[0]}


def _of_head(boxes: Tensor, matched: Matched, said: Tensor, levels: Sequence[int]) -> dict[str, Tensor]:
    number = ops.maximum(ops.sum(matched.positive), 1.0)
    face = matched.face

    def mean(value: Tensor) -> Tensor:
        return ops.sum(matched.positive * value) / number

    box = change_to(boxes, face[..., layout.TARGET_BOX]) - said[..., layout.BOX]
    points = points_from(boxes, face[..., layout.TARGET_POINTS]) - said[..., layout.POINTS]
    parts = {
        "score": mined_score(matched.positive, matched.negative, said[..., layout.SCORE], levels),
        "box": mean(smooth_l1(box, KNEE)),
        "points": mean(smooth_l1(points, KNEE)),
        "pose": mean(chord(face[..., layout.TARGET_ROTATION], said[..., layout.ROTATION_6D])),
    }
    if said.shape[-1] > layout.PREDICTION_SIZE:
        mesh = mesh_parts(mesh_from(boxes, face[..., layout.TARGET_MESH]), said[..., layout.MESH])
        parts |= {name: mean(value) for name, value in mesh.items()}
    return parts


def mined_score(positive: Tensor, negative: Tensor, logit: Tensor, levels: Sequence[int]) -> Tensor:
    """Mean cross entropy of the anchors that are mined, see the top of the file.

    Args:
        positive, negative: (batch, anchors) 1 or 0.
        logit: (batch, anchors).
        levels: how many of these each stride has.
    """
    losses, numbers = [], []
    for number, end in zip(levels, accumulate(levels), strict=True):
        shows, nothing, said = (tensor[:, end - number : end] for tensor in (positive, negative, logit))
        chosen = ops.minimum(ops.sum(shows, axis=1), MOST_POSITIVE)
        others = ops.minimum(ops.sum(nothing, axis=1), MINED - chosen)
        losses.append(_hardest(shows * ops.softplus(-said), chosen) + _hardest(nothing * ops.softplus(said), others))
        numbers.append(chosen + others)
    return ops.sum(ops.stack(losses)) / ops.maximum(ops.sum(ops.stack(numbers)), 1.0)


def _hardest(loss: Tensor, number: Tensor) -> Tensor:
    """(batch,) sum of the `number` (batch,) largest of losses (batch, anchors), at most 256 of them."""
    most = min(MINED, loss.shape[1])
    largest, _ = ops.top_k(loss, most)
    taken = ops.arange(most, dtype="float32")[None] < number[:, None]
    return ops.sum(ops.where(taken, largest, 0.0), axis=1)
