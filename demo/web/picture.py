"""A picture of the page for the documents, with its sample: `python -m demo.web.picture docs/images/web.jpg`.

It needs Chromium, and Playwright to drive it.
"""

import argparse
import shutil
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.web.build import page_files, write_folder
from demo.web.serve import server_for
from fsanet.console import EXIT_OK, run_command
from fsanet.files import replace_whole

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
_WIDTH, _HEIGHT = 1280, 790
_READY_MS = 120_000


def chromium() -> str | None:
    """Path of a Chromium on this machine."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def write_picture(path: Path, address: str, program: str) -> None:
    """The page at an address with its sample, in light colours, as a JPEG."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver, driver.chromium.launch(executable_path=program, args=FLAGS) as browser:
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
    program = chromium()
    if program is None:
        raise FileNotFoundError(f"A picture of the page needs Chromium: none of {', '.join(PROGRAMS)} is installed.")
    with TemporaryDirectory() as folder:
        write_folder(Path(folder) / "web", page_files())
        with server_for(Path(folder) / "web") as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            write_picture(args.path, f"http://127.0.0.1:{server.server_address[1]}/", program)
            server.shutdown()
    print(args.path)
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
