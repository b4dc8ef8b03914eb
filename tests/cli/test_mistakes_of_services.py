"""What is said when a service that an inventory comes from refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

TOKEN = "t0p-secret-token"


class _Refusing(BaseHTTPRequestHandler):
    """As NetBox answers to a token that it does not know."""

    def do_GET(self) -> None:
        body = b'{"detail": "Invalid token"}'
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_netbox_that_refuses_the_token_is_named_and_the_token_is_not(
    here: Path, playrun: Any, refusing: str
) -> None:
    (here / "nb.yml").write_text(
        f"plugin: netbox.netbox.nb_inventory\napi_endpoint: {refusing}\ntoken: {TOKEN}\n"
    )
    (here / "site.yml").write_text("- hosts: all\n  tasks: [{debug: {msg: hi}}]\n")
    said = playrun("-i", "nb.yml", "site.yml")
    assert said.err.replace(refusing, "<netbox>") == (
        "playrun: nb.yml:1:1: NetBox at <netbox>: the token is missing, wrong or may not read "
        "devices (403)\n"
        "  → check api_endpoint and token\n"
    )
    assert said.code == 1
    assert TOKEN not in said.out + said.err
