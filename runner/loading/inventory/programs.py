"""Inventories that are programs: run with `--list`, and `--host` where that did not say all."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import LoadError
from runner.loading.inventory import json_format
from runner.loading.inventory.cache import Answers
from runner.loading.inventory.groups import Tree
from runner.values import Origin
from runner.yaml.documents import MAX_BYTES
from runner.yaml.messages import shown_line

if TYPE_CHECKING:
    import subprocess

_BINARY = b"\x7fELF"
_SCRIPT = b"#!"


def is_program(path: Path, data: bytes) -> bool:
    """Whether the file is run rather than read. Raises LoadError for one that cannot be run."""
    if os.access(path, os.X_OK):
        return data.startswith((_SCRIPT, _BINARY))
    if data.startswith(_SCRIPT) and not path.suffix:
        raise LoadError(
            "it begins with #! and may not be run",
            origin=Origin(str(path), 1, 1),
            hint=f"chmod +x {path}",
        )
    return False


def read(tree: Tree, path: Path, data: bytes, answers: Answers) -> list[str]:
    """Adds what a program says; returns warnings. Raises LoadError."""
    source = str(path)
    answer = answers.of(source, data, lambda: _ask(path, answers.keeping.timeout))
    groups = json_format.check(answer["list"], source)
    return json_format.fill(tree, groups, answer["hosts"], source)


def _ask(path: Path, timeout: float) -> dict[str, Any]:
    groups = json_format.check(_output(path, ["--list"], timeout), str(path))
    variables = json_format.host_variables(groups)
    if variables is None:
        hosts = json_format.hosts_of(groups)
        variables = {host: _output(path, ["--host", host], timeout) for host in hosts}
    if not isinstance(variables, dict):
        raise _failed(path, "`_meta.hostvars` must be an object of hosts")
    return {"list": groups, "hosts": variables}


def _output(path: Path, words: Sequence[str], timeout: float) -> Any:
    """What the program prints, as JSON; an empty answer is an empty object. Raises LoadError."""
    out, err, code = _run(path, words, timeout)
    if code:
        said = next(iter(err.decode("utf-8", "replace").strip().splitlines()), "")
        reason = f": {shown_line(said)}" if said else ""
        raise _failed(path, f"{' '.join(words)} failed (exit {code}){reason}")
    if not out.strip():
        return {}
    if len(out) > MAX_BYTES:
        raise _failed(path, f"{words[0]} prints more than {MAX_BYTES >> 20} MB")
    try:
        return json.loads(out)
    except (ValueError, RecursionError) as error:
        raise _failed(path, f"{words[0]} does not print JSON: {error}") from None


def _run(path: Path, words: Sequence[str], timeout: float) -> tuple[bytes, bytes, int]:
    import subprocess  # few inventories are programs

    try:
        process = subprocess.Popen(
            [str(path.absolute()), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(path, f"cannot be run: {(error.strerror or str(error)).lower()}") from None
    try:
        out, err = process.communicate(timeout=timeout)
    except BaseException as error:
        # The program is not reaped yet, so its group is still its own.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        _let_go(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise _failed(path, f"{words[0]} took longer than {timeout:g} s") from None
        raise
    return out, err, process.returncode


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Reaps it, without waiting for whoever else may hold its pipes open."""
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()


def _failed(path: Path, message: str) -> LoadError:
    return LoadError(f"inventory program: {message}", origin=Origin(str(path), 1, 1))
