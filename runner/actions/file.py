"""`file`: make, change and take away files, folders and links."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import Base, Call, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import (
    FILE_PARAMETERS,
    Settled,
    Wanted,
    described,
    kind,
    settle,
    wanted,
)
from runner.actions.filesystem.places import (
    destination,
    own,
    reads_and_writes,
    refuse_planted_links,
)
from runner.actions.filesystem.writing import why
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_STATES = ("absent", "directory", "file", "hard", "link", "touch")
_STAMP = "%Y%m%d%H%M.%S"


class File(Base):
    """Sets the state of a file, folder or link: there, gone, its mode and owner.

    Without `state` what is there is only given its mode and owner.
    """

    parameters: Mapping[str, Parameter] = {
        "path": Parameter("text", required=True, aliases=("dest", "name"), says="What it is."),
        "state": Parameter("text", choices=_STATES, says="What is to be there."),
        "src": Parameter("text", says="What a link leads to."),
        "recurse": Parameter(
            "flag", default=False, says="Mode and owner for all that is in the folder."
        ),
        "force": Parameter(
            "flag", default=False, says="Link to what is not there, or in place of a file."
        ),
        "follow": Parameter("flag", default=True, says="Change what a link leads to."),
        "modification_time": Parameter("text", says="`preserve`, `now` or a time."),
        "modification_time_format": Parameter("text", default=_STAMP, says="Form of that time."),
        "access_time": Parameter("text", says="`preserve`, `now` or a time."),
        "access_time_format": Parameter("text", default=_STAMP, says="Form of that time."),
        **FILE_PARAMETERS,
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It changes what hosts share, unless the path names the host."""
        return reads_and_writes(args, writes="path")

    def run(self, call: Call) -> Outcome:
        """Changed when something was not yet as it is to be."""
        args = Arguments(call, self.parameters)
        work = _Work(call, args, destination(call, "path"), wanted(args))
        state = args.text("state") or _state_meant(work)
        try:
            return _STEPS[state](work)
        except OSError as error:
            raise ActionFailed(f"cannot change {work.path}: {why(error)}") from error


class _Work(NamedTuple):
    call: Call
    args: Arguments
    path: Path
    want: Wanted

    @property
    def now(self) -> str:
        try:
            return kind(self.path.lstat())
        except OSError:
            return "absent"

    @property
    def follow(self) -> bool:
        return self.args.flag("follow")


def _state_meant(work: _Work) -> str:
    if work.now != "absent":
        return "file" if work.now != "directory" else "directory"
    return "directory" if work.args.flag("recurse") else "file"


def _outcome(
    work: _Work,
    sides: Settled,
    *,
    key: str = "path",
    changed: bool = False,
    values: Mapping[str, Any] | None = None,
) -> Outcome:
    path = own(work.path)
    found: dict[str, Any] = {key: path, **(values or {})}
    if work.call.diff:
        found["diff"] = {
            "before": {"path": path, **sides.before},
            "after": {"path": path, **sides.after},
        }
    follow = key == "path" and work.follow
    found |= described(work.path, follow=follow)
    return Outcome(changed=changed or sides.changed, values=found)


def _failed(work: _Work, message: str, key: str = "path", **values: Any) -> Outcome:
    found = {key: str(work.path), **values, **described(work.path)}
    return Outcome(values={**found, "msg": message}, failure=ActionFailed(message))


def _absent(work: _Work) -> Outcome:
    before = work.now
    if before == "absent":
        return _outcome(work, Settled({}, {}), values={"state": "absent"})
    shown: dict[str, Any] = {"state": before}
    if before == "directory" and work.call.diff:
        shown["path_content"] = _content(work.path)
    if not work.call.check:
        if before == "directory":
            shutil.rmtree(work.path)
        else:
            work.path.unlink()
    sides = Settled(shown, {"state": "absent"})
    return _outcome(work, sides, changed=True, values={"state": "absent"})


def _content(folder: Path) -> dict[str, list[str]]:
    inside = sorted(folder.rglob("*"))
    return {
        "directories": [str(path) for path in inside if path.is_dir()],
        "files": [str(path) for path in inside if not path.is_dir()],
    }


def _directory(work: _Work) -> Outcome:
    path, check = work.path, work.call.check
    if path.exists() and not path.is_dir():
        return _failed(work, f"{path} already exists as a {work.now}")
    if not path.exists():
        if not check:
            _make_folders(path, work.want)
            _stamp(work)
        return _outcome(work, Settled({"state": "absent"}, {"state": "directory"}), changed=True)
    sides = settle(path, work.want, check=check, follow=work.follow)
    below = work.args.flag("recurse") and _settle_below(path, work.want, check=check)
    stamped = _stamp(work)
    return _outcome(work, sides, changed=bool(below) or stamped)


def _make_folders(path: Path, want: Wanted) -> None:
    """Every folder that is missing on the way gets the mode and owner that are wanted."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        settle(folder, want, check=False)


def _settle_below(folder: Path, want: Wanted, *, check: bool) -> bool:
    """Links are left alone: what they lead to may be outside."""
    changed = False
    for path in folder.rglob("*"):
        if not path.is_symlink():
            changed |= settle(path, want, check=check).changed
    return changed


def _file(work: _Work) -> Outcome:
    now = work.now
    if now == "absent" or (now == "link" and work.follow and not work.path.exists()):
        return _failed(work, f"file ({work.path}) is absent, cannot continue", state="absent")
    if now == "directory":
        return _failed(work, f"file ({work.path}) is directory, cannot continue")
    sides = settle(work.path, work.want, check=work.call.check, follow=work.follow)
    return _outcome(work, sides, changed=_stamp(work))


def _stamp(work: _Work) -> bool:
    """Gives what is there the times that the task says, if any; whether they are others."""
    times = _times(work, new=False, unsaid="preserve")
    if times is not None and not work.call.check:
        os.utime(work.path, ns=times)
    return times is not None


def _touch(work: _Work) -> Outcome:
    path, check = work.path, work.call.check
    new = work.now == "absent"
    if new and not path.parent.is_dir():
        return _failed(work, f"cannot touch {path}: its folder does not exist")
    if new and not check:
        path.touch(exist_ok=False)
    times = _times(work, new=new)
    if times is not None and not check:
        os.utime(path, ns=times, follow_symlinks=work.follow)
    if check and new:
        return Outcome(changed=True, values={"dest": str(path)})
    sides = settle(path, work.want, check=check, follow=work.follow)
    return _outcome(work, sides, key="dest", changed=new or times is not None)


def _times(work: _Work, *, new: bool, unsaid: str = "now") -> tuple[int, int] | None:
    """Access and modification time in nanoseconds; None: both stay as they are. `unsaid`: what
    a time is that the task does not say."""
    kept: dict[str, int | None] = {"access_time": None, "modification_time": None}
    if not new:
        about = work.path.stat()
        kept = {"access_time": about.st_atime_ns, "modification_time": about.st_mtime_ns}
    words = {name: work.args.text(name) or unsaid for name in kept}
    times = {name: _time(work.args, name, words[name], kept[name]) for name in kept}
    if not new and times == kept:
        return None
    return times["access_time"], times["modification_time"]


def _time(args: Arguments, name: str, word: str, kept: int | None) -> int:
    if word == "preserve" and kept is not None:
        return kept
    if word in ("now", "preserve"):
        return time.time_ns()
    form = args.text(f"{name}_format")
    try:
        return int(time.mktime(time.strptime(word, form))) * 1_000_000_000
    except (ValueError, OverflowError):
        raise ActionFailed(f"`{name}` is no time of the form {form}: {word!r}") from None


def _link(work: _Work) -> Outcome:
    path, now, force = work.path, work.now, work.args.flag("force")
    leads = os.readlink(path) if now == "link" else None  # noqa: PTH115  as it is written
    src = work.args.text("src") or leads
    if not src:
        message = "src is required for creating new symlinks"
        return Outcome(values={"msg": message}, failure=ActionFailed(message))
    if path.is_dir() and now != "link" and not force:
        return _failed(work, f"refusing to convert from directory to symlink for {path}", src=src)
    target = path.parent / src
    if not target.exists() and not force:
        message = (
            "src file does not exist, use 'force=yes' if you really want to create the link: "
            f"{target}"
        )
        return _failed(work, message, src=src)
    if now in ("file", "hard") and not force:
        return _failed(work, f"refusing to convert from {now} to symlink for {path}", src=src)
    return _linked(work, src, leads, lambda new: new.symlink_to(src))


def _linked(work: _Work, src: str, leads: str | None, make: Callable[[Path], None]) -> Outcome:
    now, sides = work.now, Settled({}, {})
    changed = leads != src
    if changed:
        sides = Settled({"state": now}, {"state": "link"})
        if now == "link":
            sides = Settled({"src": leads}, {"src": src})
        if not work.call.check:
            _in_place(work.path, make)
    if work.path.exists() and not work.call.check and work.follow:
        refuse_planted_links(work.path)
        own = settle(work.path, work.want, check=False)
        changed = changed or own.changed
    outcome = _outcome(work, sides, key="dest", changed=changed, values={"src": src})
    return outcome if work.path.exists() else _without_state(outcome)


def _without_state(outcome: Outcome) -> Outcome:
    """Of a link that leads nowhere nothing more is said."""
    kept = {
        name: outcome.values[name] for name in ("dest", "src", "diff") if name in outcome.values
    }
    return outcome._replace(values=kept)


def _in_place(path: Path, make: Callable[[Path], None]) -> None:
    """Makes a link beside what is there and puts it in its place in one step."""
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    new = path.with_name(f".{path.name[:100]}.{os.getpid()}.{time.time_ns()}")
    make(new)
    try:
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _hard(work: _Work) -> Outcome:
    path, now = work.path, work.now
    source = path.parent / work.args.text("src")
    if not work.args.text("src"):
        return _failed(work, "src is required for creating new hardlinks", "dest")
    if not source.exists():
        return _failed(work, "src does not exist", "dest", src=str(source))
    same = now not in ("absent", "link") and path.samefile(source)
    if not same and now not in ("absent", "hard", "link") and not work.args.flag("force"):
        message = f"Cannot link, {now} exists at destination"
        return _failed(work, message, "dest", src=str(source))
    if not same and not work.call.check:
        _in_place(path, lambda new: new.hardlink_to(source))
    sides = Settled({}, {}) if same else Settled({"state": now}, {"state": "hard"})
    if path.exists() and stat.S_ISREG(path.stat().st_mode) and not work.call.check:
        own = settle(path, work.want, check=False)
        sides = Settled({**sides.before, **own.before}, {**sides.after, **own.after})
    return _outcome(work, sides, key="dest", changed=not same, values={"src": str(source)})


_STEPS: Mapping[str, Callable[[_Work], Outcome]] = {
    "absent": _absent,
    "directory": _directory,
    "file": _file,
    "hard": _hard,
    "link": _link,
    "touch": _touch,
}
