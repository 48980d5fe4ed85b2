"""How fast the page is, in Chromium, with the demo's clip before its camera: `python -m demo.web.speed`.

The figures hold for what else the machine does meanwhile. It needs Chromium, and Playwright to drive it.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from demo.web.build import page_files, write_folder
from demo.web.chromium import CAMERA_WH, headless_chromium, write_camera
from demo.web.serve import serving
from fsanet.console import EXIT_OK, run_command
from fsanet.inference.video.reader import VideoReader
from fsanet.locations import checkout

if TYPE_CHECKING:
    from playwright.sync_api import Page

_CAMERA_FPS = 30
_READY_MS = 120_000
_SETTLE_MS = 10_000  # browsers compile what runs often anew, and the page keeps its files for use offline


class Start(NamedTuple):
    """How the page begins.

    Attributes:
        ready_s: seconds until it can be used, while its networks still load.
        first_pose_s: seconds until it shows the poses of its sample, which is asked for as soon as it can be used.
        says: what it says of itself.
    """

    ready_s: float
    first_pose_s: float
    says: str


def start(page: "Page", address: str) -> Start:
    """Load the page and let it show its sample."""
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("#sample:enabled")
    ready, says = time.perf_counter() - begun, page.inner_text("#about")
    page.click("#sample")
    page.wait_for_selector("#faces td:nth-child(2)")
    first_pose = time.perf_counter() - begun
    page.wait_for_selector("#csv:enabled")
    return Start(ready, first_pose, says)


class Live(NamedTuple):
    """How the camera runs.

    Attributes:
        frames_per_second: median of what the page says of itself.
        frame_cpu_ms: milliseconds that all cores together compute for a frame, all of the browser counted: it depends
            less on what else the machine does.
    """

    frames_per_second: float
    frame_cpu_ms: float


def run_camera(page: "Page", seconds: int) -> Live:
    """Let the page's camera run."""
    page.click("#camera")
    page.locator("#rate").filter(has_text="frames/s").wait_for()
    page.wait_for_timeout(_SETTLE_MS)
    rates, begun = [], _cpu_seconds(page)
    for _ in range(seconds):
        page.wait_for_timeout(1000)
        rates.append(float(page.inner_text("#rate").split()[0]))
    computed = _cpu_seconds(page) - begun
    page.click("#stop")
    return Live(statistics.median(rates), 1000 * computed / max(sum(rates), 1))


def _cpu_seconds(page: "Page") -> float:
    """Of all of the browser's processes so far."""
    browser = page.context.browser
    assert browser is not None  # the page was opened by one
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(process["cpuTime"] for process in processes)


def report(address: str, camera: Path, seconds: int, rounds: int) -> list[str]:
    """The lines that are printed."""
    with headless_chromium(camera) as browser, browser.new_context(permissions=["camera"], bypass_csp=True) as context:
        page = context.new_page()
        page.set_default_timeout(_READY_MS)
        begun = start(page, address)
        live = run_camera(page, seconds)
        stages = page.evaluate(Path(__file__).with_name("stages.js").read_text(encoding="utf-8"), rounds)
        version = browser.version
    width, height = CAMERA_WH
    return [
        f"Chromium {version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} in the last minute. {begun.says}",
        f"ready after {begun.ready_s:.1f} s, first poses (of the sample) after {begun.first_pose_s:.1f} s",
        f"camera of {width}x{height} at {_CAMERA_FPS} frames/s, search on every third: "
        f"{live.frames_per_second:.0f} frames/s, {live.frame_cpu_ms:.0f} ms of processor time a frame",
        *(f"{name}: {milliseconds:.1f} ms" for name, milliseconds in stages.items()),
    ]


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10, help="how long the camera runs (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=15, help="of each stage (default: %(default)s)")
    args = parser.parse_args(argv)
    with TemporaryDirectory() as folder:
        web, camera = Path(folder) / "web", Path(folder) / "camera.y4m"
        write_folder(web, page_files())
        clip = VideoReader(str(checkout() / "demo" / "assets" / "clip.mp4"))
        write_camera(camera, (frame.image_bgr for frame in clip), _CAMERA_FPS)
        with serving(web) as address:
            print("\n".join(report(address, camera, args.seconds, args.rounds)))
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
