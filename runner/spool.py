"""What a worker writes while a host is being worked on.

`HostFileWriter` spools what a device prints beside the file it is meant for; an output puts
it in its place once it is known to be whole. `HostJournal` holds what was about to be sent
before it is sent. `Transcript` keeps a session's both directions for people.
"""

from __future__ import annotations

import codecs
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from runner.events import Captured, Section
from runner.safe_files import create, fitting, folder_of, token, trouble
from runner.values import MASK

_BUFFER = 1 << 16
_LONGEST_SLUG = 80
_SHORTEST_MASKED = 4
_LONGEST_HELD = 4096
"""Characters of a line that a transcript waits for the rest of."""


class HostFileWriter:
    """Spools one task's output for one host file.

    The spool lies in the target's folder under a name of its own, `<target>.<token>.partial`,
    so the next task may write for the same target while this one's is still being put in
    place. It is locked while it is being written: a spool without a lock is a leftover.

    Raises FileTrouble (a task failure) when the path leaves `root`, meets a symlink or
    cannot be made. What goes wrong while writing is kept and raised by `finish`: a sink
    that raised in the middle of a command would cost the session.
    """

    def __init__(
        self,
        target: Path,
        root: Path,
        encoding: str = "utf-8",
        *,
        redact: Callable[[str], str] | None = None,
    ) -> None:
        self._target = target
        self._root = root
        self._encoding = encoding
        self._redact = redact
        self._name = fitting(target.name, f".{token()}.partial")
        self._digest = hashlib.sha256()
        self._held: list[bytes] = []
        self._size = 0
        self._written = 0
        self._sections: list[Section] = []
        self._open: _Section | None = None
        self._error: OSError | None = None
        with folder_of(root, target) as (folder, _):
            fd = create(folder, self._name)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._fd: int | None = fd

    def section(self, prompt: str, command: str) -> Callable[[str], None]:
        """Begins the next command's part; what it gives takes the pieces of its output."""
        self._end_section()
        hide = self._redact or str
        self._open = _Section(
            hide(prompt), hide(command), self._size, _Lines(self._redact), _encoder(self._encoding)
        )
        return self._write

    def finish(self, complete: bool) -> Captured:
        """Closes the spool. Raises FileTrouble, the spool removed, when it could not be written."""
        self._end_section()
        if not self._written and len(self._sections) > 1:
            self._add_headers()
        self._write_held()
        self._close()
        if self._error is not None:
            self.abort()
            raise trouble(self._target, self._error) from self._error
        return Captured(
            target=str(self._target),
            partial=f"{self._target.parent}/{self._name}",
            sections=tuple(self._sections),
            size=self._size,
            sha256=self._digest.hexdigest(),
            complete=complete,
            encoding=self._encoding,
        )

    def abort(self) -> None:
        """Throws the spool away. Never raises."""
        self._close()
        with suppress(Exception), folder_of(self._root, self._target) as (folder, _):
            os.unlink(self._name, dir_fd=folder)

    def _write(self, piece: str) -> None:
        if self._open is not None and self._error is None:
            self._put(self._open.take(piece))

    def _end_section(self) -> None:
        part, self._open = self._open, None
        if part is None:
            return
        self._put(part.rest())
        self._sections.append(
            Section(part.prompt, part.command, part.offset, self._size - part.offset)
        )

    def _put(self, data: bytes) -> None:
        self._held.append(data)
        self._size += len(data)
        if self._size - self._written >= _BUFFER:
            self._write_held()

    def _add_headers(self) -> None:
        """Makes what is still in memory the file that several commands become: nearly always
        nothing is left to do then but to rename the spool."""
        content, self._held, self._size = b"".join(self._held), [], 0
        sections, self._sections = self._sections, []
        for part in sections:
            self._put(header(part, self._encoding))
            self._sections.append(part._replace(offset=self._size))
            self._put(content[part.offset : part.offset + part.size])

    def _write_held(self) -> None:
        data, self._held = b"".join(self._held), []
        self._written = self._size
        if self._error is not None or self._fd is None:
            return
        self._digest.update(data)
        try:
            _write_all(self._fd, data)
        except OSError as error:
            self._error = error

    def _close(self) -> None:
        if self._fd is None:
            return
        fd, self._fd = self._fd, None
        try:
            os.close(fd)
        except OSError as error:
            self._error = self._error or error


def header(section: Section, encoding: str) -> bytes:
    """Prompt and command as they stood on the terminal: the line above one of several parts."""
    line = f"{section.prompt}{section.command}\n"
    try:
        return line.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape")


class _Section:
    """One command's part on its way to bytes."""

    def __init__(
        self,
        prompt: str,
        command: str,
        offset: int,
        lines: _Lines,
        encode: Callable[[str], bytes],
    ) -> None:
        self.prompt = prompt
        self.command = command
        self.offset = offset
        self._lines = lines
        self._encode = encode
        self._last = "\n"

    def take(self, piece: str) -> bytes:
        text = self._lines.take(piece)
        if text:
            self._last = text[-1]
        return self._encode(text)

    def rest(self) -> bytes:
        """What was held back, and a last newline where the device printed none."""
        data = self.take_rest()
        return data if self._last == "\n" else data + self._encode("\n")

    def take_rest(self) -> bytes:
        text = self._lines.rest()
        if text:
            self._last = text[-1]
        return self._encode(text)


class _Lines:
    """Holds text back to whole lines when it is to be redacted, else passes it on."""

    def __init__(self, redact: Callable[[str], str] | None) -> None:
        self._redact = redact
        self._held: list[str] = []

    def take(self, piece: str) -> str:
        if self._redact is None:
            return piece
        head, newline, tail = piece.rpartition("\n")
        if not newline:
            self._held.append(piece)
            return ""
        whole = "".join(self._held) + head
        self._held = [tail]
        return "\n".join(map(self._redact, whole.split("\n"))) + "\n"

    def rest(self) -> str:
        held, self._held = "".join(self._held), []
        return self._redact(held) if self._redact is not None and held else held


def _encoder(encoding: str) -> Callable[[str], bytes]:
    """Text back to the device's bytes; what never decoded comes back as it was."""
    encoder = codecs.getincrementalencoder(encoding)("surrogateescape")

    def encode(text: str) -> bytes:
        try:
            return encoder.encode(text)
        except UnicodeEncodeError:
            # Only text that did not come from the device (a redaction) can end here.
            return text.encode(encoding, "backslashreplace")

    return encode


@lru_cache(maxsize=1_000)
def command_slug(command: str) -> str:
    """A command as part of a file name: `show ip interface brief` → `show_ip_interface_brief`.

    Letters, digits, dots and dashes stay, everything else becomes `_`; at most 80
    characters, a cut one ending in a digest so that two long commands stay two files.
    """
    slug = re.sub(r"[^A-Za-z0-9.-]+", "_", command).strip("_.-")
    if slug and len(slug) <= _LONGEST_SLUG:
        return slug
    digest = hashlib.sha256(command.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{slug[: _LONGEST_SLUG - 9].rstrip('_.-') or 'command'}_{digest}"


class HostJournal:
    """`hosts/<host>.jsonl` of a run: what is about to happen to a host, on disk before it does."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._path = folder / f"{host}.jsonl"
        self._fd: int | None = None

    def append(self, record: Mapping[str, Any]) -> None:
        """Adds a line and waits until the disk has it. Raises FileTrouble; then send nothing.

        The caller masks secrets; objects JSON does not know are written as their text.
        """
        line = json.dumps({"at": round(time.time(), 3), **record}, default=str) + "\n"
        if self._fd is None:
            with folder_of(self._folder, self._path) as (folder, name):
                self._fd = open_append(folder, name)
        try:
            _write_all(self._fd, line.encode())
            os.fsync(self._fd)
        except OSError as error:
            raise trouble(self._path, error) from error

    def close(self) -> None:
        """Closes the file, if one was opened."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def open_append(folder: int, name: str) -> int:
    """A file to add lines to, made (0600) when missing; never through a link. Raises OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, mode=0o600, dir_fd=folder)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Transcript:
    """One host's session, both directions, with seconds since it began.

    Each line is `   0.123 < text` (received) or `> text` (sent), control bytes escaped so
    that it can be looked at safely. A secret is masked where it was sent, and where the
    device echoes it; `mask` knows others. Never raises after it was opened: a transcript must
    not cost a run.
    """

    def __init__(self, folder: Path, host: str, mask: Callable[[str], str] = str) -> None:
        self._start = time.monotonic()
        self._mask = mask
        self._held = ""
        """What came of a line that is not whole: half a secret is one that no mask knows."""
        self._since = 0.0
        self._echo = ""
        self._secret = ""
        path = folder / f"{host}.txt"
        with folder_of(folder, path) as (opened, name):
            self._file = os.fdopen(open_append(opened, name), "w", encoding="ascii")

    def received(self, text: str) -> None:
        """Notes what the device sent, in pieces as they came."""
        if not self._held:
            self._since = time.monotonic()
        lines = (self._held + self._without_echo(text)).splitlines(keepends=True)
        last = lines[-1] if lines else ""
        unfinished = bool(last) and last[-1] not in "\r\n" and len(last) <= _LONGEST_HELD
        self._held = lines.pop() if unfinished else ""
        for line in lines:
            self._note("<", self._mask(line), self._since)
            self._since = time.monotonic()

    def sent(self, text: str, masked: bool = False) -> None:
        """Notes what was typed; `masked` writes asterisks in its place."""
        self._let_go()
        self._secret = self._echo = text.strip("\r\n") if masked else ""
        self._note(">", MASK if masked else self._mask(text), time.monotonic())
        with suppress(OSError, ValueError):
            self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._let_go()
        with suppress(OSError):
            self._file.close()

    def _let_go(self) -> None:
        if self._held:
            self._note("<", self._mask(self._held), self._since)
            self._held = ""

    def _note(self, direction: str, text: str, at: float) -> None:
        escaped = text.encode("unicode_escape").decode("ascii")
        with suppress(OSError, ValueError):
            self._file.write(f"{at - self._start:8.3f} {direction} {escaped}\n")

    def _without_echo(self, text: str) -> str:
        """`text` without the echo of a masked line, which may come in pieces or late."""
        common = _common(text, self._echo)
        if text:
            self._echo = self._echo[common:] if common == len(text) else ""
        rest = text[common:]
        if len(self._secret) >= _SHORTEST_MASKED:
            rest = rest.replace(self._secret, MASK)
        return MASK + rest if common else rest


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
