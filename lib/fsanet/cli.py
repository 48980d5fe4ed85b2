"""The `fsanet` command: one table of verbs. A verb's module is imported when it is called, no sooner."""

import argparse
import os
import sys
from collections.abc import Collection, Sequence
from importlib import import_module

from fsanet import __version__
from fsanet.console import run_command, set_message_level
from fsanet.options import add_message_options

# name: what `fsanet --help` says of it. `fsanet.commands.<name>` holds add_options(parser) and run(args) -> exit code.
VERBS = {
    "estimate": "yaw, pitch and roll of all faces in images, folders, globs, videos and cameras",
    "merge": "join the rows of all shards of a run",
    "models": "list the model names",
    "weights": "bring the published weights and the detector files",
    "prepare": "make npz sets of raw sets such as 300W-LP and BIWI, or of your own images",
    "render": "render synthetic heads: npz sets, or photographs in the layouts of the real sets",
    "portraits": "bring free photographs of people, to profile",
    "profile": "turn photographs of faces in 3D to other poses, with labels",
    "mask": "put face masks on the faces of a set, order and labels kept",
    "hair": "lay rendered hair over the faces of a set, order and labels kept",
    "surround": "put the faces of a set before other surroundings, order and labels kept",
    "rotate": "turn the faces of a set in the plane of the picture, with the right labels",
    "train": "train a model",
    "adapt": "adapt trained weights to unlabelled faces, such as those of one camera",
    "test": "measure models on labelled sets",
    "finder": "the network that finds faces: its scenes, its training, its measures",
    "export": "write a model for other runtimes, and compare it with the Keras model",
    "bench": "measure speed and memory",
    "completion": "print a script with which a shell completes verbs and options",
}

# TensorFlow's own messages are not about the person's pictures. Its faster kernels (oneDNN) it takes by itself on
# processors with AVX-512 alone; a step of training takes 1.6 times as long without them on one that has AVX2.
_TENSORFLOW = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}

_EPILOG = """\
`fsanet VERB --help` lists the options of a verb and gives examples. Options have one meaning in all verbs: a set is
--set, the folder of sets --folder, an output --out, a model --model, weights --weights.

exit codes: 0 done; 1 nothing could be done; 2 wrong usage; 3 done in part, the rest is named, such as a video of which
frames are missing; 70 a mistake of fsanet itself, with its traceback; 130 interrupted
"""


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Parse the command line and run one verb; returns the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    args = command_parser(words[:1]).parse_args(words)
    for name, value in _TENSORFLOW.items():
        os.environ.setdefault(name, value)
    set_message_level(args.verbose - args.quiet)
    return args.run_verb(args)


def command_parser(loaded: Collection[str] = tuple(VERBS)) -> argparse.ArgumentParser:
    """The parser of `fsanet`.

    Args:
        loaded: the verbs whose options are wanted: their modules are imported. All others are but listed.
    """
    parser = argparse.ArgumentParser(
        prog="fsanet",
        description="Head pose (yaw, pitch, roll) of faces in images, video and camera pictures.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"fsanet {__version__}")
    parser.set_defaults(whole_parser=command_parser)  # for the verb that prints what there is to complete
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, summary in VERBS.items():
        verb = verbs.add_parser(name, help=summary, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name in loaded:
            module = import_module(f"fsanet.commands.{name}")
            verb.description = module.__doc__
            verb.set_defaults(run_verb=module.run)
            module.add_options(verb)
            add_message_options(verb)
    return parser
