"""`make figures`: the paper's figures from any model, pictures and video.

python -m demo.figures                                     all figures, from what is bundled
python -m demo.figures structures --model var_capsule      one figure, another model
python -m demo.figures timeline --video me.mp4
python -m demo.figures comparison --labelled data/BIWI_noTrack.npz --compare ssrnet_mt:BIWI capsule:BIWI
python -m demo.figures bars --results training_and_testing/output/test
"""

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from demo.figures.settings import FigureSettings, ModelChoice
from fsanet.console import progress, quiet_native_stderr, run_command
from fsanet.errors import InputError
from fsanet.models.spec import get_spec

FIGURES = {
    "angles": "signs and order of the angles",
    "architecture": "the network, drawn from the model",
    "structures": "fine-grained structures over faces (the paper's Figure 5)",
    "inside": "one face through the network: scores, structures, routing",
    "comparison": "true and predicted axes of two models (Figure 4)",
    "timeline": "angles over time in a video, smoothed and raw",
    "bars": "errors per angle of the parts of a fusion (Figure 6), also from the tables of `make test`",
    "turns": "what a turn of the picture does to yaw, pitch and roll",
    "limits": "where it fails: typical faces of difficult kinds, with the error of each kind",
    "shapes": "photographed people turned with the face shape of another one (sets up Face Mesh, so only when named)",
}
ONLY_WHEN_NAMED = ("shapes",)


@run_command
def main(argv: list[str] | None = None) -> None:
    """Draw the figures that `argv` names, all by default."""
    args = _parser().parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    settings = _settings(args)
    names = args.figures or [name for name in FIGURES if name not in ONLY_WHEN_NAMED]
    for name in (bar := progress(names, unit="figure", quiet=args.quiet)):
        bar.set_description(name)
        path = drawer(name)(settings)
        if not args.quiet:
            bar.write(f"{name}: {path}")


def drawer(name: str) -> Callable[[FigureSettings], Path]:
    """The function that draws a figure.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
    """
    if name not in FIGURES:
        raise InputError(f"There is no figure '{name}'. The figures are: {', '.join(FIGURES)}.")
    with quiet_native_stderr():
        return import_module(f"demo.figures.{name}").draw


def _settings(args: argparse.Namespace) -> FigureSettings:
    choice = ModelChoice(get_spec(args.model).name, args.weights)
    others = [ModelChoice.parse(text) for text in args.compare or ()] or [ModelChoice("capsule", args.weights), choice]
    return FigureSettings(
        choice=choice,
        others=(others[0], others[1]),
        pictures=tuple(args.pictures),
        video=args.video,
        labelled=args.labelled,
        results=args.results,
        out=args.out,
        format=args.format,
    )


def _parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:13} {what}" for name, what in FIGURES.items())
    parser = argparse.ArgumentParser(
        prog="python -m demo.figures",
        description=f"{__doc__}\nfigures:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = FigureSettings()
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help="which figures (default: all)")
    parser.add_argument("--model", default=default.choice.model, help="model name (default: %(default)s)")
    parser.add_argument("--weights", default=default.choice.weights, help="training set or file (default: %(default)s)")
    parser.add_argument(
        "--compare", nargs=2, metavar="MODEL[:WEIGHTS]", help="two models (default: capsule and --model)"
    )
    parser.add_argument("--pictures", nargs="+", type=Path, default=default.pictures, metavar="FILE")
    parser.add_argument("--video", type=Path, default=default.video)
    parser.add_argument("--labelled", type=Path, default=default.labelled, help="npz pose set with true poses")
    parser.add_argument("--results", type=Path, help="results.json of `make test`, or its folder (default: measure)")
    parser.add_argument("--out", type=Path, default=default.out, help="folder (default: %(default)s)")
    parser.add_argument("--format", choices=("png", "jpg"), default=default.format, help="(default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar, no list of files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
