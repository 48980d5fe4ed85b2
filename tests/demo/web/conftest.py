"""Node, to run the page's modules; and Chromium, to run the page."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

JS = Path(__file__).resolve().parents[3] / "demo" / "web" / "js"


@pytest.fixture(scope="session")
def in_node() -> Callable:
    """Runs JavaScript that may use some modules of the page: in_node("return area(given)", ["boxes.js"], given).

    What the body returns comes back through JSON.
    """
    node = shutil.which("node")
    if not node:
        pytest.skip("Node is not installed: the page's modules cannot be run without a browser")

    def run(body: str, modules: list[str], given: object = None) -> object:
        imports = "".join(f"Object.assign(globalThis, await import('{(JS / name).as_uri()}'));\n" for name in modules)
        script = f"{imports}const given = {json.dumps(given)};\nconst f = async () => {{ {body} }};\n"
        script += "process.stdout.write(JSON.stringify(await f()));"
        command = [node, "--input-type=module", "--experimental-default-type=module", "--no-warnings", "-"]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
