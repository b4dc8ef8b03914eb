"""`command`, `shell`, `raw` and `script`: run a program on the controller."""

from __future__ import annotations

import glob
import os
import re
import shlex
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import PROGRAM, Base, Call, Effects, OneOf, Outcome, Parameter, Place
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import DECRYPT
from runner.actions.filesystem.places import find_source
from runner.actions.filesystem.writing import read_source
from runner.actions.programs.subprocesses import Cut, run_program
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_LINE = Parameter("text", aliases=("_raw_params",), says="What to run.")
_WHERE: Mapping[str, Parameter] = {
    "chdir": Parameter("text", says="The folder it runs in; else the playbook's."),
    "creates": Parameter("text", says="Do nothing if this file (or pattern) is there."),
    "removes": Parameter("text", says="Do nothing if this file (or pattern) is not there."),
}
_PARAMETERS: Mapping[str, Parameter] = {
    "cmd": _LINE,
    "argv": Parameter("list", says="The program and its arguments, each as it is."),
    **_WHERE,
    "stdin": Parameter("text", says="What the program reads."),
    "stdin_add_newline": Parameter("flag", default=True, says="End `stdin` with a line break."),
    "strip_empty_ends": Parameter("flag", default=True, says="No line breaks at the end."),
    "expand_argument_vars": Parameter("flag", default=True, says="Fill in `$NAME` and `~`."),
    "executable": Parameter("text", says="The shell to use."),
    "warn": Parameter("flag", says="Accepted; means nothing any more."),
}


class _Program(Base):
    """An action that starts a program."""

    place: Place = "shell"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It may read and write anything on the controller."""
        return PROGRAM


class Command(_Program):
    """Runs a program without a shell."""

    parameters: Mapping[str, Parameter] = _PARAMETERS
    one_of: OneOf = OneOf(("cmd", "argv"))
    free_form: str | None = "cmd"

    def run(self, call: Call) -> Outcome:
        """Fails when the program's exit status is not 0."""
        args = Arguments(call, self.parameters)
        words = args.texts("argv") if args.has("argv") else _split(_line(call, args))
        started = words
        if args.flag("expand_argument_vars"):
            fill = call.environment
            started = [os.path.expanduser(_filled(word, fill)) for word in words]  # noqa: PTH111
        return _run(call, args, started, words, shlex.join(started))


class Shell(_Program):
    """Runs a line in /bin/sh, or in the shell that `executable` names."""

    parameters: Mapping[str, Parameter] = _PARAMETERS
    one_of: OneOf = OneOf(("cmd", "argv"))
    free_form: str | None = "cmd"

    def run(self, call: Call) -> Outcome:
        """Fails when the line's exit status is not 0."""
        args = Arguments(call, self.parameters)
        line = shlex.join(args.texts("argv")) if args.has("argv") else _line(call, args)
        shell = args.text("executable") or "/bin/sh"
        return _run(call, args, [shell, "-c", line], line, line)


class Raw(_Program):
    """Runs a line in a shell, and gives what it prints as it is."""

    parameters: Mapping[str, Parameter] = {
        "cmd": _LINE,
        "executable": Parameter("text", says="The shell to use."),
    }
    one_of: OneOf = OneOf(("cmd",))
    free_form: str | None = "cmd"

    def run(self, call: Call) -> Outcome:
        """Fails when the line's exit status is not 0."""
        args = Arguments(call, self.parameters)
        line = _line(call, args)
        if call.check:
            return Outcome(skipped="check mode: not run")
        words = [args.text("executable") or "/bin/sh", "-c", line]
        return _printed(_done(call, words, call.paths.playbook, None, {}))


class Script(_Program):
    """Runs a script of the user's, from `files/` first, with the arguments behind its name."""

    parameters: Mapping[str, Parameter] = {
        "cmd": _LINE,
        **_WHERE,
        "executable": Parameter("text", says="The program that reads the script."),
        "decrypt": DECRYPT,
    }
    one_of: OneOf = OneOf(("cmd",))
    free_form: str | None = "cmd"

    def run(self, call: Call) -> Outcome:
        """Fails when the script's exit status is not 0."""
        args = Arguments(call, self.parameters)
        words = _split(_line(call, args))
        folder = folder_of(call, args)
        found = not_needed(args, folder)
        if found is not None:
            name, why, option = found
            return Outcome(skipped=f"{name} {why}, matching {option} option")
        source = find_source(call.paths, words[0], "files")
        if call.check:
            if args.has("creates") or args.has("removes"):
                return Outcome(changed=True)
            return Outcome(skipped="check mode: not run")
        with tempfile.TemporaryDirectory(prefix="playrun-") as private:
            # A copy, since the script itself need not be executable.
            copy = Path(private, source.name)
            copy.touch(mode=0o700)
            copy.write_bytes(read_source(call, source, decrypt=args.flag("decrypt")).data)
            program = [*shlex.split(args.text("executable")), str(copy), *words[1:]]
            return _printed(_done(call, program, folder, None, call.environment))


class _Done(NamedTuple):
    code: int
    out: str
    err: str


def _line(call: Call, args: Arguments) -> str:
    line = args.text("cmd")
    if not line.strip():
        raise ActionFailed(f"`{call.action}` needs a command to run")
    return line


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise ActionFailed(f"cannot split `{line}` into words: {error}") from error


_VARIABLE = r"(?a)\$(?:(?P<plain>\w+)|\{(?P<braced>[^}]*)\})"


def _filled(word: str, more: Mapping[str, str]) -> str:
    """`word` with variables of the environment filled in; unknown ones stay as they are."""

    def value(match: re.Match[str]) -> str:
        name = match["plain"] or match["braced"]
        return more.get(name) or os.environ.get(name, match[0])

    return re.sub(_VARIABLE, value, word)


def folder_of(call: Call, args: Arguments) -> Path:
    """The folder that a program runs in."""
    return call.paths.playbook / os.path.expanduser(args.text("chdir") or ".")  # noqa: PTH111


def _run(
    call: Call, args: Arguments, words: list[str], shown: str | list[str], written: str | list[str]
) -> Outcome:
    """`shown` is what `cmd` of the result says: a shell's line, a program's words."""
    folder = folder_of(call, args)
    if not folder.is_dir():
        return _not_run(shown, None, f"there is no folder {folder} to run it in")
    found = not_needed(args, folder)
    if found is not None:
        name, why, _ = found
        values = _values(shown, _Done(0, f"skipped, since {name} {why}", ""))
        did = "Would" if call.check else "Did"
        return Outcome(values={**values, "msg": f"{did} not run command since '{name}' {why}"})
    if call.check:
        return _checked(args, shown)
    begun = time.time()
    try:
        done = _done(call, words, folder, _stdin(args), call.environment)
    except OSError as error:
        program = words[0] if words else ""
        return _not_run(written, error.errno or 1, f"cannot run `{program}`: {error.strerror}")
    return _outcome(args, shown, done, begun)


def _not_run(shown: str | list[str], code: int | None, why: str) -> Outcome:
    values = {**_values(shown, _Done(0, "", "")), "rc": code, "msg": why}
    return Outcome(values=values, failure=ActionFailed(why))


def _checked(args: Arguments, shown: str | list[str]) -> Outcome:
    """Check mode: with `creates` or `removes` it can be told that it would run."""
    text = "Command would have run if not in check mode"
    values = {**_values(shown, _Done(0, "", "")), "msg": text}
    if args.has("creates") or args.has("removes"):
        return Outcome(changed=True, values=values)
    return Outcome(values=values, skipped=text)


def _done(
    call: Call,
    words: list[str],
    folder: Path,
    stdin: bytes | None,
    environment: Mapping[str, str],
) -> _Done:
    """Raises ActionFailed when the run was cut off before the program ended, and OSError."""
    try:
        code, out, err = run_program(words, folder, stdin, call.cancelled, environment)
    except Cut:
        raise ActionFailed("the program was ended, since the run was cut off") from None
    texts = [data.decode("utf-8", "surrogateescape") for data in (out, err)]
    return _Done(code, texts[0], texts[1])


def _stdin(args: Arguments) -> bytes | None:
    if not args.has("stdin"):
        return None
    end = "\n" if args.flag("stdin_add_newline") else ""
    return f"{args.text('stdin')}{end}".encode("utf-8", "surrogateescape")


def _outcome(args: Arguments, shown: str | list[str], done: _Done, begun: float) -> Outcome:
    if args.flag("strip_empty_ends"):
        done = _Done(done.code, done.out.rstrip("\r\n"), done.err.rstrip("\r\n"))
    values = {**_values(shown, done), **times(begun, time.time()), "msg": ""}
    return _judged(done.code, values)


def _printed(done: _Done) -> Outcome:
    """What `raw` and `script` register: no times, and output as it is."""
    values = _values("", done)
    del values["cmd"]
    return _judged(done.code, values)


def _judged(code: int, values: dict[str, Any]) -> Outcome:
    if code == 0:
        return Outcome(changed=True, values=values)
    failure = ActionFailed(f"non-zero return code: {code}")
    return Outcome(changed=True, values={**values, "msg": "non-zero return code"}, failure=failure)


def not_needed(args: Arguments, folder: Path) -> tuple[str, str, str] | None:
    """The file that makes the command unnecessary, why, by which option; None: it is needed."""
    creates, removes = args.text("creates"), args.text("removes")
    if creates and _exists(folder, creates):
        return creates, "exists", "creates"
    if removes and not _exists(folder, removes):
        return removes, "does not exist", "removes"
    return None


def _exists(folder: Path, pattern: str) -> bool:
    return bool(glob.glob(str(folder / os.path.expanduser(pattern))))  # noqa: PTH111, PTH207


def _values(shown: str | list[str], done: _Done) -> dict[str, Any]:
    return {
        "cmd": shown,
        "rc": done.code,
        "stdout": done.out,
        "stderr": done.err,
        "stdout_lines": done.out.splitlines(),
        "stderr_lines": done.err.splitlines(),
    }


def times(begun: float, ended: float) -> dict[str, str]:
    """When a program began and ended, as results say it; both in seconds since 1970."""
    begin, end = datetime.fromtimestamp(begun), datetime.fromtimestamp(ended)
    return {"start": str(begin), "end": str(end), "delta": str(end - begin)}
