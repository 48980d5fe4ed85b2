"""The whole page as one HTML file: modules as data addresses in an import map, all else as packed base64 text."""

import base64
import gzip
import json
import re
from collections.abc import Mapping

_IMPORT = re.compile(r'(\bfrom\s*|\bimport\s*)"(\.\.?/[^"]+)"')


def one_file(html: str, files: Mapping[str, bytes], entry: str) -> str:
    """Put all files into the page.

    Args:
        html: the page with the marks `<!-- head -->` and `<!-- scripts -->`.
        files: content by name, as they would lie beside the page.
        entry: name of the module that starts it.

    Returns:
        A page that needs nothing else, and opens from a disk as well.
    """
    modules = {
        name: content.decode() for name, content in files.items() if name.endswith(".js") or name in _imported(files)
    }
    addresses = {f"page/{name}": _data_address(_bare_imports(name, text)) for name, text in modules.items()}
    assets = [
        _asset(name, content) for name, content in files.items() if name not in modules and not name.endswith(".css")
    ]
    styles = "".join(
        f"<style>\n{content.decode()}</style>\n" for name, content in files.items() if name.endswith(".css")
    )
    scripts = [
        f'<script type="importmap">{json.dumps({"imports": addresses})}</script>',
        *assets,
        f'<script type="module">import "page/{entry}";</script>',
    ]
    return html.replace("<!-- head -->", styles).replace("<!-- scripts -->", "\n".join(scripts))


def _imported(files: Mapping[str, bytes]) -> set[str]:
    """Modules that ours import by name, whatever their suffix."""
    found = set()
    for name, content in files.items():
        if name.endswith(".js"):
            found |= {_resolve(name, match[2]) for match in _IMPORT.finditer(content.decode())}
    return found


def _bare_imports(name: str, text: str) -> str:
    """Relative imports as names of the import map: a module in a data address has no place to start from."""
    return _IMPORT.sub(lambda match: f'{match[1]}"page/{_resolve(name, match[2])}"', text)


def _resolve(name: str, relative: str) -> str:
    parts = name.split("/")[:-1]
    for part in relative.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _data_address(text: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()


def _asset(name: str, content: bytes) -> str:
    packed = base64.b64encode(gzip.compress(content, mtime=0)).decode()
    return f'<script type="application/gzip" id="asset:{name}">{packed}</script>'
