"""How others see the renders: a published network reads their poses, face detectors look for the faces.

    python -m fsanet.benchmarks.judged_renders [--samples 2000] [--frames 300] [--clean] [--model ...] [--weights ...]

They tell whether the renders look like photographs to networks that have seen photographs only, and whether the labels
mean what they mean in 300W-LP. No constant of the renderer is fitted to the network; faces that detectors miss show
what is drawn badly.
"""

import argparse
import sys
from dataclasses import replace

import numpy as np

from fsanet.console import progress, run_command
from fsanet.models.spec import DEFAULT_MODEL
from fsanet.pose.errors import geodesic_errors, yaw_bins
from fsanet.rendering.frame import RenderSettings, render_frame
from fsanet.rendering.samples import render_samples

_DETECTORS = {"mtcnn": 0.95, "yunet": 0.7}
_FRAME_SIDE = 256
_CHUNK = 100


def agreement(predicted: np.ndarray, truth: np.ndarray) -> list[str]:
    """Lines of a table: correlation, slope, bias and MAE of yaw, pitch and roll, overall and by |yaw|.

    The last columns are the mean of the three MAE and the geodesic error, which gimbal lock in profile does not spoil.

    Args:
        predicted, truth: (N, 3) degrees.
    """
    lines = [
        "|yaw|        faces   correlation         slope               bias                MAE                 mean"
    ]
    for name, chosen in {"0-90": np.ones(len(truth), bool), **yaw_bins(truth[:, 0])}.items():
        if chosen.sum() < 3:
            continue
        p, t = predicted[chosen], truth[chosen]
        columns = [
            [np.corrcoef(t[:, k], p[:, k])[0, 1] for k in range(3)],
            [np.polyfit(t[:, k], p[:, k], 1)[0] for k in range(3)],
            (p - t).mean(axis=0),
            np.abs(p - t).mean(axis=0),
        ]
        cells = "  ".join(" ".join(f"{value:5.2f}" for value in column) for column in columns)
        means = f"{columns[3].mean():5.2f}  {geodesic_errors(p, t).mean():8.2f}"
        low, high = name.split("-")
        lines.append(f"{low:>3} to {high:>3}  {chosen.sum():6d}  {cells}   {means}")
    return lines


def judge_poses(
    samples: int, seed: int, settings: RenderSettings, model: str, weights: str, quiet: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and true poses (N, 3) of fresh renders."""
    import fsanet

    network = fsanet.load_model(model, weights=weights)
    predicted, truth = [], []
    with progress(total=samples, unit="face", label="rendering", quiet=quiet) as bar:
        for start in range(0, samples, _CHUNK):
            indices = range(start, min(start + _CHUNK, samples))
            rendered = render_samples(seed, indices, settings)
            predicted.append(network.predict(rendered.image.astype(np.float32), verbose=0))
            truth.append(rendered.pose)
            bar.update(len(indices))
    return np.concatenate(predicted), np.concatenate(truth)


def judge_detectors(frames: int, seed: int, quiet: bool = False) -> dict[str, np.ndarray]:
    """Which detector finds which of `frames` renders of 256 x 256 pixels, yaw spread evenly: (frames, 2) yaw, found."""
    from fsanet.detectors.catalog import create_detector

    detectors = {name: create_detector(name, threshold=threshold) for name, threshold in _DETECTORS.items()}
    found: dict[str, list] = {name: [] for name in detectors}
    settings = RenderSettings(split="validation", per_person=1)
    for i in progress(range(frames), unit="frame", label="detecting", quiet=quiet):
        yaw = -90 + 180 * (i + 0.5) / frames
        frame = render_frame(seed, i, settings, (_FRAME_SIDE, _FRAME_SIDE), pose=np.array([yaw, 0.0, 0.0]))
        x1, y1, x2, y2 = frame.box_xyxy
        for name, detector in detectors.items():
            centres = [
                ((d.box_xyxy[0] + d.box_xyxy[2]) / 2, (d.box_xyxy[1] + d.box_xyxy[3]) / 2)
                for d in detector.detect(frame.image_bgr)
            ]
            found[name].append((yaw, any(x1 < x < x2 and y1 < y < y2 for x, y in centres)))
    return {name: np.array(rows, float) for name, rows in found.items()}


@run_command
def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=2000, help="crops for the network (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=300, help="frames for the detectors (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--clean", action="store_true", help="crops as the renderer draws them: sharp, nothing on or before the head"
    )
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--weights", default="300W_LP", help="training set or file (default: %(default)s)")
    args = parser.parse_args(argv)
    if min(args.samples, args.frames) < 0:
        parser.error(f"--samples and --frames must be 0 or more, got {args.samples} and {args.frames}")
    if args.samples:
        settings = RenderSettings(split="validation", poses="300W_LP")
        if args.clean:
            settings = replace(settings, clean=True, headwear=0.0, occluded=0.0)
        kind = "sharp crops" if args.clean else "crops"
        print(f"{args.model} ({args.weights}) on {args.samples} {kind}, poses like 300W-LP; yaw, pitch, roll:")
        print("\n".join(agreement(*judge_poses(args.samples, args.seed, settings, args.model, args.weights))))
    if args.frames:
        print(f"\nfaces found in {args.frames} frames of {_FRAME_SIDE} x {_FRAME_SIDE}, yaw -90 to 90:")
        for detector, rows in judge_detectors(args.frames, args.seed).items():
            by_yaw = ", ".join(f"{name}: {rows[chosen, 1].mean():.0%}" for name, chosen in yaw_bins(rows[:, 0]).items())
            print(f"{detector} > {_DETECTORS[detector]}: {rows[:, 1].mean():.1%} ({by_yaw})")


if __name__ == "__main__":
    sys.exit(main())
