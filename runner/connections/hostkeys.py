"""known_hosts: reading it, asking it, adding to it. Knows nothing of any SSH library.

Understands what OpenSSH writes: hashed names, wildcards and negation, `[host]:port`,
`@revoked`. `@cert-authority` is recognised and said to be unsupported, not skipped over.
A line that makes no sense is ignored; it never spoils the rest of the file.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import hmac
import os
import re
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from runner.connections.api import HostKeyChecking
from runner.connections.person import home_folder
from runner.errors import HostKeyMismatch

DEFAULT_PORT = 22
_REVOKED, _AUTHORITY = "@revoked", "@cert-authority"
_HASHED = re.compile(r"\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)\Z")


class Entry(NamedTuple):
    """One usable line of a known_hosts file."""

    file: str
    line: int
    marker: str
    """Empty, `@revoked` or `@cert-authority`."""
    names: str
    """The host field as written."""
    key_type: str
    blob: bytes

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"

    @property
    def hashed(self) -> tuple[bytes, bytes] | None:
        """Salt and digest of a hashed name; None for a readable one."""
        found = _HASHED.match(self.names)
        try:
            return (_decode(found[1]), _decode(found[2])) if found else None
        except ValueError:
            return None

    def matches(self, name: str) -> bool:
        """Whether the line speaks of `name` (lower case; `[host]:port` for other ports)."""
        hashed = self.hashed
        if hashed:
            return hmac.digest(hashed[0], _bytes(name), "sha1") == hashed[1]
        patterns = self.names.lower().split(",")
        if any(p[:1] == "!" and wildcard_match(p[1:], name) for p in patterns):
            return False
        return any(p[:1] != "!" and wildcard_match(p, name) for p in patterns)


def wildcard_match(pattern: str, name: str) -> bool:
    """OpenSSH's patterns: `*` and `?`, nothing else. Linear in both, however many stars."""
    p = n = 0
    star, retry = -1, 0
    while n < len(name):
        if p < len(pattern) and pattern[p] == "*":
            star, retry = p, n
            p += 1
        elif p < len(pattern) and pattern[p] in ("?", name[n]):
            p, n = p + 1, n + 1
        elif star >= 0:
            retry += 1
            p, n = star + 1, retry
        else:
            return False
    return all(c == "*" for c in pattern[p:])


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def parse(text: str, file: str = "known_hosts", first_line: int = 1) -> list[Entry]:
    """The usable lines of `text`; comments, blank and odd lines are left out."""
    entries = []
    for number, line in enumerate(text.split("\n"), first_line):
        entry = _parse_line(line, file, number)
        if entry is not None:
            entries.append(entry)
    return entries


def _parse_line(line: str, file: str, number: int) -> Entry | None:
    words = line.split()
    marker = ""
    if words and words[0].startswith("@"):
        marker = words.pop(0)
    if len(words) < 3 or words[0].startswith("#") or marker not in ("", _REVOKED, _AUTHORITY):
        return None
    names, key_type, encoded = words[:3]
    try:
        blob = _decode(encoded)
    except ValueError:
        return None
    if key_type_of(blob) != key_type:
        return None
    return Entry(file, number, marker, names, key_type, blob)


def key_type_of(blob: bytes) -> str:
    """The algorithm name inside a public key's wire form; empty if there is none."""
    length = int.from_bytes(blob[:4], "big")
    name = blob[4 : 4 + length]
    return name.decode("ascii", "replace") if len(blob) > 4 and len(name) == length else ""


def fingerprint(blob: bytes) -> str:
    """`SHA256:…`, as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def known_name(host: str, port: int) -> str:
    """How known_hosts calls a host: with its port unless that is 22."""
    host = host.lower()
    return host if port == DEFAULT_PORT else f"[{host}]:{port}"


class KnownHostsFile:
    """One known_hosts file, read when it has changed, and then only what was added.

    Thread-safe. A file that is missing or cannot be read holds no keys.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._content = b""
        self._lines = 0
        self._by_name: dict[str, list[Entry]] = {}
        self._by_pattern: list[Entry] = []
        self._by_hash: list[tuple[bytes, bytes, Entry]] = []

    def lookup(self, name: str) -> list[Entry]:
        """All lines that speak of `name`, in the order of the file."""
        with self._lock:
            self._refresh()
            found = [entry for entry in self._by_pattern if entry.matches(name)]
            found += self._by_name.get(name, ())
            found += self._with_hash_of(_bytes(name))
        return sorted(found, key=lambda entry: entry.line) if len(found) > 1 else found

    def _with_hash_of(self, name: bytes) -> list[Entry]:
        digest = hmac.digest
        return [e for salt, made, e in self._by_hash if digest(salt, name, "sha1") == made]

    def add(self, name: str, blob: bytes) -> list[Entry]:
        """Appends a line for `name` unless the file has a key by now; returns its lines.

        Safe against other threads and processes doing the same: the file is locked, read
        again and appended to. Raises OSError.
        """
        path = Path(self.path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if all(entry.marker for entry in self.lookup(name)):
                _write_all(handle, self._line(name, blob))
        finally:
            os.close(handle)
        return self.lookup(name)

    def _line(self, name: str, blob: bytes) -> bytes:
        line = f"{name} {key_type_of(blob)} {base64.b64encode(blob).decode()}\n"
        with self._lock:
            torn = self._content and not self._content.endswith(b"\n")
        return (b"\n" if torn else b"") + _bytes(line)

    def _refresh(self) -> None:
        content = b""
        try:
            status = os.stat(self.path)  # noqa: PTH116 - asked six times a host
            stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                content = Path(self.path).read_bytes()
        except OSError:
            stamp = (0, 0, 0)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._take(content)

    def _take(self, content: bytes) -> None:
        known = len(self._content)
        if not (self._content.endswith(b"\n") and content.startswith(self._content)):
            known = self._lines = 0
            self._by_name.clear()
            self._by_pattern.clear()
            self._by_hash.clear()
        added = content[known:].decode("utf-8", "surrogateescape")
        for entry in parse(added, self.path, self._lines + 1):
            self._index(entry)
        self._content = content
        self._lines += added.count("\n")

    def _index(self, entry: Entry) -> None:
        hashed = entry.hashed
        if hashed:
            self._by_hash.append((*hashed, entry))
            return
        if any(c in entry.names for c in "*?!|"):
            self._by_pattern.append(entry)
            return
        for name in set(entry.names.lower().split(",")):
            self._by_name.setdefault(name, []).append(entry)


def _write_all(handle: int, data: bytes) -> None:
    # One write: with O_APPEND even a reader without the lock never sees half a line.
    if os.write(handle, data) != len(data):
        raise OSError(28, os.strerror(28))


class KnownHosts:
    """The files of a run, each opened once. Thread-safe."""

    def __init__(self) -> None:
        self._files: dict[str, KnownHostsFile] = {}
        self._lock = threading.Lock()

    def checker(
        self,
        name: str,
        port: int,
        checking: HostKeyChecking,
        own: str | None,
        others: Sequence[str],
    ) -> HostKeyChecker:
        """Checks one host. `own` is the file that new keys go to; `others` are only read."""
        paths = dict.fromkeys(path for path in (own, *others) if path)
        files = [self._file(path) for path in paths]
        return HostKeyChecker(name, port, checking, files, self._file(own) if own else None)

    def _file(self, path: str) -> KnownHostsFile:
        with self._lock:
            known = self._files.get(path)
            if known is None:
                known = self._files[path] = KnownHostsFile(path)
            return known


class HostKeyChecker:
    """Decides about the key of one host."""

    def __init__(
        self,
        host: str,
        port: int,
        checking: HostKeyChecking,
        files: Sequence[KnownHostsFile],
        own: KnownHostsFile | None,
    ) -> None:
        self._name = known_name(host, port)
        self._bare = known_name(host, DEFAULT_PORT)
        self._checking = checking
        self._own = own
        self._files = files
        self._entries = _lookup(files, self._name)

    def known_types(self) -> tuple[str, ...]:
        """Key types to ask the device for first, so that it shows the key we know."""
        return tuple(dict.fromkeys(entry.key_type for entry in self._entries if not entry.marker))

    def check(self, blob: bytes) -> None:
        """Accepts the device's key or raises HostKeyMismatch. May add it to our own file.

        Revoked keys are refused under every setting, `off` included.
        """
        bare = _lookup(self._files, self._bare) if self._bare != self._name else []
        self._refuse_revoked(blob, [*self._entries, *bare])
        if self._checking == "off" or _holds(self._entries, blob):
            return
        self._refuse_changed(blob, self._entries)
        if _holds(bare, blob):
            return
        self._accept_new(blob)

    def _refuse_revoked(self, blob: bytes, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.marker == _REVOKED and entry.blob == blob:
                raise HostKeyMismatch(
                    f"the host key of {self._name} is marked as revoked in {entry.where}:"
                    f" {key_type_of(blob)} {fingerprint(blob)}",
                    hint="nothing was sent; the device needs a new host key",
                )

    def _refuse_changed(self, blob: bytes, entries: Iterable[Entry]) -> None:
        known = [entry for entry in entries if not entry.marker]
        if not known:
            return
        listed = ", ".join(
            f"{entry.key_type} {fingerprint(entry.blob)} ({entry.where})" for entry in known[:3]
        )
        raise HostKeyMismatch(
            f"the host key of {self._name} has changed: the device shows {key_type_of(blob)}"
            f" {fingerprint(blob)}, known is {listed}; nothing was sent",
            hint="if the change is genuine, remove: "
            + ", ".join(f"line {entry.line} of {entry.file}" for entry in known),
        )

    def _accept_new(self, blob: bytes) -> None:
        shown = f"{key_type_of(blob)} {fingerprint(blob)}"
        authority = next((e for e in self._entries if e.marker == _AUTHORITY), None)
        if authority is not None:
            raise HostKeyMismatch(
                f"the host key of {self._name} ({shown}) is not known, and host certificates"
                f" (@cert-authority in {authority.where}) are not supported",
                hint="verify the key and add it to a known_hosts file",
            )
        if self._checking == "strict":
            raise HostKeyMismatch(
                f"the host key of {self._name} is not known: {shown}; nothing was sent",
                hint="verify it and add it to a known_hosts file,"
                " or use host_key_checking: accept-new",
            )
        if self._own is not None:
            self._remember(self._own, blob)

    def _remember(self, own: KnownHostsFile, blob: bytes) -> None:
        try:
            found = own.add(self._name, blob)
        except OSError as error:
            raise HostKeyMismatch(
                f"the new host key of {self._name} cannot be saved in {own.path}:"
                f" {error.strerror or error}",
                hint="nothing was sent; make the file writable or name another one",
            ) from None
        # Another thread or process may have been first, with another key.
        self._refuse_revoked(blob, found)
        if not _holds(found, blob):
            self._refuse_changed(blob, found)


def _lookup(files: Iterable[KnownHostsFile], name: str) -> list[Entry]:
    return [entry for file in files for entry in file.lookup(name)]


def _holds(entries: Iterable[Entry], blob: bytes) -> bool:
    return any(not entry.marker and entry.blob == blob for entry in entries)


def user_files(home: Path | None = None) -> tuple[str, ...]:
    """The known_hosts files that OpenSSH would read, apart from those a config names."""
    with contextlib.suppress(RuntimeError):
        home = home or home_folder()
    found = ("/etc/ssh/ssh_known_hosts",)
    return (str(home / ".ssh" / "known_hosts"), *found) if home else found
