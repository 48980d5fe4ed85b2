"""Print a script with which a shell completes the verbs and options of `fsanet`. It needs fsanet[completion].

fsanet completion bash > ~/.local/share/bash-completion/completions/fsanet
fsanet completion zsh > ~/.zfunc/_fsanet
"""

import argparse

from fsanet.console import EXIT_OK
from fsanet.errors import MissingPackageError

SHELLS = ("bash", "zsh", "tcsh")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", choices=SHELLS)


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    try:
        import shtab
    except ImportError:
        raise MissingPackageError("Completion needs shtab: pip install 'fsanet[completion]'.") from None
    print(shtab.complete(args.whole_parser(), args.shell))
    return EXIT_OK
