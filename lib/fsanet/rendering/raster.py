"""The software rasteriser: z-buffer, shadow depth, normals and hair ribbons, compiled by numba.

Screen coordinates are pixels, x right, y down, with the centre of the first pixel at (0.5, 0.5). Depth is stored as
1 / distance, so that it interpolates linearly on the screen and larger means nearer.
"""

import functools
import math

import numpy as np
from numba import njit

NOTHING = -1


@njit(cache=True)
def _edges(screen, a, b, c):
    """Twice the signed area of a screen triangle."""
    return (screen[b, 0] - screen[a, 0]) * (screen[c, 1] - screen[a, 1]) - (screen[c, 0] - screen[a, 0]) * (
        screen[b, 1] - screen[a, 1]
    )


@njit(cache=True)
def draw_triangles(
    screen: np.ndarray,
    triangles: np.ndarray,
    closed: int,
    first_id: int,
    depth: np.ndarray,
    ids: np.ndarray,
    weights: np.ndarray,
) -> None:
    """Draw triangles into the buffers in place.

    Args:
        screen: (V, 3) float32, pixel x, pixel y and 1 / distance of each vertex.
        triangles: (T, 3) int32 vertex numbers.
        closed: the first so many triangles bound closed bodies: those that face away are skipped.
        first_id: number that the first triangle gets in `ids`.
        depth: (H, W) float32, 1 / distance of what is drawn so far, 0 where nothing is.
        ids: (H, W) int32, number of the nearest triangle, NOTHING where none is.
        weights: (H, W, 2) float32, perspective-correct weights of its second and third vertex.
    """
    height, width = depth.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        w0, w1, w2 = screen[a, 2], screen[b, 2], screen[c, 2]
        area = _edges(screen, a, b, c)
        if area == 0.0 or (t < closed and area > 0.0) or w0 <= 0.0 or w1 <= 0.0 or w2 <= 0.0:
            continue
        x0, y0 = screen[a, 0], screen[a, 1]
        x1, y1 = screen[b, 0], screen[b, 1]
        x2, y2 = screen[c, 0], screen[c, 1]
        left = max(0, math.ceil(min(x0, x1, x2) - 0.5))
        right = min(width - 1, math.floor(max(x0, x1, x2) - 0.5))
        top = max(0, math.ceil(min(y0, y1, y2) - 0.5))
        bottom = min(height - 1, math.floor(max(y0, y1, y2) - 0.5))
        inverse = 1.0 / area
        l1_x, l1_y = (y2 - y0) * inverse, (x0 - x2) * inverse  # change of each weight per pixel
        l2_x, l2_y = (y0 - y1) * inverse, (x1 - x0) * inverse
        for y in range(top, bottom + 1):
            dy = y + 0.5 - y0
            for x in range(left, right + 1):
                dx = x + 0.5 - x0
                l1 = dx * l1_x + dy * l1_y
                l2 = dx * l2_x + dy * l2_y
                l0 = 1.0 - l1 - l2
                if l0 < 0.0 or l1 < 0.0 or l2 < 0.0:
                    continue
                near = l0 * w0 + l1 * w1 + l2 * w2
                if near > depth[y, x]:
                    depth[y, x] = near
                    ids[y, x] = first_id + t
                    weights[y, x, 0] = l1 * w1 / near
                    weights[y, x, 1] = l2 * w2 / near


def draw_depth(screen: np.ndarray, triangles: np.ndarray, depth: np.ndarray) -> None:
    """Draw depth alone, both sides of every triangle, in place.

    Args:
        screen: (V, 3) float32, pixel x, pixel y and a height over the plane of the picture: larger wins, all above 0.
        triangles: (T, 3) int32 vertex numbers.
        depth: (H, W) float32, 0 where nothing is.
    """
    ids, weights = np.empty(depth.shape, np.int32), np.empty((*depth.shape, 2), np.float32)
    draw_triangles(screen, triangles, 0, 0, depth, ids, weights)


@njit(cache=True)
def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals (V, 3) of a mesh, each the area-weighted mean over the triangles that meet there."""
    normals = np.zeros_like(vertices)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = (vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2])
        vx, vy, vz = (vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2])
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in (a, b, c):
            normals[k, 0] += nx
            normals[k, 1] += ny
            normals[k, 2] += nz
    for i in range(normals.shape[0]):
        length = math.sqrt(normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2) + 1e-12
        for k in range(3):
            normals[i, k] /= length
    return normals


@njit(cache=True)
def gather(
    ids: np.ndarray, weights: np.ndarray, pixels: np.ndarray, triangles: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Interpolate per-vertex values at pixels.

    Args:
        ids, weights: buffers of `draw_triangles`.
        pixels: (P,) flat indices into them, each covered by a triangle.
        triangles: (T, 3), counted from id 0.
        values: (V, K) float32.

    Returns:
        (P, K) float32.
    """
    flat_ids = ids.reshape(-1)
    flat_weights = weights.reshape(-1, 2)
    out = np.empty((pixels.shape[0], values.shape[1]), np.float32)
    for i in range(pixels.shape[0]):
        p = pixels[i]
        t = flat_ids[p]
        l1, l2 = flat_weights[p, 0], flat_weights[p, 1]
        l0 = 1.0 - l1 - l2
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        for k in range(values.shape[1]):
            out[i, k] = l0 * values[a, k] + l1 * values[b, k] + l2 * values[c, k]
    return out


@njit(cache=True)
def ribbon_screen(screen: np.ndarray, half_width_px: np.ndarray, least_px: float) -> np.ndarray:
    """Widen strands into screen-facing ribbons.

    Args:
        screen: (S, K, 3) float32 projected strand points.
        half_width_px: (S, K) float32.
        least_px: smallest half width, so that thin hair does not break up between pixels.

    Returns:
        (S * K * 2, 3) float32 vertices: left and right edge of every point.
    """
    strands, points, _ = screen.shape
    out = np.empty((strands * points * 2, 3), np.float32)
    for s in range(strands):
        for k in range(points):
            before, after = max(k - 1, 0), min(k + 1, points - 1)
            dx = screen[s, after, 0] - screen[s, before, 0]
            dy = screen[s, after, 1] - screen[s, before, 1]
            length = math.sqrt(dx * dx + dy * dy) + 1e-9
            half = max(half_width_px[s, k], least_px)
            i = (s * points + k) * 2
            out[i, 0] = screen[s, k, 0] - dy / length * half
            out[i, 1] = screen[s, k, 1] + dx / length * half
            out[i + 1, 0] = screen[s, k, 0] + dy / length * half
            out[i + 1, 1] = screen[s, k, 1] - dx / length * half
            out[i, 2] = screen[s, k, 2]
            out[i + 1, 2] = screen[s, k, 2]
    return out


@functools.lru_cache(maxsize=4)
def ribbon_triangles(strands: int, points: int) -> np.ndarray:
    """Triangles (S * (K - 1) * 2, 3) int32 of the vertices that `ribbon_screen` makes."""
    corner = (np.arange(strands)[:, None] * points + np.arange(points - 1)).reshape(-1, 1) * 2
    first = corner + np.array([0, 1, 2])
    second = corner + np.array([1, 3, 2])
    return np.stack([first, second], axis=1).reshape(-1, 3).astype(np.int32)


@njit(cache=True)
def lit_share(depth: np.ndarray, pixels_xy: np.ndarray, heights: np.ndarray, bias: float) -> np.ndarray:
    """How much of a 3 x 3 neighbourhood of a shadow map lies below each point (percentage-closer filtering).

    Args:
        depth: (M, M) float32 from `draw_depth`.
        pixels_xy: (P, 2) float32 positions in it.
        heights: (P,) float32 heights of the points in the same frame.
        bias: how far an occluder must lie above a point to shade it.

    Returns:
        (P,) float32 in 0..1, 1 = fully lit.
    """
    size = depth.shape[0]
    out = np.empty(heights.shape[0], np.float32)
    for i in range(heights.shape[0]):
        x, y = math.floor(pixels_xy[i, 0]), math.floor(pixels_xy[i, 1])
        shaded = 0
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                u = min(max(x + dx, 0), size - 1)
                v = min(max(y + dy, 0), size - 1)
                if depth[v, u] > heights[i] + bias:
                    shaded += 1
        out[i] = 1.0 - shaded / 9.0
    return out
