"""`command` and `shell`: run a program on the controller, as Ansible does for localhost."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import Call, Effect, Effects, OneOf, Outcome, Parameter, Place
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_PARAMETERS: Mapping[str, Parameter] = {
    "cmd": Parameter("text", aliases=("_raw_params",)),
    "argv": Parameter("list"),
    "chdir": Parameter("text"),
    "creates": Parameter("text"),
    "removes": Parameter("text"),
    "stdin": Parameter("text"),
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
        return _run(call, words)


class Shell(Command):
    """Runs a line in /bin/sh."""

    def run(self, call: Call) -> Outcome:
        """Fails when the line's exit status is not 0."""
        return _run(call, ["/bin/sh", "-c", _command(call)])


def _command(call: Call) -> str:
    if not call.args.get("cmd"):
        raise ActionFailed(f"{call.action} needs a command to run")
    return str(call.args["cmd"]).strip()


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise ActionFailed(f"cannot split `{line}` into words: {error}") from error


def _run(call: Call, words: list[str]) -> Outcome:
    folder = call.paths.playbook / str(call.args.get("chdir", "."))
    reason = _not_needed(call, folder)
    if reason is not None:
        return Outcome(values={"stdout": reason, "rc": 0, "cmd": words})
    if call.check:
        return Outcome(skipped="check mode: the command was not run")
    started = time.monotonic()
    stdin = call.args.get("stdin")
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            input=None if stdin is None else f"{stdin}\n",
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
    except OSError as error:
        raise ActionFailed(f"cannot run `{words[0]}`: {error.strerror}") from error
    values = _values(words, done, time.monotonic() - started)
    failure = None
    if done.returncode:
        failure = ActionFailed(f"non-zero return code: {done.returncode}")
    return Outcome(changed=True, values=values, failure=failure)


def _not_needed(call: Call, folder: Path) -> str | None:
    creates, removes = call.args.get("creates"), call.args.get("removes")
    if creates and any(folder.glob(str(creates))):
        return f"skipped, since {creates} exists"
    if removes and not any(folder.glob(str(removes))):
        return f"skipped, since {removes} does not exist"
    return None


def _values(
    words: list[str], done: subprocess.CompletedProcess[str], seconds: float
) -> dict[str, Any]:
    out, err = done.stdout.rstrip("\r\n"), done.stderr.rstrip("\r\n")
    return {
        "cmd": words,
        "rc": done.returncode,
        "stdout": out,
        "stderr": err,
        "stdout_lines": out.splitlines(),
        "stderr_lines": err.splitlines(),
        "delta": f"{seconds:.6f}",
    }
