"""`make demo`: poses in bundled photos and a clip, drawn and in rows.

python -m demo.demo
"""

import sys
from pathlib import Path

from fsanet.cli import main as fsanet_command
from fsanet.console import EXIT_OK, run_command

DEMO = Path(__file__).resolve().parent
OUTPUT = DEMO / "output"
SOURCES = ("collins.jpg", "hopper.jpg", "group.jpg", "clip.mp4")


@run_command
def main(argv: list[str] | None = None) -> int:
    """Estimate poses in the bundled pictures and clip with the settings of `argv` (as `fsanet estimate` takes them)."""
    sources = [str(DEMO / "assets" / name) for name in SOURCES]
    rows = [OUTPUT / "poses.csv", OUTPUT / "poses.jsonl"]
    options = ["--out", str(OUTPUT), *(word for path in rows for word in ("--rows", str(path)))]
    code = fsanet_command(["estimate", *sources, *options, *(argv if argv is not None else sys.argv[1:])])
    if code == EXIT_OK:
        print(f"\nAnnotated pictures and clip, poses.csv and poses.jsonl: {OUTPUT}")
    return code


if __name__ == "__main__":
    sys.exit(main())
