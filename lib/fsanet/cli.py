"""The `fsanet` command: one table of verbs. A verb's module is imported when it is called, no sooner."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from types import ModuleType

from fsanet import __version__
from fsanet.console import run_command, set_message_level
from fsanet.errors import told_extras
from fsanet.options import add_message_options

# name: what `fsanet --help` says of it. `fsanet.commands.<name>` holds add_options(parser) and run(args) -> exit code,
# and in NEEDS the extras of `fsanet[...]` that it cannot do without, if any; or it is a package with a table like this,
# of verbs within the verb.
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
    args = command_parser(words).parse_args(words)
    for name, value in _TENSORFLOW.items():
        os.environ.setdefault(name, value)
    set_message_level(args.verbose - args.quiet)
    return args.run_verb(args)


def command_parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The parser of `fsanet`.

    Args:
        words: a command line: modules of the verbs that it names are imported, all others are but listed. None for all.
    """
    parser = argparse.ArgumentParser(
        prog="fsanet",
        description="Head pose (yaw, pitch, roll) of faces in images, video and camera pictures.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"fsanet {__version__}")
    parser.set_defaults(whole_parser=command_parser)  # for the verb that prints what there is to complete
    named = None if words is None else [word for word in words if not word.startswith("-")]
    for verb in _add_verbs(parser, "fsanet.commands", VERBS, named, "VERB"):
        add_message_options(verb)
    return parser


def _add_verbs(
    parser: argparse.ArgumentParser, package: str, table: Mapping[str, str], named: Sequence[str] | None, metavar: str
) -> list[argparse.ArgumentParser]:
    """Add the verbs of a package; returns the parsers of those that are imported.

    Args:
        parser: takes them.
        package: holds a module for each.
        table: name -> what help says of it.
        named: words of a command line, the first that of this table; None imports all.
        metavar: what help calls such a verb.
    """
    verbs = parser.add_subparsers(required=True, metavar=metavar)
    imported = []
    for name, summary in table.items():
        verb = verbs.add_parser(name, help=summary, formatter_class=argparse.RawDescriptionHelpFormatter)
        if named is None or name in named[:1]:
            _fill(verb, import_module(f"{package}.{name}"), named and named[1:])
            imported.append(verb)
    return imported


def _fill(verb: argparse.ArgumentParser, module: ModuleType, further: Sequence[str] | None) -> None:
    """Give a verb what its module says; `further` are the words behind it."""
    verb.description = module.__doc__
    if hasattr(module, "VERBS"):
        for what in _add_verbs(verb, module.__name__, module.VERBS, further, "WHAT"):
            add_message_options(what, argparse.SUPPRESS)
    else:
        verb.set_defaults(run_verb=partial(_run, module.run, getattr(module, "NEEDS", ())))
        module.add_options(verb)


def _run(run: Callable[[argparse.Namespace], int], needs: Sequence[str], args: argparse.Namespace) -> int:
    """Run a verb; a package that is missing is told with all extras that the verb needs."""
    with told_extras(needs):
        return run(args)
