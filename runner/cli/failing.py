"""Errors as a person reads them: what, where, the line, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runner.errors import LoadError, PlayrunError, Problems
from runner.outputs.terminal import printable
from runner.values import Origin

_LONGEST = 1 << 20
"""Bytes of a file that is opened only to show a line of it."""
_VAULTED = b"$ANSIBLE_VAULT"


def explain(error: PlayrunError) -> str:
    """The text for stderr, ending in a newline, with nothing in it that moves a cursor.

    A message may quote what an inventory program or a service has said.
    """
    return printable(_told(error))


def _told(error: PlayrunError) -> str:
    if isinstance(error, Problems):
        parts = [_explained(problem) for problem in _in_order(error.problems)]
        told = f"playrun: {len(parts)} problems; nothing was run\n" if parts[1:] else ""
        return "".join(parts) + told
    return _explained(error)


def _in_order(problems: Sequence[PlayrunError]) -> list[PlayrunError]:
    """Each once; file by file as these come, and each file from its top."""
    files: dict[str, int] = {"": 0}
    for problem in problems:
        files.setdefault(problem.origin.file if problem.origin else "", len(files))

    def place(problem: PlayrunError) -> tuple[int, int, int]:
        file, line, column = problem.origin or Origin("", 0, 0)
        return files[file], line, column

    return sorted({str(problem): problem for problem in problems}.values(), key=place)


def _explained(error: PlayrunError) -> str:
    where = f"{error.origin}: " if error.origin else ""
    text = f"playrun: {where}{error.message}\n{_line_of(error)}"
    return text + (f"  → {error.hint}\n" if error.hint else "")


def _line_of(error: PlayrunError) -> str:
    """The line that it is about, with a mark below the place.

    An error in loading brings its line, or leaves it out for a reason: passwords. A template
    file's line is known, its column is not.
    """
    if isinstance(error, LoadError):
        known = error.excerpt is not None and not _is_vaulted(error.origin)
        return _marked(error.excerpt or "", error.origin) if known else ""
    if error.origin is None:
        return ""
    line = _read(error.origin)
    if line is None:
        return ""
    return _marked(line, error.origin if error.origin.column > 1 else None)


def _is_vaulted(origin: Origin | None) -> bool:
    """Whether the file as a whole is vaulted, and was decrypted to be read."""
    if origin is None:
        return False
    try:
        with Path(origin.file).open("rb") as opened:
            return opened.read(len(_VAULTED)) == _VAULTED
    except (OSError, ValueError):
        return False


def _read(origin: Origin) -> str | None:
    from runner.yaml.messages import excerpt_at

    try:
        with Path(origin.file).open("rb") as opened:
            data = opened.read(_LONGEST)
    except (OSError, ValueError):
        return None
    if data.startswith(_VAULTED):
        return None
    return excerpt_at(data.decode("utf-8", "replace").removeprefix("\ufeff"), origin.line)


def _marked(line: str, origin: Origin | None) -> str:
    shown = f"    {line.expandtabs(1)}\n"
    return shown if origin is None else f"{shown}    {' ' * (origin.column - 1)}^\n"
