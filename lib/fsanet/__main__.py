"""`python -m fsanet`: the same as the `fsanet` command."""

import sys

from fsanet.cli import main

if __name__ == "__main__":
    sys.exit(main())
