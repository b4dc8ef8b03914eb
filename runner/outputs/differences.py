"""What a task changed, as `--diff` shows it: the two sides of each `diff` in a result.

The form is Ansible's: a unified diff, sides that are mappings as JSON.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from runner.outputs.lines import Line, Style

_NO_END = "\\ No newline at end of file"
_STYLES: dict[str, Style] = {"+": "ok", "-": "failed", "@": "faint"}


def difference_lines(values: Mapping[str, Any]) -> list[Line]:
    """The differences in a task's result; none where the two sides are the same."""
    found = values.get("diff") or ()
    parts = [found] if isinstance(found, Mapping) else found
    if not isinstance(parts, (list, tuple)):
        return []
    return [line for part in parts if isinstance(part, Mapping) for line in _part(part)]


def _part(part: Mapping[str, Any]) -> Iterator[Line]:
    if part.get("prepared"):
        yield from map(_styled, str(part["prepared"]).splitlines())
    if "before" not in part and "after" not in part:
        return
    before, after = _side(part.get("before")), _side(part.get("after"))
    if before == after:
        return
    heads = [_head("before", part), _head("after", part)]
    yield from (
        Line(f"{mark} {head}", "faint") for mark, head in zip(("---", "+++"), heads, strict=True)
    )
    for text in list(difflib.unified_diff(before, after, lineterm=""))[2:]:
        yield from map(_styled, text.split("\n"))


def _side(value: Any) -> list[str]:
    """Its lines; one without a line break says so below it."""
    if isinstance(value, Mapping):
        value = json.dumps(value, indent=4, sort_keys=True, default=str) + "\n"
    text = "" if value is None else str(value)
    lines = text.split("\n")
    last = lines.pop()
    return [*lines, f"{last}\n{_NO_END}"] if last else lines


def _head(side: str, part: Mapping[str, Any]) -> str:
    name = part.get(f"{side}_header")
    return f"{side}: {name}" if name else side


def _styled(text: str) -> Line:
    return Line(text, _STYLES.get(text[:1], ""))
