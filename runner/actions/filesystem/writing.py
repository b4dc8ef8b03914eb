"""Files written whole or not at all, with a backup and a check of the new content if wanted."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shlex
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import Call
from runner.actions.filesystem.attributes import Wanted
from runner.actions.filesystem.modes import mode_bits, umask
from runner.actions.programs.subprocesses import Cut, run_program
from runner.errors import ActionFailed, LoadError
from runner.safe_files import fitting, token

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NAMELESS = os.O_WRONLY | getattr(os, "O_TMPFILE", 0) | os.O_CLOEXEC
_EVERYBODY, _MINE = 0o666, 0o600
"""The mode that a new file is made with: the usual one, and where it gets its own later."""
_LONGEST_SHOWN = 104_448
"""Bytes of a file that a diff shows at most."""


_TARGETS = ("dest", "path")
"""Arguments that say where files go."""


class Refused(ActionFailed):
    """The program in `validate` did not accept the new content; `values` says how."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__("the new content was not accepted by the program in `validate`")
        self.values = values


class New(NamedTuple):
    """A file to be: its content, and how it is put there."""

    data: bytes
    want: Wanted = Wanted()
    backup: bool = False
    validate: str = ""
    anywhere: bool = False
    """Missing folders are made outside the project too."""
    fresh: bool = False
    """Nothing is there: the caller has looked."""


class Put(NamedTuple):
    """A file that was written."""

    about: os.stat_result
    backup: str | None = None
    """Where what was there before is kept."""


def put(call: Call, target: Path, new: New) -> Put:
    """Writes `target` in one step.

    Without a mode a file keeps the one it has, and a new one gets the usual. Missing folders
    are made where files of runs lie: elsewhere a name that is mistyped must not make a tree.
    Raises ActionFailed, Refused.
    """
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            return _put(call, target, new)
        if not new.anywhere:
            _refuse_far(call, target.parent)
        with _folder(target.parent):
            return _put(call, target, new)
    except OSError as error:
        raise ActionFailed(f"cannot write {target}: {why(error)}") from error


def _put(call: Call, target: Path, new: New) -> Put:
    place = str(target)
    if new.fresh and not new.validate:
        about = _appeared(place, new)
        if about is not None:
            return Put(about)
    return _replaced(call, place, new, status(place))


def status(place: str | Path) -> os.stat_result | None:
    """What a path leads to; None for nothing."""
    try:
        return os.stat(place)  # noqa: PTH116 - every file asks this
    except OSError:
        return None


def _appeared(place: str, new: New) -> os.stat_result | None:
    """A file that has no name until it is whole. None where that cannot be done, or the system
    gave it another mode than files get there."""
    mode = _MINE if new.want != Wanted() else _EVERYBODY
    with suppress(OSError):
        handle = os.open(os.path.dirname(place), _NAMELESS, mode)  # noqa: PTH120
        try:
            _write(handle, new.data)
            about = _dressed(handle, None, new.want)
            if mode == _EVERYBODY and stat.S_IMODE(about.st_mode) != mode & ~umask():
                return None
            # Only given a handle does Python have the link followed that leads to the file.
            link = f"/proc/self/fd/{handle}"
            os.link(link, place, src_dir_fd=handle, follow_symlinks=True)
        finally:
            os.close(handle)
        return about
    return None


def _replaced(call: Call, place: str, new: New, old: os.stat_result | None) -> Put:
    """A file beside it takes its name."""
    kept = None
    folder, name = os.path.split(place)
    temporary = os.path.join(folder, fitting(f".{name}", f".{token()}.tmp"))  # noqa: PTH118
    usual = old is None and new.want == Wanted()
    handle = os.open(temporary, _NEW, _EVERYBODY if usual else _MINE)
    try:
        try:
            _write(handle, new.data)
        finally:
            os.close(handle)
        if new.validate:
            _validate(call, new.validate, temporary)
        if new.backup and old is not None:
            kept = backup(Path(place))
        about = _dressed(temporary, old, new.want)
        os.replace(temporary, place)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    return Put(about, kept)


def _refuse_far(call: Call, folder: Path) -> None:
    plain = Path(os.path.normpath(folder))
    homes = (call.paths.project, call.paths.playbook, call.paths.output)
    if not folder.exists() and not any(plain.is_relative_to(home) for home in homes):
        raise ActionFailed(
            f"there is no folder {folder}", hint="outside the project, make it with `file` first"
        )


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Makes what is missing of `folder`. It appears locked: `alone` keeps others out until the
    file is in it, though they waited for no lock on a folder that was not there."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    there = missing[-1].parent if missing else folder
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    if not missing:
        yield
        return
    top = missing[-1]
    draft = top.with_name(fitting(f".{top.name}", f".{token()}.tmp"))
    inner = draft / folder.relative_to(top)
    try:
        inner.mkdir(parents=True)
        with _locked(inner):
            try:
                draft.rename(top)
            except OSError:
                folder.mkdir(parents=True, exist_ok=True)  # Somebody else has made it.
            yield
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def alone(call: Call, target: Path) -> Iterator[None]:
    """No other host changes a file of that folder meanwhile, in whatever worker it runs.

    Files whose paths the user made of the host's name are its own, and nobody waits for them.
    """
    if is_own(call, target):
        yield
        return
    while True:
        folder = _nearest(target)
        if not os.access(folder, os.R_OK):
            break
        with _locked(folder):
            if folder == _nearest(target):
                yield
                return
    yield


def _nearest(target: Path) -> Path:
    """The folder of `target`, or what there is of it."""
    return next((part for part in target.parents if part.is_dir()), Path("/"))


def is_own(call: Call, target: Path) -> bool:
    """Whether the user made a path of the host's name: then it is no other host's.

    The name alone does not say so: a host `core` may share `/srv/core/all.txt` with others.
    """
    return call.host in str(target) and any(
        "inventory_hostname" in text for name in _TARGETS for text in call.written(name)
    )


def _write(handle: int, data: bytes) -> None:
    done = os.write(handle, data)
    while done < len(data):
        done += os.write(handle, memoryview(data)[done:])


def _dressed(at: int | str, old: os.stat_result | None, want: Wanted) -> os.stat_result:
    """Gives a new file the owner and mode it is to have, those of the old one if nothing is said.

    Owner first: changing it takes special bits away.
    """
    mine = os.stat(at)  # noqa: PTH116
    if old is None and want == Wanted():
        return mine
    owner = want.owner if want.owner is not None else old.st_uid if old else mine.st_uid
    group = want.group if want.group is not None else old.st_gid if old else mine.st_gid
    if (owner, group) != (mine.st_uid, mine.st_gid):
        os.chown(at, owner, group)
    status = old.st_mode if old is not None else stat.S_IFREG | _EVERYBODY & ~umask()
    bits = stat.S_IMODE(status) if want.mode is None else mode_bits(want.mode, status)
    os.chmod(at, bits)  # noqa: PTH101
    return os.stat(at)  # noqa: PTH116


def _validate(call: Call, program: str, temporary: str) -> None:
    if "%s" not in program:
        raise ActionFailed(f"`validate` must hold `%s`, the file to look at: {program}")
    words = shlex.split(program.replace("%s", shlex.quote(temporary)))
    try:
        code, out, err = run_program(words, call.paths.playbook, None, call.cancelled)
    except OSError as error:
        raise ActionFailed(f"cannot run `{words[0]}`: {error.strerror}") from error
    except Cut:
        raise ActionFailed("the program was ended, since the run was cut off") from None
    if code != 0:
        shown = [text.decode("utf-8", "replace") for text in (out, err)]
        raise Refused({"exit_status": code, "stdout": shown[0], "stderr": shown[1]})


def backup(target: Path) -> str:
    """Copies a file to one beside it, named after the process and the time."""
    stamp = time.strftime("%Y-%m-%d@%H:%M:%S~")
    name = f"{target}.{os.getpid()}.{stamp}"
    shutil.copy2(target, name)
    return name


def why(error: OSError) -> str:
    """A folder of the path that is a file is told as such, not as `File exists`."""
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{error.filename} is a file, not a folder"
    return error.strerror or str(error)


def sha1(data: bytes) -> str:
    """The checksum that results carry."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def md5(data: bytes) -> str:
    """The other checksum that some results carry."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def read_bytes(path: Path) -> bytes:
    """A file's content. Raises ActionFailed."""
    try:
        with path.open("rb", buffering=0) as file:
            return file.readall()
    except OSError as error:
        raise ActionFailed(f"cannot read {path}: {error.strerror}") from error


class Read(NamedTuple):
    """A file of the user's; `secret`: it was vaulted, and nothing of it is shown."""

    data: bytes
    secret: bool


def read_source(call: Call, path: Path, *, decrypt: bool) -> Read:
    """A file's content, decrypted if it is vaulted. Raises ActionFailed."""
    data = read_bytes(path)
    if not decrypt:
        return Read(data, secret=False)
    try:
        plain = call.opened(data, path)
    except LoadError as error:
        raise ActionFailed(str(error), hint=error.hint) from error
    return Read(plain, plain is not data)


def difference(target: Path, new: Read, header: str) -> dict[str, Any]:
    """What was in a file and what is to be, as results show it."""
    if new.secret:
        hidden = {"before": "(not shown)\n", "after": "(vaulted)\n"}
        return {"before_header": str(target), "after_header": header, **hidden}
    shown: dict[str, Any] = {}
    if target.is_file():
        shown |= {"before_header": str(target), "before": readable(target.read_bytes())}
    else:
        shown["before"] = ""
    return {**shown, "after_header": header, "after": readable(new.data)}


def readable(data: bytes) -> str:
    """A file's content for a diff: not if it is no text, or very long."""
    if b"\x00" in data:
        return "(no text)"
    if len(data) > _LONGEST_SHOWN:
        return "(too long to show)"
    return data.decode("utf-8", "replace")
