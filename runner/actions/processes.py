"""`command` and `shell`: run a program on the controller, as Ansible does for localhost."""

from __future__ import annotations

import glob
import os
import shlex
import subprocess
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from runner.actions.api import Call, Effect, Effects, OneOf, Outcome, Parameter, Place
from runner.actions.subprocesses import Cut, run_program
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_PARAMETERS: Mapping[str, Parameter] = {
    "cmd": Parameter("text", aliases=("_raw_params",)),
    "argv": Parameter("list"),
    "chdir": Parameter("text"),
    "creates": Parameter("text"),
    "removes": Parameter("text"),
    "stdin": Parameter("text"),
    "stdin_add_newline": Parameter("flag"),
    "strip_empty_ends": Parameter("flag"),
    "expand_argument_vars": Parameter("flag"),
    "executable": Parameter("text"),
}


class Command:
    """Runs a program without a shell."""

    parameters: Mapping[str, Parameter] = _PARAMETERS
    one_of: OneOf = OneOf(("cmd", "argv"))
    free_form: str | None = "cmd"
    place: Place = "shell"
    raw: frozenset[str] = frozenset()

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It may read and write anything on the controller."""
        return frozenset({Effect.SHARED_WRITE})

    def writes(self, call: Call) -> bool:
        """Never a device."""
        return False

    def run(self, call: Call) -> Outcome:
        """Fails when the program's exit status is not 0."""
        argv = call.args.get("argv")
        words = [str(word) for word in argv] if argv else _split(_command(call))
        if _flag(call, "expand_argument_vars"):
            words = [os.path.expanduser(os.path.expandvars(word)) for word in words]  # noqa: PTH111
        return _run(call, words, words)


class Shell(Command):
    """Runs a line in /bin/sh, or in the shell that `executable` names."""

    def run(self, call: Call) -> Outcome:
        """Fails when the line's exit status is not 0."""
        line = _command(call)
        shell = str(call.args.get("executable") or "/bin/sh")
        return _run(call, [shell, "-c", line], line)


def _command(call: Call) -> str:
    if not call.args.get("cmd"):
        raise ActionFailed(f"{call.action} needs a command to run")
    return str(call.args["cmd"]).strip()


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise ActionFailed(f"cannot split `{line}` into words: {error}") from error


def _flag(call: Call, name: str) -> bool:
    """These flags are all true unless they are said not to be."""
    return str(call.args.get(name, True)).lower() not in ("false", "no", "off", "0")


def _run(call: Call, words: list[str], shown: str | list[str]) -> Outcome:
    """`shown` is what `cmd` of the result says: a shell's line, a program's words."""
    folder = call.paths.playbook / str(call.args.get("chdir", "."))
    found = _not_needed(call, folder)
    if found is not None:
        name, why = found
        values = _values(shown, 0, f"skipped, since {name} {why}", "")
        return Outcome(values={**values, "msg": f"Did not run command since '{name}' {why}"})
    if call.check:
        text = "Command would have run if not in check mode"
        return Outcome(values={**_values(shown, 0, "", ""), "msg": text}, skipped=text)
    started = time.time()
    try:
        done = _done(call, words, folder)
    except OSError as error:
        why = f"cannot run `{words[0] if words else ''}`: {error.strerror}"
        return Outcome(
            values={**_values(shown, error.errno or 1, "", ""), "msg": why},
            failure=ActionFailed(why),
        )
    return _outcome(call, shown, done, started)


def _done(call: Call, words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Raises ActionFailed when the run was cut off before the program ended."""
    try:
        code, out, err = run_program(words, folder, _stdin(call), call.cancelled)
    except Cut:
        raise ActionFailed("the program was ended, since the run was cut off") from None
    return subprocess.CompletedProcess(words, code, _text(out), _text(err))


def _stdin(call: Call) -> bytes | None:
    stdin = call.args.get("stdin")
    if stdin is None:
        return None
    end = "\n" if _flag(call, "stdin_add_newline") else ""
    return f"{stdin}{end}".encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    text = data.decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _outcome(
    call: Call, shown: str | list[str], done: subprocess.CompletedProcess[str], started: float
) -> Outcome:
    out, err = done.stdout, done.stderr
    if _flag(call, "strip_empty_ends"):
        out, err = out.rstrip("\r\n"), err.rstrip("\r\n")
    values = {**_values(shown, done.returncode, out, err), **_times(started, time.time())}
    if done.returncode == 0:
        return Outcome(changed=True, values={**values, "msg": ""})
    failure = ActionFailed(f"non-zero return code: {done.returncode}")
    return Outcome(changed=True, values={**values, "msg": "non-zero return code"}, failure=failure)


def _not_needed(call: Call, folder: Path) -> tuple[str, str] | None:
    """The file that makes the command unnecessary, and why; None: it is needed."""
    creates, removes = call.args.get("creates"), call.args.get("removes")
    if creates and _exists(folder, str(creates)):
        return str(creates), "exists"
    if removes and not _exists(folder, str(removes)):
        return str(removes), "does not exist"
    return None


def _exists(folder: Path, pattern: str) -> bool:
    return bool(glob.glob(str(folder / pattern)))  # noqa: PTH207  the pattern may be absolute


def _values(shown: str | list[str], code: int, out: str, err: str) -> dict[str, Any]:
    return {
        "cmd": shown,
        "rc": code,
        "stdout": out,
        "stderr": err,
        "stdout_lines": out.splitlines(),
        "stderr_lines": err.splitlines(),
    }


def _times(started: float, ended: float) -> dict[str, str]:
    begin, end = datetime.fromtimestamp(started), datetime.fromtimestamp(ended)
    return {"start": str(begin), "end": str(end), "delta": str(end - begin)}
