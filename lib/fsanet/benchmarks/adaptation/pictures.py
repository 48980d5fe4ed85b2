"""Why it came out so, to look at: features of both domains before and after, poses that counted, error over a sweep."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fsanet.benchmarks.adaptation.results import Result, Row, Store, read_counts, read_weights
from fsanet.plots import BLUE, new_figure, save_figure

_MOST_POINTS = 300  # of each domain
_MOST_YAW = 60.0  # degrees, where the colours end


def principal_components(features: NDArray) -> NDArray[np.float64]:
    """The two directions of largest variance: (N, F) -> (N, 2)."""
    centred = features - features.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return centred @ axes[:2].T


def draw_features(store: Store, results: Sequence[Result], path: Path) -> None:
    """Features of source and target in the plane of their largest variance, a column a run.

    Above by domain, below by yaw: adapted features lie over one another above, and keep their order of colours below.
    """
    source, target = (_some(len(part)) for part in (store.sets.source.pose, store.sets.target.pose))
    images = np.concatenate([store.sets.source.image[source], store.sets.target.image[target]])
    yaw = np.concatenate([store.sets.source.pose[source, 0], store.sets.target.pose[target, 0]])
    figure, axes = new_figure(2, len(results), size=(2.6 * len(results), 5.2))
    columns = np.reshape(axes, (2, len(results))).T
    for result, (above, below) in zip(results, columns, strict=True):
        at = principal_components(store.trainer.features(read_weights(result.path), images))
        for part, name, colour in (
            (slice(0, len(source)), "source", "0.6"),
            (slice(len(source), None), "target", BLUE),
        ):
            above.scatter(*at[part].T, s=5, color=colour, label=name, lw=0)
        dots = below.scatter(*at.T, s=5, c=yaw, cmap="coolwarm", vmin=-_MOST_YAW, vmax=_MOST_YAW, lw=0)
        above.set_title(f"{result.cell.scenario}, {result.cell.method}", fontsize=9)
        for axis in (above, below):
            axis.set_xticks([])
            axis.set_yticks([])
    columns[0][0].legend(fontsize=7)
    figure.colorbar(dots, ax=columns[-1][1], label="yaw (degrees)")
    save_figure(figure, path)


def draw_counts(store: Store, results: Sequence[Result], path: Path) -> None:
    """Yaw and pitch of the source, each sample as large as it counts; the target's true poses behind it."""
    figure, axes = new_figure(1, len(results), size=(3.6 * len(results), 3.2))
    source, target = store.sets.source.pose, store.sets.target.pose
    for result, axis in zip(results, np.atleast_1d(axes), strict=True):
        counts = read_counts(result.path)
        axis.scatter(target[:, 0], target[:, 1], s=14, color="0.8", lw=0, label="target")
        axis.scatter(source[:, 0], source[:, 1], s=20 * counts / counts.max(), color=BLUE, lw=0, label="source")
        title = f"{result.cell.scenario}, {result.cell.method}: {result.counted:.0%}, as {result.effective:,.0f} equal"
        axis.set_title(title, fontsize=8)
        axis.set_xlabel("yaw (degrees)", fontsize=8)
    np.atleast_1d(axes)[0].set_ylabel("pitch (degrees)", fontsize=8)
    np.atleast_1d(axes)[0].legend(fontsize=7)
    save_figure(figure, path)


def draw_sweep(rows: Sequence[Row], path: Path) -> None:
    """Mean absolute error over the values of what was varied: a panel a scenario, a line a method."""
    panels: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        panels.setdefault(row.scenario, {}).setdefault(row.method, []).append(row)
    figure, axes = new_figure(1, len(panels), size=(4.2 * len(panels), 3.2))
    for (scenario, methods), axis in zip(panels.items(), np.atleast_1d(axes), strict=True):
        _draw_lines(methods, axis)
        axis.set_title(scenario, fontsize=9)
    np.atleast_1d(axes)[0].set_ylabel("mean absolute error (degrees)", fontsize=8)
    np.atleast_1d(axes)[0].legend(fontsize=7)
    save_figure(figure, path)


def _draw_lines(methods: Mapping[str, Sequence[Row]], axis: Any) -> None:
    for method, rows in methods.items():
        means, spreads = ([getattr(row, name)[-1] for row in rows] for name in ("mean_deg", "spread_deg"))
        axis.errorbar(range(len(rows)), means, yerr=spreads, marker="o", ms=3, lw=1, capsize=2, label=method)
        axis.set_xticks(range(len(rows)), [row.setting for row in rows], fontsize=7)


def _some(count: int) -> NDArray[np.int64]:
    """Numbers of samples that lie evenly over a set."""
    return np.unique(np.linspace(0, count - 1, min(count, _MOST_POINTS)).astype(np.int64))
