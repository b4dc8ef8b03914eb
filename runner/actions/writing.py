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
from runner.actions.attributes import Wanted
from runner.actions.modes import mode_bits, umask
from runner.actions.subprocesses import Cut, run_program
from runner.errors import ActionFailed, LoadError
from runner.safe_files import fitting, token

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
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


def put(call: Call, target: Path, new: New) -> str | None:
    """Writes `target` in one step; returns the path of the backup, if one was wanted.

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


def _put(call: Call, target: Path, new: New) -> str | None:
    kept = None
    old = target.stat() if target.exists() else None
    usual = old is None and new.want == Wanted()
    temporary = _written(target, new.data, 0o666 if usual else 0o600)
    try:
        if new.validate:
            _validate(call, new.validate, temporary)
        if new.backup and old is not None:
            kept = backup(target)
        if not usual:
            _dress(temporary, old, new.want)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return kept


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
    if _is_own(call, target):
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


def _is_own(call: Call, target: Path) -> bool:
    """A host `core` may share `/srv/core/all.txt` with others."""
    return call.host in str(target) and any(
        "inventory_hostname" in text for name in _TARGETS for text in call.written(name)
    )


def _written(target: Path, data: bytes, mode: int) -> Path:
    """A new file beside `target`; the system takes from its mode what new files are not given."""
    temporary = target.with_name(fitting(f".{target.name}", f".{token()}.tmp"))
    handle = os.open(temporary, _NEW, mode)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    return temporary


def _dress(temporary: Path, old: os.stat_result | None, want: Wanted) -> None:
    """Owner first: changing it takes special bits away."""
    owner = want.owner if want.owner is not None else old.st_uid if old else -1
    group = want.group if want.group is not None else old.st_gid if old else -1
    mine = temporary.stat()
    if (owner, group) not in ((-1, -1), (mine.st_uid, mine.st_gid)):
        os.chown(temporary, owner, group)
    status = old.st_mode if old is not None else stat.S_IFREG | 0o666 & ~umask()
    bits = stat.S_IMODE(status) if want.mode is None else mode_bits(want.mode, status)
    temporary.chmod(bits)


def _validate(call: Call, program: str, temporary: Path) -> None:
    if "%s" not in program:
        raise ActionFailed(f"`validate` must hold `%s`, the file to look at: {program}")
    words = shlex.split(program.replace("%s", shlex.quote(str(temporary))))
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
        return path.read_bytes()
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
