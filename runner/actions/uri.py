"""`uri`: ask a web service."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from runner.actions.api import Base, Call, Effect, Effects, OneOf, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import FILE_PARAMETERS, described, settle, wanted
from runner.actions.filesystem.places import (
    destination,
    find_source,
    location,
    own,
    refuse_planted_links,
)
from runner.actions.filesystem.writing import New, alone, put, read_bytes
from runner.actions.web.request import WEB_PARAMETERS, NoAnswer, Request, headers_of, url_of
from runner.errors import ActionFailed
from runner.platforms.model import Platform

if TYPE_CHECKING:
    from runner.actions.web.client import Answer

_FORMATS = ("raw", "json", "form-urlencoded", "form-multipart")
_REDIRECTS = ("all", "no", "none", "safe", "urllib2", "yes")
_JSON = re.compile(r"(?:[\w.+-]+/)?(?:json|javascript|[\w.-]+\+json)$", re.IGNORECASE)


class Uri(Base):
    """Sends a request; the answer's status, headers and, if wanted, content are the result."""

    parameters: Mapping[str, Parameter] = {
        **WEB_PARAMETERS,
        "method": Parameter("text", default="GET", says="What to do there."),
        "body": Parameter("any", says="What is sent."),
        "body_format": Parameter(
            "text", default="raw", choices=_FORMATS, says="How the body is written."
        ),
        "src": Parameter("text", says="A file that is sent."),
        "remote_src": Parameter("flag", default=False, says="`src` is not looked for in `files/`."),
        "status_code": Parameter("list", default=[200], says="Which answers are good."),
        "return_content": Parameter("flag", default=False, says="Give the answer as `content`."),
        "follow_redirects": Parameter(
            "text", default="safe", choices=_REDIRECTS, says="Whether to go where we are sent."
        ),
        "dest": Parameter("text", says="A file, or a folder, that gets the answer."),
        "creates": Parameter("text", says="Do nothing if this file is there."),
        "removes": Parameter("text", says="Do nothing if this file is not there."),
        **FILE_PARAMETERS,
    }
    one_of: OneOf = OneOf(("body", "src"), needed=False)

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It may change what hosts share: a service, a file."""
        return frozenset({Effect.SHARED_WRITE})

    def run(self, call: Call) -> Outcome:
        """Fails when the answer's status is not one of the good ones."""
        args = Arguments(call, self.parameters)
        found = _not_needed(call, args)
        if found is not None:
            text = f"skipped, since '{found}"
            return Outcome(values={"stdout": text, "stdout_lines": [text]})
        request = _request(call, args)
        if args.has("dest"):
            destination(call, "dest")  # Refused before anything is asked.
        if call.check:
            return Outcome(skipped="check mode: not asked")
        from runner.actions.web.client import ask  # only a task that asks pays for it

        good = _statuses(args)
        begun = time.monotonic()
        try:
            answer = ask(args, request)
        except NoAnswer as error:
            return _nothing(args, request, good, error)
        elapsed = int(time.monotonic() - begun)
        try:
            return _Told(call, args, request, answer, good, elapsed).outcome()
        finally:
            answer.close()


def _not_needed(call: Call, args: Arguments) -> str | None:
    if args.text("creates") and location(call, "creates").exists():
        return f"{args.text('creates')}' exists"
    if args.text("removes") and not location(call, "removes").exists():
        return f"{args.text('removes')}' does not exist"
    return None


def _statuses(args: Arguments) -> list[int]:
    try:
        return [int(text) for text in args.texts("status_code")]
    except ValueError:
        given = args.get("status_code")
        raise ActionFailed(f"`status_code` holds what is no number: {given!r}") from None


def _request(call: Call, args: Arguments) -> Request:
    method = args.text("method").upper()
    if not re.fullmatch("[A-Z]+", method):
        raise ActionFailed(f"`method` is one word, like GET or POST; not {method!r}")
    headers = headers_of(call, args)
    body, kind = _body(call, args)
    if kind and "content-type" not in map(str.lower, headers):
        headers["Content-Type"] = kind
    return Request(url_of(call, args), method, headers, body, args.text("follow_redirects"))


def _body(call: Call, args: Arguments) -> tuple[bytes | None, str | None]:
    """What is sent, and what kind of content it is."""
    if args.has("src"):
        here = args.flag("remote_src")
        name = args.text("src")
        path = location(call, "src") if here else find_source(call.paths, name, "files")
        return read_bytes(path), None
    body, form = args.get("body"), args.text("body_format")
    if form == "json":
        text = body if isinstance(body, str) else json.dumps(body)
        return text.encode(), "application/json"
    if form == "form-urlencoded":
        text = body if isinstance(body, str) else urlencode(_pairs(body))
        return text.encode(), "application/x-www-form-urlencoded"
    if form == "form-multipart":
        return _multipart(call, body)
    if body is None:
        return None, None
    text = body if isinstance(body, str) else json.dumps(body)
    return text.encode("utf-8", "surrogateescape"), None


def _pairs(body: Any) -> list[tuple[str, str]]:
    """The fields of a form; a field with a list is sent once for each of its values."""
    items = list(body.items()) if isinstance(body, dict) else body
    found: list[tuple[str, str]] = []
    try:
        for name, values in items or []:
            several = values if isinstance(values, list) else [values]
            found += [(str(name), str(value)) for value in several if value is not None]
    except (TypeError, ValueError):
        raise ActionFailed("`body` of a form must be a mapping, or a list of pairs") from None
    return found


def _multipart(call: Call, body: Any) -> tuple[bytes, str]:
    if not isinstance(body, dict):
        raise ActionFailed("`body` of a form-multipart must be a mapping")
    boundary = secrets.token_hex(16)
    parts = bytearray()
    for name, field in body.items():
        parts += f"--{boundary}\r\n".encode() + _part(call, str(name), field) + b"\r\n"
    parts += f"--{boundary}--\r\n".encode()
    return bytes(parts), f"multipart/form-data; boundary={boundary}"


def _part(call: Call, name: str, field: Any) -> bytes:
    import mimetypes  # with it comes much that other requests do without
    from email.message import Message

    field = field if isinstance(field, dict) else {"content": field}
    filename = field.get("filename")
    content = field.get("content")
    if content is None and filename is None:
        raise ActionFailed(f"field `{name}` of the form has neither `content` nor `filename`")
    if content is None:
        data = read_bytes(find_source(call.paths, str(filename), "files"))
    else:
        data = str(content).encode()
    guessed = mimetypes.guess_type(str(filename))[0] if filename else None
    kind = field.get("mime_type") or guessed or ("text/plain" if not filename else "")
    head = Message()
    head.add_header("Content-Disposition", "form-data", name=name)
    if filename is not None:
        head.set_param("filename", Path(str(filename)).name, header="Content-Disposition")
    head["Content-Type"] = kind or "application/octet-stream"
    lines = "".join(f"{key}: {value}\r\n" for key, value in head.items())
    return lines.encode() + b"\r\n" + data


def _nothing(args: Arguments, request: Request, good: list[int], error: NoAnswer) -> Outcome:
    message = f"Status code was -1 and not {good}: {error.message}"
    values = {
        "status": -1,
        "url": request.url,
        "redirected": False,
        "elapsed": 0,
        "msg": message,
    }
    if args.flag("return_content"):
        values["content"] = ""
    return Outcome(values=values, failure=ActionFailed(message))


class _Told:
    """Makes a result of an answer."""

    def __init__(
        self,
        call: Call,
        args: Arguments,
        request: Request,
        answer: Answer,
        good: list[int],
        elapsed: int,
    ) -> None:
        self._call = call
        self._args = args
        self._request = request
        self._answer = answer
        self._good = answer.status in good
        self._wanted = good
        self._elapsed = elapsed

    def outcome(self) -> Outcome:
        """The status, the headers, and what came if it is wanted."""
        args, answer = self._args, self._answer
        kind = answer.headers.get_content_type()
        is_json = _JSON.match(kind) is not None
        reads = is_json or args.flag("return_content") or args.has("dest")
        data = answer.body(self._call) if reads or self._is_error or not self._good else b""
        values = {**self._head(), **self._written(data)}
        text = data.decode(answer.headers.get_content_charset("utf-8"), "replace")
        if args.flag("return_content"):
            values["content"] = text
        elif self._is_error:
            values["body"] = text
        if is_json:
            with suppress(ValueError):
                values["json"] = json.loads(text)
        changed = values.pop("changed", False)
        if self._good:
            return Outcome(changed=changed, values=values)
        message = f"Status code was {answer.status} and not {self._wanted}: {values['msg']}"
        return Outcome(values={**values, "msg": message}, failure=ActionFailed(message))

    def _head(self) -> dict[str, Any]:
        answer = self._answer
        values: dict[str, Any] = {}
        for name, value in answer.headers.items():
            key = name.replace("-", "_").lower()
            values[key] = f"{values[key]}, {value}" if key in values else value
        if "location" in values:
            values["location"] = urljoin(self._request.url, values["location"])
        size = answer.headers.get("Content-Length", "unknown")
        ours = f"HTTP Error {answer.status}: {answer.reason}"
        return {
            **values,
            "redirected": answer.url != self._request.url,
            "url": answer.url,
            "status": answer.status,
            "msg": f"OK ({size} bytes)" if answer.status < 300 else ours,
            "elapsed": self._elapsed,
            **({} if self._is_error else _cookies(answer)),
        }

    @property
    def _is_error(self) -> bool:
        return self._answer.status >= 300

    def _written(self, data: bytes) -> dict[str, Any]:
        """Puts the answer where `dest` says."""
        if not self._args.has("dest"):
            return {}
        path = destination(self._call, "dest")
        if path.is_dir():
            path = path / (Path(urlsplit(self._answer.url).path).name or "index.html")
            refuse_planted_links(path)
        if not self._good or self._answer.status == 304:
            return {"path": own(path)}
        want = wanted(self._args)
        with alone(self._call, path):
            if not path.exists() or path.read_bytes() != data:
                put(self._call, path, New(data, want))
            settle(path, want, check=False)
        return {"changed": True, "path": own(path), **described(path, follow=True)}


def _cookies(answer: Answer) -> dict[str, Any]:
    pairs = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    return {"cookies": answer.cookies, "cookies_string": pairs}
