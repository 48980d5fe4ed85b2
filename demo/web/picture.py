"""A picture of the page for the documents, with its sample: `python -m demo.web.picture docs/images/web.jpg`.

It needs Chromium, and Playwright to drive it.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.web.build import page_files, write_folder
from demo.web.chromium import headless_chromium
from demo.web.serve import serving
from fsanet.console import EXIT_OK, run_command
from fsanet.files import replace_whole

_WIDTH, _HEIGHT = 1280, 790
_READY_MS = 120_000


def write_picture(path: Path, address: str) -> None:
    """The page at an address with its sample, in light colours, as a JPEG."""
    with headless_chromium() as browser:
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light")
        page.set_default_timeout(_READY_MS)
        page.goto(address)
        page.click("#sample:enabled")
        page.locator("#status").filter(has_text="found").wait_for()
        with replace_whole(path) as temporary:
            page.screenshot(path=temporary, type="jpeg", quality=88)


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, help="of the JPEG")
    args = parser.parse_args(argv)
    with TemporaryDirectory() as folder:
        write_folder(Path(folder) / "web", page_files())
        with serving(Path(folder) / "web") as address:
            write_picture(args.path, address)
    print(args.path)
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
