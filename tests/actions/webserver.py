"""A web server on loopback that answers as its paths say."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PAIR = "Basic " + base64.b64encode(b"me:secret").decode()


class _Answers(BaseHTTPRequestHandler):
    server_version = "x"
    sys_version = ""

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        path = self.path.split("?")[0]
        if path.startswith("/status/"):
            self._send(int(path.rpartition("/")[2]), b"said so\n", "text/plain")
        elif path.startswith("/redirect/"):
            self.send_response(int(path.rpartition("/")[2]))
            self.send_header("Location", "/echo")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/private" and self.headers.get("Authorization") != _PAIR:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="here"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/text":
            self._send(200, b"some text\n", "text/plain; charset=utf-8", {"X-Our-Own": "1"})
        elif path == "/cookie":
            self._send(200, b"", "text/plain", {"Set-Cookie": "k=v; Path=/"})
        elif path == "/half":
            self._send(200, b"the first half", "text/plain", {"Content-Length": "28"})
        elif path == "/old" and "If-Modified-Since" in self.headers:
            self.send_response(304)
            self.end_headers()
        else:
            self._send(200, self._echo(body), "application/json")

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _answer  # noqa: N815

    def _echo(self, body: bytes) -> bytes:
        wanted = ("Content-Type", "X-Mine", "Authorization", "User-Agent")
        heads = {name: self.headers[name] for name in wanted if name in self.headers}
        if "multipart" in heads.get("Content-Type", ""):
            boundary = heads["Content-Type"].partition("boundary=")[2].strip('"')
            heads["Content-Type"] = "multipart/form-data"
            body = body.replace(boundary.encode(), b"BOUNDARY")
        told = {"method": self.command, "path": self.path, "headers": heads, "body": body.decode()}
        return json.dumps(told).encode()

    def _send(
        self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        heads = {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}
        for name, value in heads.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def webserver() -> Iterator[str]:
    """Its address, without a path."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
