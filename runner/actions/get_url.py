"""`get_url`: a file from the web."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from runner.actions.api import Base, Call, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import BACKUP, FILE_PARAMETERS, described, settle, wanted
from runner.actions.filesystem.places import (
    destination,
    own,
    reads_and_writes,
    refuse_planted_links,
)
from runner.actions.filesystem.writing import New, alone, md5, put, sha1
from runner.actions.stat import CHECKSUMS
from runner.actions.web.request import WEB_PARAMETERS, Request, headers_of, url_of
from runner.errors import ActionFailed
from runner.platforms.model import Platform

if TYPE_CHECKING:
    from runner.actions.web.client import Answer

_NAME = r"(?i)filename=\"?([^\";]+)"
_DIGEST = r"[0-9A-Fa-f]{32,128}"
_LARGEST = 2_000_000_000
"""Bytes of a file that are fetched at most."""


class GetUrl(Base):
    """Fetches `url` into the file or folder `dest`.

    A file that is there is asked for again only if it is newer there, `force` says so, or its
    `checksum` is not the one wanted.
    """

    parameters: Mapping[str, Parameter] = {
        **WEB_PARAMETERS,
        "dest": Parameter("text", required=True, says="The file, or the folder it goes into."),
        "checksum": Parameter("text", says="`sha256:…`: what the file must have."),
        "backup": BACKUP,
        "timeout": Parameter("number", default=10, says="Seconds without an answer."),
        "tmp_dest": Parameter("text", says="Accepted; the file is built beside its place."),
        **FILE_PARAMETERS,
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A shared file, unless its path names the host."""
        return reads_and_writes(args, writes="dest")

    def run(self, call: Call) -> Outcome:
        """Changed when the file was not there or differed."""
        args = Arguments(call, self.parameters)
        path, url = destination(call, "dest"), url_of(call, args)
        checksum = _checksum(args.text("checksum"))
        folder = path.is_dir()
        have = path.exists() and not folder
        if have and checksum is not None and _fits(path.read_bytes(), checksum):
            return _same(call, args, path, "file already exists")
        asks = have and not args.flag("force") and checksum is None
        headers = {**headers_of(call, args), **(_since(path) if asks else {})}
        if call.check and asks:
            return Outcome(values={"dest": own(path), "url": url, "msg": "not asked"})
        from runner.actions.web.client import ask  # only a task that asks pays for it

        begun = time.monotonic()
        answer = ask(args, Request(url, headers=headers))
        try:
            if answer.status == 304:
                told = _same(call, args, path, "HTTP Error 304: Not Modified")
                return told._replace(values={**told.values, "status_code": 304})
            if answer.status != 200:
                return _refused(answer, url, path, int(time.monotonic() - begun))
            target = _inside(path, answer) if folder else path
            return _fetched(call, args, answer, target, checksum)
        finally:
            answer.close()


def _checksum(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    algorithm, _, digest = text.partition(":")
    if algorithm not in CHECKSUMS or not re.fullmatch(_DIGEST, digest.strip()):
        raise ActionFailed(
            f"`checksum` is no checksum: {text!r}",
            hint=f"write `sha256:` and its digits; known are {', '.join(CHECKSUMS)}",
        )
    return algorithm, digest.strip().lower()


def _fits(data: bytes, checksum: tuple[str, str]) -> bool:
    return hashlib.new(checksum[0], data, usedforsecurity=False).hexdigest() == checksum[1]


def _since(path: Path) -> dict[str, str]:
    stamp = time.gmtime(path.stat().st_mtime)
    return {"If-Modified-Since": time.strftime("%a, %d %b %Y %H:%M:%S GMT", stamp)}


def _same(call: Call, args: Arguments, path: Path, message: str) -> Outcome:
    sides = settle(path, wanted(args), check=call.check)
    values = {"dest": own(path), "url": args.text("url"), "msg": message}
    return Outcome(changed=sides.changed, values={**values, **described(path, follow=True)})


def _refused(answer: Answer, url: str, path: Path, elapsed: int) -> Outcome:
    message = f"Request failed: HTTP Error {answer.status}: {answer.reason}"
    values = {
        "dest": own(path),
        "url": url,
        "status_code": answer.status,
        "response": f"HTTP Error {answer.status}: {answer.reason}",
        "elapsed": elapsed,
        "msg": message,
    }
    return Outcome(values=values, failure=ActionFailed(message))


def _inside(folder: Path, answer: Answer) -> Path:
    """A server may name the file, and no more than that."""
    match = re.search(_NAME, answer.headers.get("Content-Disposition", ""))
    offered = match[1] if match else urlsplit(answer.url).path
    name = os.path.basename(offered.strip())  # noqa: PTH119  it is no path of ours
    name = re.sub(r"[\x00-\x1f\x7f]", "", name)
    name = name.lstrip(".") if match else name
    path = folder / (name if name not in ("", ".", "..") else "index.html")
    refuse_planted_links(path)
    return path


def _fetched(
    call: Call, args: Arguments, answer: Answer, path: Path, checksum: tuple[str, str] | None
) -> Outcome:
    content = _content(call, args, answer)
    if checksum is not None and not _fits(content, checksum):
        raise ActionFailed(
            f"what came from {args.text('url')} does not have the checksum {checksum[1]}"
        )
    want, kept = wanted(args), None
    with alone(call, path):
        old = path.read_bytes() if path.exists() else None
        if old != content and not call.check:
            kept = put(call, path, New(content, want, args.flag("backup"))).backup
        changed = old != content
        if path.exists() and not changed:
            changed = settle(path, want, check=call.check).changed
    values = _told(args, answer, path, content)
    values["checksum_dest"] = sha1(old) if old is not None else None
    if kept is not None:
        values["backup_file"] = kept
    return Outcome(changed=changed, values=values)


def _content(call: Call, args: Arguments, answer: Answer) -> bytes:
    data = bytearray()
    for piece in answer.pieces(call):
        data += piece
        if len(data) > _LARGEST:
            raise ActionFailed(f"{args.text('url')} is larger than {_LARGEST} bytes")
    return bytes(data)


def _told(args: Arguments, answer: Answer, path: Path, content: bytes) -> dict[str, Any]:
    size = answer.headers.get("Content-Length", "unknown")
    return {
        "dest": own(path),
        "url": args.text("url"),
        "src": str(path),
        "checksum_src": sha1(content),
        "md5sum": md5(content),
        "status_code": answer.status,
        "elapsed": 0,
        "msg": f"{answer.reason} ({size} bytes)",
        **described(path, follow=True),
    }
