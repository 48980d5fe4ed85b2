"""List the model names.

fsanet models
fsanet estimate photo.jpg --model var_capsule
"""

import argparse

from fsanet.console import EXIT_OK
from fsanet.models.spec import MODELS


def add_options(parser: argparse.ArgumentParser) -> None:
    """It has none."""


def run(args: argparse.Namespace) -> int:
    """Print them, one a line."""
    print("\n".join(MODELS))
    return EXIT_OK
