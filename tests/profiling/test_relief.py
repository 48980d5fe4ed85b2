from collections import Counter

import numpy as np

from fsanet.profiling.template import face_template


def test_sheets_are_closed_but_for_the_edge_of_the_picture(subject):
    relief = subject.relief
    half = len(relief.vertices) // 2
    edges = Counter(
        tuple(sorted((a, b)))
        for triangle in relief.triangles[: relief.front]
        for a, b in zip(triangle, np.roll(triangle, 1), strict=True)
    )
    rim = np.unique([vertex for edge, count in edges.items() if count == 1 for vertex in edge])
    height, width = subject.image_bgr.shape[:2]
    x, y = relief.vertices[rim, 0], -relief.vertices[rim, 1]
    inside = rim[(x > 4) & (x < width - 4) & (y > 4) & (y < height - 4)]
    gap = relief.vertices[inside, 2] - relief.vertices[inside + half, 2]
    assert len(inside) > 50
    assert np.abs(gap).max() < 4  # pixels, of a head that is over a hundred deep


def test_the_front_carries_the_face_at_its_depth(subject):
    relief, head = subject.relief, subject.head
    half = len(relief.vertices) // 2
    nose = head.landmarks[30]
    near = np.argmin(np.square(relief.vertices[:half, :2] - nose[:2]).sum(axis=1))
    assert abs(relief.vertices[near, 2] - nose[2]) < 0.15 * head.placement.scale
    assert (relief.vertices[:half, 2] >= relief.vertices[half:, 2] - 1e-3).all()
    cheeks = head.placement.to_picture(face_template().points[[234, 454]])
    assert nose[2] > cheeks[:, 2].max()


def test_colours_come_from_the_person_and_the_background_has_lost_them(subject):
    relief = subject.relief
    half = len(relief.vertices) // 2
    drift = np.linalg.norm(relief.texture_xy[:half] - relief.vertices[:half, :2] * [1.0, -1.0], axis=1)
    assert drift.max() <= 2.01
    x, y = np.int32(subject.head.landmarks[30, :2] * [1.0, -1.0])
    skin, behind = (picture[y, x].astype(int) for picture in (subject.image_bgr, relief.background))
    assert np.abs(skin - behind).max() > 20
