"""`fsanet test` under its old place: python training_and_testing/test.py --weights 300W_LP."""

import sys

from fsanet.cli import main

if __name__ == "__main__":
    sys.exit(main(["test", *sys.argv[1:]]))
