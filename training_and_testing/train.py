"""`fsanet train` under its old place: python training_and_testing/train.py --model var_capsule."""

import sys

from fsanet.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
