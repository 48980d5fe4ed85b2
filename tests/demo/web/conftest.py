"""Node, to run the page's modules; and Chromium, to run the page."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

JS = Path(__file__).resolve().parents[3] / "demo" / "web" / "js"


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs JavaScript outside of a browser."""
    program = shutil.which("node")
    if not program:
        pytest.skip("Node is not installed: the page's modules cannot be run without a browser")
    return program


@pytest.fixture(scope="session")
def in_node(node) -> Callable:
    """Runs JavaScript that may use some modules of the page: in_node("return area(given)", ["boxes.js"], given).

    What the body returns comes back through JSON.
    """

    def run(body: str, modules: list[str], given: object = None) -> object:
        imports = "".join(f"Object.assign(globalThis, await import('{(JS / name).as_uri()}'));\n" for name in modules)
        script = f"{imports}const given = {json.dumps(given)};\nconst f = async () => {{ {body} }};\n"
        script += "process.stdout.write(JSON.stringify(await f()));"
        command = [node, "--input-type=module", "--experimental-default-type=module", "--no-warnings", "-"]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def chromium() -> Callable:
    """Opens a headless Chromium with some flags: with chromium(["--flag"]) as browser."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not program:
        pytest.skip("Chromium is not installed: the page cannot be tried in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

    @contextmanager
    def launch(flags: list[str]) -> Iterator:
        with playwright.sync_playwright() as driver:
            arguments = [*quiet, "--disable-component-update", "--disable-sync", *flags]
            browser = driver.chromium.launch(executable_path=program, args=arguments)
            try:
                yield browser
            finally:
                browser.close()

    return launch
