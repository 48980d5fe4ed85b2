"""Folders that several verbs of `fsanet finder` read or write, and the options that name them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fsanet.locations import work_dir

if TYPE_CHECKING:
    from fsanet.scenes.ingredients import Ingredients

BANK, BANK_TEST, BACKGROUNDS = (work_dir(f"data/{name}") for name in ("bank", "bank_test", "backgrounds"))


def add_training_folders(parser: argparse.ArgumentParser) -> None:
    """Add what the scenes of a training are made of."""
    add_bank_folder(parser, BANK)
    add_backgrounds_folder(parser)
    about = "a bank of photographs, for some of the faces (none)"
    parser.add_argument("--photographs", type=Path, metavar="FOLDER", help=about)


def add_bank_folder(parser: argparse.ArgumentParser, default: Path) -> None:
    """Add --bank."""
    parser.add_argument("--bank", type=Path, default=default, help="folder of cut-outs (default: %(default)s)")


def add_backgrounds_folder(parser: argparse.ArgumentParser) -> None:
    """Add --backgrounds."""
    about = "folder of photographs (default: %(default)s)"
    parser.add_argument("--backgrounds", type=Path, default=BACKGROUNDS, help=about)


def add_whole(parser: argparse.ArgumentParser, use: str) -> None:
    """Add --whole; `use` says what becomes of its photographs."""
    about = f"labelled photographs of one face each, as `fsanet profile` writes them: {use} (none)"
    parser.add_argument("--whole", type=Path, metavar="FOLDER", help=about)


def ingredients_of(args: argparse.Namespace) -> "Ingredients":
    """What the options name for scenes."""
    from fsanet.scenes.ingredients import Ingredients

    return Ingredients(args.bank, args.backgrounds, args.photographs, whole=getattr(args, "whole", None))
