"""Files below a folder that we trust, reached without ever following a symlink.

Host names and playbooks give the paths, so they are walked one name at a time from the
root: a link on the way (laid there by another user, or by an earlier run's mistake) is an
error, never followed. Folders are made with mode 0700, files with 0600.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.errors import ActionFailed

_ROOT = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_NAME = 255

_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_REASONS = {
    errno.ENOSPC: ("the disk is full", "make room and run again"),
    errno.EDQUOT: ("the disk quota is used up", "make room and run again"),
    errno.EFBIG: ("the file is larger than the system allows", "look at `ulimit -f`"),
    errno.EACCES: ("no permission", "check who owns the folder"),
    errno.EPERM: ("no permission", "check who owns the folder"),
    errno.EROFS: ("the file system is read-only", "choose another folder with --output"),
    errno.ELOOP: ("there is a symbolic link on the way", "playrun does not follow links there"),
    errno.ENOTDIR: ("a name on the way is a link or a file", "playrun follows no links there"),
    errno.EISDIR: ("there is a folder of that name", "move it away"),
    errno.ENAMETOOLONG: ("the name is too long", "shorten `output`"),
}


class FileTrouble(ActionFailed):
    """A file of ours cannot be written or read; what was there before is still there."""

    kind = "output"


def trouble(path: str | os.PathLike[str], error: OSError) -> FileTrouble:
    """`error` as one sentence for people, naming `path`."""
    reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), None))
    return FileTrouble(f"cannot write {os.fspath(path)}: {reason}", hint=hint)


def parts_below(root: Path, path: Path) -> tuple[str, ...]:
    """The names that lead from `root` to `path`, judged by the text alone.

    Raises FileTrouble when `path` is not strictly inside `root`, or a name on the way is
    one that hides, deceives or breaks a line: paths are shown, and names may come from
    variables that a device filled.
    """
    above = root.parts
    parts = path.parts[len(above) :] if path.parts[: len(above)] == above else ()
    if not parts or ".." in parts:
        raise FileTrouble(
            f"{str(path)!r} is not inside the output folder {root}",
            hint="`output` must name a file below it, without `..`",
        )
    for part in parts:
        if (wrong := _wrong_with(part)) is not None:
            raise FileTrouble(f"{part!a} cannot be a name in an output path: {wrong}")
    return parts


def _wrong_with(name: str) -> str | None:
    if name.startswith((".", "-")):
        return f"it begins with {name[0]!r}"
    if not name.isascii() or not name.isprintable():
        for character in name:
            if unicodedata.category(character) in _REFUSED:
                return f"U+{ord(character):04X} is a control or an invisible character"
    return None


def open_root(root: Path) -> int:
    """A descriptor of `root`, made (0700) when missing. The root itself may be a link."""
    try:
        with suppress(FileNotFoundError):
            return os.open(root, _ROOT)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(root, _ROOT)
    except OSError as error:
        raise trouble(root, error) from error


@contextmanager
def folder_of(root: Path, path: Path) -> Iterator[tuple[int, str]]:
    """An open descriptor of the folder that `path` is in, and the file's own name.

    Missing folders are made. Raises FileTrouble for links, files in the way, permissions,
    and also for an OSError in the body, which is taken to be about `path`.
    """
    parts = parts_below(root, path)
    here = open_root(root)
    try:
        for part in parts[:-1]:
            below = _enter(here, part)
            os.close(here)
            here = below
        yield here, parts[-1]
    except OSError as error:
        raise trouble(path, error) from error
    finally:
        os.close(here)


def _enter(folder: int, name: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.mkdir(name, mode=0o700, dir_fd=folder)
        return os.open(name, _FOLDER, dir_fd=folder)


def create(folder: int, name: str) -> int:
    """A new file, 0600, open for writing. Raises OSError (FileExistsError included)."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, mode=0o600, dir_fd=folder)


def open_existing(folder: int, name: str) -> int:
    """An existing file, open for reading; a link or a device is refused. Raises OSError."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.open(name, flags, dir_fd=folder)


def read_private(path: Path) -> bytes | None:
    """A file that only we can have written and only we can read; None for any other."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        private = status.st_uid == os.geteuid() and not status.st_mode & 0o077
        return file.read() if private and stat.S_ISREG(status.st_mode) else None


def replace(folder: int, source: str, target: str) -> None:
    """Puts `source` in `target`'s place in one step; a link at `target` is itself replaced."""
    os.replace(source, target, src_dir_fd=folder, dst_dir_fd=folder)


def fitting(name: str, suffix: str) -> str:
    """`name` + `suffix`, the name cut (at a character) when a file name could not hold both."""
    room = _LONGEST_NAME - len(os.fsencode(suffix))
    return os.fsencode(name)[:room].decode("utf-8", "ignore") + suffix


def token() -> str:
    """Eight characters that no other file of the folder has in its name."""
    return secrets.token_hex(4)


def write_whole(root: Path, path: Path, data: bytes) -> None:
    """Writes `path` (below `root`): readers see the old content or the new, never a part."""
    with folder_of(root, path) as (folder, name):
        temporary = fitting(name, f".{token()}.tmp")
        try:
            with os.fdopen(create(folder, temporary), "wb") as file:
                file.write(data)
            replace(folder, temporary, name)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
