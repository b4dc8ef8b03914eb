"""What `uri` and `get_url` ask: their common arguments, a request, and what may be shown of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from runner.actions.api import Call, Parameter
from runner.actions.arguments.reading import Arguments
from runner.errors import ActionFailed
from runner.values import EMPTY

WEB_PARAMETERS: Mapping[str, Parameter] = {
    "url": Parameter("text", required=True, says="Where: `http://…` or `https://…`."),
    "headers": Parameter("mapping", says="Header lines."),
    "url_username": Parameter("text", aliases=("user", "username"), says="Who asks."),
    "url_password": Parameter("text", aliases=("password",), says="The password for that."),
    "force_basic_auth": Parameter(
        "flag", default=False, says="Send it with the first request; else when it is asked for."
    ),
    "validate_certs": Parameter("flag", default=True, says="Refuse a server that cannot prove it."),
    "ca_path": Parameter("text", says="Who is trusted to vouch for servers: a PEM file."),
    "client_cert": Parameter("text", says="Our own certificate: a PEM file."),
    "client_key": Parameter("text", says="Its key, if that is another file."),
    "use_proxy": Parameter("flag", default=True, says="Use the proxy that the environment names."),
    "http_agent": Parameter("text", default="ansible-httpget", says="Who we say we are."),
    "force": Parameter("flag", default=False, says="Let no cache answer."),
    "timeout": Parameter("number", default=30, says="Seconds without an answer."),
}


class Request(NamedTuple):
    """What is asked."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = EMPTY
    body: bytes | None = None
    redirects: str = "all"
    """`all`, `safe` (not when something is changed), `none`, or urllib's own way."""


_CONFIDENTIAL = r"(?i)authori[sz]ation|cookie|token|secret|passw|(?:^|-|api)key$"


def is_secret(header: str) -> bool:
    """Whether what a header line says is for one server alone."""
    return re.search(_CONFIDENTIAL, header) is not None


def headers_of(call: Call, args: Arguments) -> dict[str, str]:
    """The header lines that a task sends. What only the server may know is hidden."""
    headers = {str(name): str(value) for name, value in args.mapping("headers").items()}
    for name, value in headers.items():
        if is_secret(name):
            call.hide(value)
            call.hide(value.rpartition(" ")[2])
    return headers


def url_of(call: Call, args: Arguments) -> str:
    """The address that a task asks. A password in it is hidden."""
    url = args.text("url")
    with suppress(ValueError):
        password = urlsplit(url).password or ""
        call.hide(password)
        call.hide(unquote(password))
    return url


class NoAnswer(ActionFailed):
    """The server could not be reached, or did not speak HTTP."""


def shown(url: str) -> str:
    """An address without the password that may stand in it."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:********@{place}").geturl()
