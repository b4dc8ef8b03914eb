"""`copy` and `template`: write files on the controller."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import Base, Call, Effects, OneOf, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import (
    BACKUP,
    DECRYPT,
    FILE_PARAMETERS,
    VALIDATE,
    Wanted,
    described,
    settle,
    told,
    wanted,
)
from runner.actions.filesystem.places import (
    Spot,
    destination,
    find_either,
    find_source,
    location,
    own,
    reads_and_writes,
    refuse_planted_links,
    spot,
)
from runner.actions.filesystem.writing import (
    New,
    Read,
    Refused,
    alone,
    difference,
    is_own,
    md5,
    put,
    read_bytes,
    read_source,
    sha1,
    status,
    why,
)
from runner.errors import ActionFailed
from runner.platforms.model import Platform
from runner.templating import TemplateOptions
from runner.templating.about import knowing_itself

__all__ = ["Copy", "Template", "find_source"]

_COMMON: Mapping[str, Parameter] = {
    "dest": Parameter("text", required=True, says="Where it goes: a file, or a folder."),
    "force": Parameter("flag", default=True, says="Whether to replace a file that differs."),
    "backup": BACKUP,
    "validate": VALIDATE,
    "follow": Parameter("flag", default=False, says="Write where a link at `dest` leads."),
    **FILE_PARAMETERS,
}


class Source(NamedTuple):
    """What is to be in a file: its content, and where that is from (None: from the task)."""

    data: bytes
    path: Path | None = None
    header: str | None = None
    """What a diff calls it; None: the target's path."""
    secret: bool = False
    """Whether it was vaulted: a diff says only that it differs then."""


class Template(Base):
    """Renders the template `src` into `dest`.

    What a device or a program gave may be part of a name in `dest`; which folder it is, only
    the playbook and its variables say.
    """

    parameters: Mapping[str, Parameter] = {
        "src": Parameter("text", required=True, says="The template, from `templates/` first."),
        "trim_blocks": Parameter("flag", default=True, says="No line break after a block."),
        "lstrip_blocks": Parameter("flag", default=False, says="No blanks before a block."),
        "newline_sequence": Parameter(
            "text", default="\n", says=r"What ends a line: `\n`, `\r` or `\r\n`."
        ),
        "variable_start_string": Parameter("text", default="{{", says="Instead of `{{`."),
        "variable_end_string": Parameter("text", default="}}", says="Instead of `}}`."),
        "block_start_string": Parameter("text", default="{%", says="Instead of `{%`."),
        "block_end_string": Parameter("text", default="%}", says="Instead of `%}`."),
        "comment_start_string": Parameter("text", default="{#", says="Instead of `{#`."),
        "comment_end_string": Parameter("text", default="#}", says="Instead of `#}`."),
        "output_encoding": Parameter("text", default="utf-8", says="How text becomes bytes."),
        **_COMMON,
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A shared file, unless its path names the host."""
        return reads_and_writes(args, reads="src", writes="dest")

    def run(self, call: Call) -> Outcome:
        """Changed only when the file's content, mode or owner differs."""
        args = Arguments(call, self.parameters)
        path = find_source(call.paths, args.text("src"), "templates")
        target = _target(call, path.name)
        variables = knowing_itself(call.variables, path, target.path)
        text = call.templar.file(path, variables, options=_options(call, args))
        encoding = args.text("output_encoding")
        try:
            data = text.encode(encoding, "surrogateescape")
        except (LookupError, UnicodeError) as error:
            raise ActionFailed(f"cannot write {target.path} in {encoding}: {error}") from error
        # Whether it was vaulted matters only to who sees what changed.
        secret = call.diff and read_source(call, path, decrypt=True).secret
        return place(call, args, target, Source(data, path, str(path), secret))


_AS_USUAL = TemplateOptions()


def _options(call: Call, args: Arguments) -> TemplateOptions:
    if call.args.keys().isdisjoint(TemplateOptions._fields):
        return _AS_USUAL
    found: dict[str, Any] = {}
    for name in TemplateOptions._fields:
        if args.given(name):
            found[name] = args.flag(name) if name.endswith("_blocks") else args.text(name)
    ending = args.text("newline_sequence").replace("\\n", "\n").replace("\\r", "\r")
    if ending not in ("\n", "\r", "\r\n"):
        raise ActionFailed(rf"`newline_sequence` is one of \n, \r, \r\n; not {ending!r}")
    return TemplateOptions(**{**found, "newline_sequence": ending})


class Copy(Base):
    """Writes `content`, or the file or folder `src` as it is, to `dest`.

    What a device or a program gave may be part of a name in `dest`; which folder it is, only
    the playbook and its variables say.
    """

    parameters: Mapping[str, Parameter] = {
        "content": Parameter("any", says="A text; a list or a mapping becomes JSON."),
        "src": Parameter("text", says="A file, or a folder with all in it; from `files/` first."),
        "remote_src": Parameter(
            "flag", default=False, says="`src` is where the task runs: here, the project's folder."
        ),
        "directory_mode": Parameter("any", says="Mode of folders that are made."),
        "local_follow": Parameter("flag", default=True, says="Copy what links in `src` lead to."),
        "checksum": Parameter("text", says="The SHA-1 that the file must have."),
        "decrypt": DECRYPT,
        **_COMMON,
    }
    one_of: OneOf = OneOf(("content", "src"))

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A shared file, unless its path names the host."""
        return reads_and_writes(args, reads="src", writes="dest")

    def run(self, call: Call) -> Outcome:
        """Changed only when content, mode or owner of a file differs."""
        args = Arguments(call, self.parameters)
        if call.args.get("src") is None:
            return self._content(call, args)
        path = _copied(call, args)
        if path.is_dir():
            return _tree(call, args, path)
        target = _target(call, path.name)
        source = _read(call, args, path)
        expected = args.text("checksum")
        if expected and expected != sha1(source.data):
            values = {"checksum": sha1(source.data), "expected_checksum": expected}
            message = f"{path} does not have the checksum {expected}"
            return Outcome(values={**values, "msg": message}, failure=ActionFailed(message))
        return place(call, args, target, source, _kept_mode(args, path))

    def _content(self, call: Call, args: Arguments) -> Outcome:
        content = call.args.get("content")
        if content is None:
            raise ActionFailed("`copy` needs `content` or `src`")
        text = json.dumps(content) if isinstance(content, (dict, list)) else str(content)
        target = spot(call, "dest")
        if target.is_folder or str(call.args["dest"]).endswith("/"):
            raise ActionFailed(f"`dest` is a folder: {target.path}", hint="name a file in it")
        return place(call, args, target, Source(text.encode("utf-8", "surrogateescape")))


def _read(call: Call, args: Arguments, path: Path) -> Source:
    decrypt = args.flag("decrypt") and not args.flag("remote_src")
    read = read_source(call, path, decrypt=decrypt)
    return Source(read.data, path, str(path), read.secret)


def _copied(call: Call, args: Arguments) -> Path:
    if not args.flag("remote_src"):
        return find_either(call.paths, args.text("src"), "files")
    path = location(call, "src")
    if not path.exists():
        raise ActionFailed(f"there is no `src` {path}")
    return path


def _target(call: Call, source_name: str) -> Spot:
    """The file that `dest` means: a folder gets one of the source's name."""
    target = spot(call, "dest")
    if target.is_folder or str(call.args["dest"]).endswith("/"):
        path = target.path / source_name
        return Spot(path, refuse_planted_links(path))
    return target


def _kept_mode(args: Arguments, path: Path) -> Wanted:
    if args.get("mode") != "preserve":
        return wanted(args)
    return wanted(args)._replace(mode=stat.S_IMODE(path.stat().st_mode))


def place(
    call: Call, args: Arguments, target: Spot, source: Source, want: Wanted | None = None
) -> Outcome:
    """Puts content where it is to be, and says what that changed. Raises ActionFailed."""
    want = wanted(args) if want is None else want
    if want.mode == "preserve":
        want = want._replace(mode=stat.S_IMODE(source.path.stat().st_mode) if source.path else None)
    path = target.path
    if target.is_link:
        path = Path(os.path.realpath(path)) if args.flag("follow") else path
        target = Spot(path, status(path))
    try:
        if is_own(call, path):
            return _placed(call, args, target, source, want)
        with alone(call, path):
            return _placed(call, args, Spot(path, status(path)), source, want)
    except OSError as error:
        raise ActionFailed(f"cannot write {path}: {why(error)}") from error
    except Refused as error:
        values = {"checksum": sha1(source.data), **error.values, "msg": error.message}
        return Outcome(values=values, failure=error)


def _placed(call: Call, args: Arguments, target: Spot, source: Source, want: Wanted) -> Outcome:
    path, there = target.path, target.about is not None
    if there and not args.flag("force"):
        return Outcome(values={"dest": own(path), **_from(source)})
    if there and read_bytes(path) == source.data:
        return _same(call, path, source, want)
    diff = [_shown(path, source)] if call.diff else []
    if call.check:
        return Outcome(changed=True, values={"diff": diff})
    named = args.text("dest").endswith("/")
    backup, validate = args.flag("backup"), args.text("validate")
    done = put(call, path, New(source.data, want, backup, validate, named, fresh=not there))
    values: dict[str, Any] = {
        **({"diff": diff} if diff or not _is_here(args) else {}),
        "dest": own(path),
        **_from(source),
        "md5sum": md5(source.data),
        "checksum": sha1(source.data),
    }
    if done.backup is not None:
        values["backup_file"] = own(Path(done.backup))
    return Outcome(changed=True, values={**values, **told(done.about)})


def _shown(target: Path, source: Source) -> dict[str, Any]:
    return difference(target, Read(source.data, source.secret), source.header or str(target))


def _is_here(args: Arguments) -> bool:
    """Whether the file was already where the task runs."""
    return bool(args.knows("remote_src") and args.flag("remote_src"))


def _from(source: Source) -> dict[str, str]:
    return {} if source.path is None else {"src": str(source.path)}


def _same(call: Call, target: Path, source: Source, want: Wanted) -> Outcome:
    sides = settle(target, want, check=call.check)
    path = {"path": own(target)}
    diff = {"before": {**path, **sides.before}, "after": {**path, **sides.after}}
    values = {
        "diff": diff if call.diff else [],
        **path,
        **described(target, follow=True),
        "checksum": sha1(source.data),
        "dest": own(target),
    }
    return Outcome(changed=sides.changed, values=values)


def _tree(call: Call, args: Arguments, folder: Path) -> Outcome:
    """A folder with all in it; with a `/` at its end, all in it without the folder itself."""
    target = destination(call, "dest")
    if target.exists() and not target.is_dir():
        raise ActionFailed(f"cannot copy the folder {folder} over the file {target}")
    inner = target if args.text("src").endswith("/") else target / folder.name
    folder_mode = Wanted(mode=args.get("directory_mode"))
    changed = False
    for path, goal in _walk(folder, inner, follow=args.flag("local_follow")):
        there = Spot(goal, refuse_planted_links(goal))
        if path.is_dir():
            changed |= _folder(call, goal, folder_mode)
            continue
        outcome = place(call, args, there, _read(call, args, path), _kept_mode(args, path))
        if outcome.failure is not None:
            return outcome
        changed |= outcome.changed
    if call.check and changed:
        return Outcome(changed=True, values={"diff": []})
    values: dict[str, Any] = {"dest": f"{str(target).rstrip('/')}/", "src": args.text("src")}
    if args.flag("remote_src"):
        values |= {"dest": own(target), "checksum": None, "md5sum": None, **described(target)}
    return Outcome(changed=changed, values=values)


def _walk(folder: Path, goal: Path, *, follow: bool) -> Iterator[tuple[Path, Path]]:
    for root, folders, names in os.walk(folder, followlinks=follow):
        folders.sort()
        here = Path(root)
        to = goal / here.relative_to(folder)
        yield here, to
        yield from ((here / name, to / name) for name in sorted(names))


def _folder(call: Call, path: Path, want: Wanted) -> bool:
    if path.is_dir():
        return settle(path, want, check=call.check).changed
    if not call.check:
        missing = [part for part in (path, *path.parents) if not part.exists()]
        for part in reversed(missing):
            part.mkdir(exist_ok=True)
            settle(part, want, check=False)
    return True
