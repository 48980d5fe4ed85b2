"""Build the page that finds faces and their poses in a browser, with nothing behind it: `make web`.

    python -m demo.web.build                          a folder for any static host: demo/output/web/
    python -m demo.web.build --single                 one file to mail, demo/output/head_pose.html
    python -m demo.web.build --serve --port 8000      the folder on 127.0.0.1, with the headers that threads need
    python -m demo.web.build --webgpu                 with a switch that lets a graphics card compute; 3 MB more

The networks are the bundled ones or an export of one's own (`fsanet export --out my.onnx`, then `--network my.onnx`).
"""

import argparse
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from demo.web.contract import DETECTOR_FILE, DRAWING_FILE, NETWORK_FILE, SAMPLE_FILE, contract
from demo.web.networks import arranged, lighter
from demo.web.serve import server_for
from demo.web.single import one_file
from demo.web.vendor import PLAIN, WEBGPU, RuntimeBuild, runtime_files
from fsanet.console import EXIT_OK, run_command
from fsanet.detectors.scout import BUNDLED as SCOUT_FILE
from fsanet.engines.engine import has_our_weights
from fsanet.engines.onnx_engine import OnnxEngine
from fsanet.errors import InputError
from fsanet.export.onnx_cache import exported_onnx
from fsanet.files import replace_whole, replace_whole_folder
from fsanet.locations import checkout
from fsanet.models.spec import DEFAULT_MODEL, DEFAULT_WEIGHTS

_PAGE = Path(__file__).resolve().parent
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="#0b5cad"/>'
    '<path fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" d="M22 46V16M22 46h28M22 46l18-16"/></svg>'
)
_FOLDER_CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
# In one file everything is inline; still nothing can be sent anywhere.
_SINGLE_CSP = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' data: blob:; style-src 'unsafe-inline'; "
    "img-src blob: data:; media-src blob:; connect-src blob: data:; worker-src blob:; base-uri 'none'; "
    "form-action 'none'"
)
_LISTED = re.compile(r'^const FILES = (\[(?:"[^"\\]*"(?:, )?)*\]);$', re.MULTILINE)  # what the service worker keeps
_LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")  # by macOS and Windows, in folders that somebody looks at


def page_files(
    archive: Path | None = None, network: Path | None = None, build: RuntimeBuild = PLAIN
) -> dict[str, bytes]:
    """Everything that lies beside index.html, by name.

    Args:
        archive: the npm package of ONNX Runtime, where it is not to be fetched.
        network: an ONNX file that reads poses, in place of the bundled one.
        build: of ONNX Runtime.
    """
    root = checkout()
    scripts = {f"js/{path.name}": path.read_bytes() for path in sorted((_PAGE / "js").glob("*.*js"))}
    poses = network or exported_onnx(DEFAULT_MODEL, DEFAULT_WEIGHTS)
    name = (network.stem, "of one's own") if network else (DEFAULT_MODEL, DEFAULT_WEIGHTS)
    engine = OnnxEngine(poses)
    settings = contract(*name, build, engine.expected, has_our_weights(engine))
    return {
        **scripts,
        "style.css": (_PAGE / "style.css").read_bytes(),
        "contract.json": json.dumps(settings, indent=1).encode(),
        **{f"vendor/{name}": content for name, content in runtime_files(build, archive).items()},
        NETWORK_FILE: lighter(arranged(poses.read_bytes())),
        DETECTOR_FILE: arranged(SCOUT_FILE.read_bytes()),
        SAMPLE_FILE: (root / "demo" / "assets" / "group.jpg").read_bytes(),
        DRAWING_FILE: (root / "docs" / "images" / "angles.jpg").read_bytes(),
    }


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """The page as a folder, whole or not at all; an earlier page is replaced.

    Raises:
        InputError: when there is something else.
    """
    _check_free(folder)
    head = [
        '<link rel="stylesheet" href="style.css">',
        '<link rel="manifest" href="app.webmanifest">',
        '<link rel="icon" href="icon.svg" type="image/svg+xml">',
        *_preloads(files),
    ]
    html = _html(_FOLDER_CSP).replace("<!-- head -->", "\n".join(head))
    html = html.replace("<!-- scripts -->", '<script type="module" src="js/app.js"></script>')
    whole = {**files, "index.html": html.encode(), "icon.svg": _ICON.encode(), "app.webmanifest": _manifest()}
    whole["sw.js"] = _service_worker(whole)
    with replace_whole_folder(folder) as temporary:
        for name, content in whole.items():
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).write_bytes(content)


def _check_free(folder: Path) -> None:
    """That nobody's files are lost where the page is put.

    Raises:
        InputError: when they would be.
    """
    if not folder.exists():
        return
    wanted = f"The page goes to a new or empty folder or in place of an earlier page, and '{folder}'"
    if not folder.is_dir():
        raise InputError(f"{wanted} is a file: name a folder.")
    written = _earlier_page(folder)
    for name in _files(folder):
        if name not in written and Path(name).name not in _LEFT_BY_SYSTEMS:
            raise InputError(f"{wanted} holds other files, such as '{name}': name another one.")


def _files(folder: Path) -> Iterator[str]:
    """Names of the files and links in a folder and below, those of each folder before those of the next."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if Path(root, name).is_symlink()]
        yield from (Path(root, name).relative_to(folder).as_posix() for name in sorted([*names, *links]))


def _earlier_page(folder: Path) -> set[str]:
    """Names of the files that an earlier build wrote to a folder, by the list in its service worker; none elsewhere."""
    worker = folder / "sw.js"
    listed = _LISTED.search(worker.read_text(encoding="utf-8", errors="replace")) if worker.is_file() else None
    return {*json.loads(listed[1]), worker.name} if listed else set()


def write_single(path: Path, files: Mapping[str, bytes]) -> None:
    """The page as one file."""
    with replace_whole(path) as temporary:
        temporary.write_text(one_file(_html(_SINGLE_CSP), files, "js/app.js"), encoding="utf-8")


def _preloads(files: Mapping[str, bytes]) -> list[str]:
    """What lets a browser fetch everything at once, not one file when it has read the one before."""
    modules = [name for name in files if name.endswith(".js")]
    data = [name for name in files if name.endswith((".json", ".onnx", ".wasm"))]
    return [
        *(f'<link rel="modulepreload" href="{name}">' for name in modules),
        *(f'<link rel="preload" href="{name}" as="fetch" crossorigin>' for name in data),
    ]


def _html(csp: str) -> str:
    return (_PAGE / "index.html").read_text(encoding="utf-8").replace("@CSP@", csp)


def _manifest() -> bytes:
    icon = {"src": "icon.svg", "sizes": "any", "type": "image/svg+xml"}
    record = {
        "name": "Head pose, on this device",
        "short_name": "Head pose",
        "start_url": "./",
        "display": "standalone",
    }
    return json.dumps({**record, "background_color": "#101418", "theme_color": "#0b5cad", "icons": [icon]}).encode()


def _service_worker(files: Mapping[str, bytes]) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + files[name])
    text = (_PAGE / "sw.js").read_text(encoding="utf-8").replace("@VERSION@", digest.hexdigest()[:16])
    return re.sub(r'\["@FILES@"\]', json.dumps(["./", *sorted(files)]), text).encode()


@run_command
def main(argv: list[str] | None = None) -> int:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output = Path("demo") / "output"
    parser.add_argument(
        "--out",
        type=Path,
        help=f"folder, new, empty or of an earlier page, or file (default: {output}/web or {output}/head_pose.html)",
    )
    parser.add_argument("--single", action="store_true", help="one HTML file that holds everything")
    parser.add_argument("--serve", action="store_true", help="serve the folder on 127.0.0.1 until Ctrl-C")
    parser.add_argument("--port", type=int, default=8000, help="of --serve (default: %(default)s)")
    parser.add_argument("--webgpu", action="store_true", help="with a switch that lets a graphics card compute")
    parser.add_argument("--network", type=Path, help="an ONNX file of `fsanet export` that reads the poses")
    parser.add_argument("--archive", type=Path, help="the npm package of ONNX Runtime, where it is not to be fetched")
    args = parser.parse_args(argv)
    files = page_files(args.archive, args.network, WEBGPU if args.webgpu else PLAIN)
    if args.single:
        path = args.out or checkout() / output / "head_pose.html"
        write_single(path, files)
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, opens in a browser as it is.")
        return EXIT_OK
    folder = args.out or checkout() / output / "web"
    write_folder(folder, files)
    print(f"{folder}: {sum(map(len, files.values())) / 1e6:.1f} MB, for any static host.")
    if args.serve:
        with server_for(folder, args.port) as server:
            print(f"http://127.0.0.1:{server.server_address[1]}/ until Ctrl-C", flush=True)
            server.serve_forever()
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
