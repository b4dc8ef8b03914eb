"""A NetBox with a few recorded devices, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "0123456789abcdef"
DATA = json.loads((Path(__file__).parent / "data/netbox/answers.json").read_text())


class NetBox:
    """What the server was asked, and how it behaves."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.tokens: list[str | None] = []
        self.page_size = 50
        self.answer: tuple[int, bytes] | None = None
        """Said instead of everything else."""
        self.location: str | None = None
        self.next_at: str | None = None
        """Where the next page is said to be."""
        self.url = ""

    def page(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
        results = [item for item in DATA[path] if _fits(item, query)]
        start = int(query.get("offset", ["0"])[0])
        end = start + self.page_size
        more = f"{self.next_at or self.url}{path}?limit={self.page_size}&offset={end}"
        return {
            "count": len(results),
            "next": more if end < len(results) else None,
            "previous": None,
            "results": results[start:end],
        }


def _fits(item: dict[str, Any], query: dict[str, list[str]]) -> bool:
    roles = query.get("role")
    return roles is None or (item.get("role") or {}).get("slug") in roles


@contextmanager
def netbox() -> Iterator[NetBox]:
    state = NetBox()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            state.asked.append((parts.path, query))
            token = self.headers.get("Authorization")
            state.tokens.append(token)
            if state.answer is not None:
                self._say(*state.answer)
            elif token != f"Token {TOKEN}":
                self._say(403, b'{"detail": "Invalid token"}')
            else:
                self._say(200, json.dumps(state.page(parts.path, query)).encode())

        def _say(self, code: int, body: bytes) -> None:
            self.send_response(code)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
