"""The types in the page's comments hold, by TypeScript's checker."""

import json
import subprocess

import pytest

from demo.web.vendor import NpmPackage, fetched, opened

TYPESCRIPT = NpmPackage(
    "typescript", "5.9.3", 4_377_468, "10e108c9cf7d5f2879053dff18515fb405abf2ccef63eaaf017d9c571687a1d3"
)
OPTIONS = {
    "checkJs": True,
    "noEmit": True,
    "strict": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "types": [],
}
ENTRIES = ["js/app.js", "js/worker.mjs", "js/engine.mjs"]


def test_types(node, repository, tmp_path):
    try:
        archive = fetched(TYPESCRIPT)
    except OSError as missing:
        pytest.skip(f"TypeScript is not here: {missing}")
    with opened(TYPESCRIPT, archive) as package:
        wanted = [m for m in package.getmembers() if m.name.endswith(".d.ts") or m.name.endswith("/_tsc.js")]
        package.extractall(tmp_path, wanted, filter="data")
    files = {f"js/{file.name}": file.read_text() for file in (repository / "demo" / "web" / "js").glob("*.*js")}
    files["tsconfig.json"] = json.dumps({"compilerOptions": OPTIONS, "files": ENTRIES})
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    command = [node, str(tmp_path / "package" / "lib" / "_tsc.js"), "--project", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
