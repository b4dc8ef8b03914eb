"""`find`: files in folders, by name, age, size and content."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import Base, Call, Effect, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import group_name, user_name
from runner.actions.filesystem.modes import mode_bits
from runner.actions.filesystem.places import is_own
from runner.actions.stat import CHECKSUMS, checksum, facts_of
from runner.errors import ActionFailed
from runner.platforms.model import Platform
from runner.values import OwnPath

_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZES = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_KINDS: Mapping[str, Callable[[int], bool]] = {
    "any": lambda _mode: True,
    "directory": stat.S_ISDIR,
    "file": stat.S_ISREG,
    "link": stat.S_ISLNK,
}


class Find(Base):
    """Lists the files in `paths` that all conditions hold for."""

    parameters: Mapping[str, Parameter] = {
        "paths": Parameter("list", required=True, aliases=("path", "name"), says="Folders."),
        "patterns": Parameter("list", aliases=("pattern",), says="Names, as a shell matches."),
        "excludes": Parameter("list", aliases=("exclude",), says="Names that are left out."),
        "use_regex": Parameter("flag", default=False, says="Names are matched as patterns."),
        "contains": Parameter("text", says="A pattern that a line begins with."),
        "read_whole_file": Parameter("flag", default=False, says="... that is anywhere in it."),
        "file_type": Parameter("text", default="file", choices=tuple(_KINDS), says="What counts."),
        "recurse": Parameter("flag", default=False, says="Folders in folders too."),
        "depth": Parameter("number", says="Levels of folders."),
        "hidden": Parameter("flag", default=False, says="Names that begin with a dot too."),
        "follow": Parameter("flag", default=False, says="Into folders that links lead to."),
        "age": Parameter("text", says="At least so old (`2d`); with a minus, at most."),
        "age_stamp": Parameter(
            "text", default="mtime", choices=("atime", "mtime", "ctime"), says="The time meant."
        ),
        "size": Parameter("text", says="At least so large (`1k`); with a minus, at most."),
        "mode": Parameter("any", says="The mode it has, in digits or as `u=rw,g=r`."),
        "exact_mode": Parameter("flag", default=True, says="Not just one of the mode's bits."),
        "get_checksum": Parameter("flag", default=False, says="Read each file for `checksum`."),
        "checksum_algorithm": Parameter(
            "text", default="sha1", choices=CHECKSUMS, says="How `checksum` is computed."
        ),
        "limit": Parameter("number", says="No more files than so many."),
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads whatever lies in its folders."""
        return frozenset({Effect.LOOK_AROUND})

    def run(self, call: Call) -> Outcome:
        """Never changes anything; folders that are not there are told under `skipped_paths`."""
        args = Arguments(call, self.parameters)
        search = _search(args)
        folders = args.texts("paths")
        roots = [call.paths.project / os.path.expanduser(folder) for folder in folders]  # noqa: PTH111
        skipped = {str(root): f"'{root}' is not a directory" for root in roots if not root.is_dir()}
        own = all(is_own(folder, call, "paths") for folder in folders)
        files: list[dict[str, Any]] = []
        most, examined = args.whole("limit"), 0
        for path, others in _all(roots, args):
            examined += others
            found = search.about(path, own=own) if path is not None else None
            if found is not None:
                files.append(found)
            if most and len(files) == most:
                break
        values = {"files": files, "matched": len(files), "examined": examined}
        message = _message(limited=bool(most and len(files) == most), skipped=bool(skipped))
        return Outcome(values={**values, "msg": message, "skipped_paths": skipped})


def _message(*, limited: bool, skipped: bool) -> str:
    if limited:
        return "Limit of matches reached"
    return "Not all paths examined, check warnings for details" if skipped else "All paths examined"


def _all(roots: list[Path], args: Arguments) -> Iterator[tuple[Path | None, int]]:
    """Every path to look at, with how many more were seen on the way to it."""
    for root in roots:
        for here, names, deep in _folders(root, args):
            yield None, len(names)
            if not deep:
                yield from ((here / name, 0) for name in names)


def _folders(root: Path, args: Arguments) -> Iterator[tuple[Path, list[str], bool]]:
    """Each folder, the names in it, and whether it lies deeper than is wanted."""
    deepest = args.whole("depth")
    for here, folders, names in os.walk(root, followlinks=args.flag("follow")):
        deep = bool(deepest) and len(Path(here).relative_to(root).parts) >= deepest
        yield Path(here), [*names, *folders], deep
        if not args.flag("recurse"):
            return
        if deep:
            folders.clear()
        if not args.flag("hidden"):
            folders[:] = [folder for folder in folders if not folder.startswith(".")]


class _Search(NamedTuple):
    args: Arguments
    kind: Callable[[int], bool]
    named: Callable[[str], bool]
    content: re.Pattern[bytes] | None
    age: int | None
    size: int | None

    def about(self, path: Path, *, own: bool) -> dict[str, Any] | None:
        """What results say of a file; None if it is none of those looked for."""
        args = self.args
        try:
            about = path.stat() if args.flag("follow") else path.lstat()
        except OSError:
            return None
        if not self.kind(about.st_mode) or not self.named(path.name):
            return None
        if not self._fits(about) or not self._holds(path, about):
            return None
        found = {"path": OwnPath(path) if own else str(path), **_facts(about)}
        if args.flag("get_checksum") and stat.S_ISREG(about.st_mode):
            found["checksum"] = checksum(path, args.text("checksum_algorithm"))
        return found

    def _fits(self, about: os.stat_result) -> bool:
        stamp = getattr(about, f"st_{self.args.text('age_stamp')}")
        if self.age is not None and not _beyond(time.time() - stamp, self.age):
            return False
        regular = stat.S_ISREG(about.st_mode)
        if self.size is not None and regular and not _beyond(about.st_size, self.size):
            return False
        wanted = self.args.get("mode")
        return not wanted or _has_mode(wanted, about.st_mode, exact=self.args.flag("exact_mode"))

    def _holds(self, path: Path, about: os.stat_result) -> bool:
        if self.content is None or not stat.S_ISREG(about.st_mode):
            return True
        try:
            data = path.read_bytes()
        except OSError:
            return False
        if self.args.flag("read_whole_file"):
            return self.content.search(data) is not None
        return any(self.content.match(line) for line in data.splitlines(keepends=True))


def _beyond(value: float, limit: int) -> bool:
    return value >= limit if limit >= 0 else value <= -limit


def _has_mode(wanted: Any, mode: int, *, exact: bool) -> bool:
    bits, has = mode_bits(wanted, 0), stat.S_IMODE(mode)
    return bits == has if exact else bool(bits & has)


def _search(args: Arguments) -> _Search:
    contains = args.text("contains")
    try:
        content = re.compile(contains.encode("utf-8", "surrogateescape")) if contains else None
    except re.error as error:
        raise ActionFailed(f"`contains` is no pattern: {contains}: {error}") from error
    return _Search(
        args,
        _KINDS[args.text("file_type")],
        _names(args),
        content,
        _measure("age", args.text("age"), _AGES),
        _measure("size", args.text("size"), _SIZES),
    )


def _names(args: Arguments) -> Callable[[str], bool]:
    regex, hidden = args.flag("use_regex"), args.flag("hidden")
    try:
        wanted = [_matcher(text, regex=regex) for text in args.texts("patterns")]
        excluded = [_matcher(text, regex=regex) for text in args.texts("excludes")]
    except re.error as error:
        raise ActionFailed(f"`patterns` holds what is no pattern: {error}") from error

    def fits(name: str) -> bool:
        if name.startswith(".") and not hidden:
            return False
        chosen = not wanted or any(each.match(name) for each in wanted)
        return chosen and not any(each.match(name) for each in excluded)

    return fits


def _matcher(text: str, *, regex: bool) -> re.Pattern[str]:
    return re.compile(text if regex else fnmatch.translate(text))


def _measure(name: str, text: str, units: Mapping[str, int]) -> int | None:
    if not text:
        return None
    match = re.fullmatch(r"(-?\d+)([a-z]?)", text.strip().lower())
    if match is None or (match[2] and match[2] not in units):
        raise ActionFailed(f"`{name}` is a number with one of {', '.join(units)}; not {text!r}")
    return int(match[1]) * (units[match[2]] if match[2] else 1)


def _facts(about: os.stat_result) -> dict[str, Any]:
    owners = {"pw_name": user_name(about.st_uid), "gr_name": group_name(about.st_gid)}
    return {**facts_of(about), **owners}
