"""A web server on the loopback with a server's bad habits, for the download tests."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What the server offers, how it misbehaves, and what it was asked.

    Attributes:
        address: its base address.
        pages: {path: content}.
        ranges: whether it knows the Range header.
        break_after: how many bytes it sends before it hangs up, one entry a request; whole answers after that.
        refusals: HTTP codes that it answers first, one a request.
        chunked: send without Content-Length.
        length: what it sends as Content-Length instead of the right one.
        moved: {path: address that it sends on to}.
        raw: what it answers as it is, without a line of HTTP, where that is not empty.
        requests: (path, Range header or None) in order.
    """

    address: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    break_after: list[int] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    chunked: bool = False
    length: str = ""
    moved: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    requests: list[tuple[str, str | None]] = field(default_factory=list)


def handler_of(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = self.headers.get("Range")
            site.requests.append((self.path, wanted))
            if site.raw:
                self.wfile.write(site.raw)
                self.close_connection = True
                return
            if site.refusals:
                self.send_error(site.refusals.pop(0))
                return
            if self.path in site.moved:
                self.send_response(302)
                self.send_header("Location", site.moved[self.path])
                self.end_headers()
                return
            content = site.pages.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and site.ranges else 0
            self.send_response(206 if start else 200)
            if not site.chunked:
                self.send_header("Content-Length", site.length or str(len(content) - start))
            self.end_headers()
            length = site.break_after.pop(0) if site.break_after else len(content)
            self.wfile.write(content[start : start + length])
            self.close_connection = True

        def log_message(self, *_):
            pass

    return Handler


@contextmanager
def serving() -> Iterator[Site]:
    """A running server; it ends with the block."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
