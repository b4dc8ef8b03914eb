"""From spools to a file: checked, joined, and put in place in one step."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from runner.events import Captured, Section
from runner.safe_files import (
    FileTrouble,
    create,
    fitting,
    folder_of,
    open_existing,
    replace,
    token,
)
from runner.spool import header

_CHUNK = 1 << 20
_LEFTOVER = re.compile(r"\.[0-9a-f]{8}\.(partial|tmp)$")
_LEFTOVER_AGE = 3600.0


class Placed(NamedTuple):
    """A file as this run left it: where its sections lie, and how to tell if it was touched."""

    sections: tuple[Section, ...]
    encoding: str
    size: int
    modified_ns: int


class _Part(NamedTuple):
    """Bytes of an open file to be copied, and the header that goes above them."""

    file: BinaryIO
    section: Section
    encoding: str


def put_in_place(
    root: Path,
    path: Path,
    captures: Sequence[Captured],
    before: Placed | None,
    keep_partial: bool = False,
) -> Placed:
    """Makes `path` hold what `before` says it holds, and `captures` after it.

    An older `<path>.partial` goes, since a whole file took its place, unless `keep_partial`.

    Raises FileTrouble (the old file untouched, the spools kept) when a spool is not what its
    worker said, when somebody else changed the file meanwhile, or when it cannot be written.
    """
    encoding = captures[0].encoding
    with folder_of(root, path) as (folder, name):
        for captured in captures:
            _check(folder, path, captured)
        sections = [section for captured in captures for section in captured.sections]
        if before is None and _is_the_file(captures):
            replace(folder, _spool(path, captures[0]), name)
        else:
            with _parts(folder, path, captures, before) as parts:
                sections = _write(folder, name, parts)
            _unlink(folder, *(_spool(path, captured) for captured in captures))
        if not keep_partial:
            _unlink(folder, fitting(name, ".partial"))
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return Placed(tuple(sections), encoding, status.st_size, status.st_mtime_ns)


def set_aside(root: Path, path: Path, captures: Sequence[Captured]) -> Path | None:
    """Leaves what did come as `<path>.partial`, for people to look at; None if nothing came."""
    with folder_of(root, path) as (folder, name):
        if not any(captured.size for captured in captures):
            _unlink(folder, *(_spool(path, captured) for captured in captures))
            return None
        partial = fitting(name, ".partial")
        if _is_the_file(captures):
            replace(folder, _spool(path, captures[0]), partial)
            return path.with_name(partial)
        with _parts(folder, path, captures, None) as parts:
            _write(folder, partial, parts)
        _unlink(folder, *(_spool(path, captured) for captured in captures))
        return path.with_name(partial)


def discard(root: Path, captured: Captured) -> None:
    """Removes a spool that nobody wants."""
    path = Path(captured.target)
    with folder_of(root, path) as (folder, _):
        _unlink(folder, _spool(path, captured))


def read_spool(root: Path, captured: Captured) -> bytes:
    """A spool's content, checked against what its worker said of it."""
    path = Path(captured.target)
    with folder_of(root, path) as (folder, _):
        _check(folder, path, captured)
        with os.fdopen(open_existing(folder, _spool(path, captured)), "rb") as file:
            return file.read()


def sweep(root: Path, path: Path) -> None:
    """Removes what runs that were killed left beside `path`: unlocked and over an hour old."""
    oldest = time.time() - _LEFTOVER_AGE
    with suppress(OSError, FileTrouble), folder_of(root, path) as (folder, _):
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if _LEFTOVER.search(entry.name)]
        for name in names:
            if _abandoned(folder, name, oldest):
                _unlink(folder, name)


def _abandoned(folder: int, name: str, oldest: float) -> bool:
    fd = open_existing(folder, name)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return os.fstat(fd).st_mtime < oldest
    except BlockingIOError:
        return False
    finally:
        os.close(fd)


def _is_the_file(captures: Sequence[Captured]) -> bool:
    """Whether the one spool there is needs nothing more: a single part, or parts that its
    worker has put under their headers."""
    if len(captures) != 1:
        return False
    (captured,) = captures
    if len(captured.sections) == 1:
        return captured.size == captured.sections[0].size
    at = 0
    for section in captured.sections:
        at += len(header(section, captured.encoding))
        if section.offset != at:
            return False
        at += section.size
    return at == captured.size


def _spool(path: Path, captured: Captured) -> str:
    folder, name = os.path.split(captured.partial)
    if folder != os.fspath(path.parent) or name in ("", path.name):
        raise FileTrouble(
            f"{captured.partial} is not beside {path}: a defect in playrun, please report it"
        )
    return name


def _check(folder: int, path: Path, captured: Captured) -> None:
    size, digest = _measured(folder, _spool(path, captured), captured.size)
    if size != captured.size or digest != captured.sha256:
        raise FileTrouble(
            f"{captured.partial} is not what was written there "
            f"({size} bytes instead of {captured.size}, or altered); {path} was not replaced",
            hint="does something else write into the output folder?",
        )


def _measured(folder: int, name: str, expected: int) -> tuple[int, str]:
    """Size and SHA-256 of a spool; of one that is longer than expected only the size is right."""
    digest = hashlib.sha256()
    size, room = 0, min(expected + 1, _CHUNK)
    fd = open_existing(folder, name)
    try:
        while size <= expected and (chunk := os.read(fd, room)):
            digest.update(chunk)
            size += len(chunk)
            if len(chunk) < room:
                break  # the end of a file: nearly always the first read is the only one
        if size > expected:
            size = os.fstat(fd).st_size
    finally:
        os.close(fd)
    return size, digest.hexdigest()


@contextmanager
def _parts(
    folder: int, path: Path, captures: Sequence[Captured], before: Placed | None
) -> Iterator[list[_Part]]:
    files: list[BinaryIO] = []
    parts: list[_Part] = []
    try:
        if before is not None:
            files.append(_reopen(folder, path, before))
            parts += [_Part(files[-1], section, before.encoding) for section in before.sections]
        for captured in captures:
            files.append(os.fdopen(open_existing(folder, _spool(path, captured)), "rb"))
            parts += [_Part(files[-1], section, captured.encoding) for section in captured.sections]
        yield parts
    finally:
        for file in files:
            file.close()


def _reopen(folder: int, path: Path, before: Placed) -> BinaryIO:
    file = os.fdopen(open_existing(folder, path.name), "rb")
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns) == (before.size, before.modified_ns):
        return file
    file.close()
    raise FileTrouble(
        f"{path} was changed by somebody else during the run, so nothing was added to it"
    )


def _write(folder: int, name: str, parts: Sequence[_Part]) -> list[Section]:
    """Writes the parts, each under its header, and gives where they came to lie."""
    temporary = fitting(name, f".{token()}.tmp")
    sections: list[Section] = []
    try:
        with os.fdopen(create(folder, temporary), "wb") as out:
            for part in parts:
                out.write(header(part.section, part.encoding))
                offset = out.tell()
                _copy(part, out)
                section = part.section
                sections.append(Section(section.prompt, section.command, offset, section.size))
        replace(folder, temporary, name)
    except BaseException:
        _unlink(folder, temporary)
        raise
    return sections


def _copy(part: _Part, out: BinaryIO) -> None:
    part.file.seek(part.section.offset)
    left = part.section.size
    while left > 0 and (chunk := part.file.read(min(left, _CHUNK))):
        out.write(chunk)
        left -= len(chunk)


def _unlink(folder: int, *names: str) -> None:
    for name in names:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
