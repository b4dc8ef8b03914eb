"""HTTP as `uri` and `get_url` need it: one request, its answer read within bounds.

Imported when it is first used: it brings much with it.
"""

from __future__ import annotations

import base64
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage
from http.cookiejar import CookieJar
from typing import IO, Any
from urllib.parse import urlsplit

from runner.actions.api import Call
from runner.actions.arguments.reading import Arguments
from runner.actions.web.request import NoAnswer, Request, is_secret, shown
from runner.errors import ActionFailed

_CHUNK = 1 << 16
_SCHEMES = ("http", "https")


class Answer:
    """What came: `status`, `headers`, where it came from, and its body, to be read once."""

    def __init__(self, response: Any, cookies: CookieJar) -> None:
        self._response = response
        self.status: int = response.status if hasattr(response, "status") else response.code
        self.reason: str = response.reason or ""
        self.headers: HTTPMessage = response.headers
        self.url: str = response.geturl()
        self.cookies = {cookie.name: cookie.value or "" for cookie in cookies}

    def pieces(self, call: Call) -> Iterator[bytes]:
        """The body, piece by piece. Raises ActionFailed, for one that is not whole too."""
        try:
            while piece := self._response.read1(_CHUNK):
                if call.cancelled():
                    raise ActionFailed("the transfer was ended, since the run was cut off")
                yield piece
        except (OSError, HTTPException) as error:
            raise ActionFailed(f"the answer of {shown(self.url)} broke off: {error}") from error
        if missing := getattr(self._response, "length", None):
            raise ActionFailed(
                f"the answer of {shown(self.url)} broke off: {missing} bytes are missing"
            )

    def body(self, call: Call) -> bytes:
        """The whole body. Raises ActionFailed when it is more than may be registered."""
        data = bytearray()
        for piece in self.pieces(call):
            data += piece
            if len(data) > call.max_register:
                raise ActionFailed(
                    f"the answer of {shown(self.url)} is larger than `max_register` "
                    f"({call.max_register} bytes)",
                    hint="write it to a file with `dest`",
                )
        return bytes(data)

    def close(self) -> None:
        """Ends the connection."""
        self._response.close()


def ask(args: Arguments, request: Request) -> Answer:
    """Sends a request; any status is an answer. Raises NoAnswer, ActionFailed."""
    parts = urlsplit(request.url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ActionFailed(
            f"`url` is no address of the web: {shown(request.url)}",
            hint="it begins with http:// or https://",
        )
    cookies = CookieJar()
    opener = urllib.request.build_opener(*_handlers(args, request, cookies))
    try:
        sent = urllib.request.Request(  # noqa: S310  the scheme was looked at
            request.url, data=request.body, method=request.method
        )
        for name, value in {**_own(args), **request.headers}.items():
            sent.add_header(name, str(value))
        return Answer(opener.open(sent, timeout=args.seconds("timeout")), cookies)
    except urllib.error.HTTPError as error:
        return Answer(error, cookies)
    except urllib.error.URLError as error:
        raise NoAnswer(f"no answer from {shown(request.url)}: {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(f"no answer from {shown(request.url)}: {error}") from error


def _own(args: Arguments) -> dict[str, str]:
    headers = {"User-Agent": args.text("http_agent")}
    if args.flag("force"):
        headers["Cache-Control"] = "no-cache"
    if args.flag("force_basic_auth") and args.has("url_username"):
        pair = f"{args.text('url_username')}:{args.secret('url_password')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return headers


def _handlers(args: Arguments, request: Request, cookies: CookieJar) -> list[Any]:
    handlers: list[Any] = [
        _Redirects(request.redirects),
        urllib.request.HTTPSHandler(context=_context(args)),
        urllib.request.HTTPCookieProcessor(cookies),
    ]
    if not args.flag("use_proxy"):
        handlers.append(urllib.request.ProxyHandler({}))
    if args.has("url_username") and not args.flag("force_basic_auth"):
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(
            None, request.url, args.text("url_username"), args.secret("url_password")
        )
        handlers += [
            urllib.request.HTTPBasicAuthHandler(known),
            urllib.request.HTTPDigestAuthHandler(known),
        ]
    return handlers


def _context(args: Arguments) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=args.text("ca_path") or None)
        if not args.flag("validate_certs"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if args.has("client_cert"):
            context.load_cert_chain(args.text("client_cert"), args.text("client_key") or None)
    except OSError as error:
        raise ActionFailed(f"cannot read a certificate or key: {error}") from error
    return context


def _is_as_safe(url: str, other: str) -> bool:
    """Whether what was meant for one address may be told at another."""
    old, new = urlsplit(url), urlsplit(other)
    plainer = old.scheme == "https" and new.scheme != "https"
    return old.netloc == new.netloc and not plainer


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows where the policy allows, and takes no password to another host."""

    def __init__(self, policy: str) -> None:
        self._policy = policy

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        method = req.get_method()
        if not self._follows(method) or urlsplit(newurl).scheme not in _SCHEMES:
            return None
        if self._policy == "urllib2":
            return super().redirect_request(req, fp, code, msg, headers, newurl)
        changes = code == 303 or (code == 302) or (code == 301 and method == "POST")
        if changes and method != "HEAD":
            method = "GET"
        body = req.data if method == req.get_method() else None
        new = urllib.request.Request(newurl, data=body, method=method)  # noqa: S310
        for name, value in req.headers.items():
            if is_secret(name) and not _is_as_safe(req.full_url, newurl):
                continue
            if body is None and name.lower() in ("content-length", "content-type"):
                continue
            new.add_header(name, value)
        return new

    def _follows(self, method: str) -> bool:
        if self._policy == "safe":
            return method in ("GET", "HEAD")
        return self._policy not in ("none", "no")

    http_error_308 = urllib.request.HTTPRedirectHandler.http_error_302
