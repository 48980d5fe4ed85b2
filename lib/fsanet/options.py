"""The vocabulary that all verbs share: an option of one name means the same everywhere."""

import argparse
import contextlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from fsanet.errors import InputError
from fsanet.locations import work_dir

LARGEST_SEED = 2**32 - 1
VOCABULARY = {
    "--set": "a labelled set: its name, or the path of an npz",
    "--folder": "folder of the npz sets",
    "--out": "where the output goes",
    "--rows": "file of rows to write, .csv or .jsonl, or .parquet where shards are joined; may be given several times",
    "--model": "model name, see `fsanet models`",
    "--weights": "free, synthetic, 300W_LP, BIWI, a weight file or a folder of them",
    "--samples": "number of samples",
    "--seed": "of everything random; equal seeds give equal results",
    "--workers": "how many work side by side",
    "--cluster": "processes that share the work: local:N for N here, or the address of a Dask scheduler",
}


def add_option(
    parser: argparse.ArgumentParser | argparse._ArgumentGroup, name: str, note: str = "", **settings: Any
) -> None:
    """Add an option of the vocabulary.

    Args:
        parser: takes it.
        name: a key of `VOCABULARY`.
        note: what is to be said of it in this verb, such as "(default: %(default)s)".
        settings: as `ArgumentParser.add_argument` takes them.
    """
    if name in _TYPES:
        settings["type"] = _TYPES[name]
    parser.add_argument(name, help=f"{VOCABULARY[name]} {note}".strip(), **settings)


def add_message_options(parser: argparse.ArgumentParser, default: bool | str = False) -> None:
    """Add -v and --quiet, which every verb has.

    Args:
        parser: of the verb.
        default: of both; `argparse.SUPPRESS` in a verb within a verb, where what was said before it holds.
    """
    group = parser.add_argument_group("messages").add_mutually_exclusive_group()
    more, less = "say what is chosen and found, and from where", "only results, warnings and errors; no progress bars"
    group.add_argument("-v", "--verbose", action="store_true", default=default, help=more)
    group.add_argument("-q", "--quiet", action="store_true", default=default, help=less)


def add_twin_options(parser: argparse.ArgumentParser) -> None:
    """Of which set a twin is made, and where to."""
    add_option(parser, "--set", required=True)
    add_option(parser, "--folder", "(default: %(default)s)", type=Path, default=work_dir("data"))
    add_option(parser, "--out", "(an npz; beside the set if not given)", type=Path)
    add_option(parser, "--seed", "(default: %(default)s)", default=0)
    add_option(parser, "--workers", "(processes; one per core if not given)", type=positive)


def option_name(name: str) -> str:
    """An option as a person types it, of its name in what was parsed: any_angle -> --any-angle."""
    return f"--{name.replace('_', '-')}"


def refuse_without_part(
    args: argparse.Namespace, parts: Mapping[str, Collection[str]], chosen: Collection[str], what: str
) -> None:
    """Refuse an option that is given and has no part in what is chosen.

    Args:
        args: options as parsed; one that is not given is None, or False where it is a switch.
        parts: for each choice, the options that have a part in it, as `args` names them; those of all are left out.
        chosen: keys of `parts`.
        what: is chosen, in words.

    Raises:
        InputError: with the option.
    """
    known = {name for names in parts.values() for name in names}
    for name in sorted(known.difference(*(parts[choice] for choice in chosen))):
        value = getattr(args, name)
        if value is not None and value is not False:
            raise InputError(f"{option_name(name)} does not go with {what}: leave it out.")


def positive(text: str) -> int:
    """A whole number of 1 or more, for `type=`."""
    return _whole(text, 1)


def none_or_more(text: str) -> int:
    """A whole number of 0 or more, for `type=`."""
    return _whole(text, 0)


def seed(text: str) -> int:
    """A whole number of 32 bits, as all random generators take it, for `type=`."""
    value = none_or_more(text)
    if value > LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"must be at most {LARGEST_SEED}, got {text}")
    return value


def cluster(text: str) -> str:
    """Where a cluster is, for `type=`; whoever connects knows the forms."""
    if not text:
        raise argparse.ArgumentTypeError("must be local:N or the address of a scheduler, got an empty word")
    return text


def _whole(text: str, least: int) -> int:
    """A whole number that is not below `least`."""
    with contextlib.suppress(ValueError):
        if (value := int(text)) >= least:
            return value
    raise argparse.ArgumentTypeError(f"must be a whole number, {least} or more, got {text}")


def share(most: float) -> Any:
    """A number from 0 to `most`, for `type=`."""

    def number(text: str) -> float:
        value = float(text)
        if not 0 <= value <= most:
            raise argparse.ArgumentTypeError(f"must be between 0 and {most:g}, got {text}")
        return value

    return number


_TYPES = {"--seed": seed, "--cluster": cluster}  # of the vocabulary
