"""`fsanet prepare` under the name that it has beside the raw sets: python data/preprocess.py --set AFLW2000."""

import sys

from fsanet.cli import main

if __name__ == "__main__":
    sys.exit(main(["prepare", *sys.argv[1:]]))
