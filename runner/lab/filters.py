"""What stands behind a `|`: output filters of the simulated command lines."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence

_RISKY = re.compile(r"\)[*+{?]|([*+{].*){4}")
"""A repeated group, or much repetition, can take for ever on a line that nearly fits, and
every device with it."""


_JUNOS = "http://xml.juniper.net/junos/21.4R0/junos"


class FilterError(Exception):
    """The pipe cannot be run; the message is for the device to print."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern of a filter. Raises FilterError."""
    plain = pattern.strip().strip('"')
    if _RISKY.search(plain) or len(plain) > 200:
        raise FilterError("% Failed to compile regular expression\n")
    try:
        return re.compile(plain)
    except re.error:
        raise FilterError("% Failed to compile regular expression\n") from None


def _include(lines: Sequence[str], pattern: str) -> list[str]:
    search = compiled(pattern).search
    return [line for line in lines if search(line)]


def _exclude(lines: Sequence[str], pattern: str) -> list[str]:
    search = compiled(pattern).search
    return [line for line in lines if not search(line)]


def _begin(lines: Sequence[str], pattern: str) -> list[str]:
    search = compiled(pattern).search
    first = next((index for index, line in enumerate(lines) if search(line)), len(lines))
    return list(lines[first:])


def _count(lines: Sequence[str], pattern: str) -> list[str]:
    found = _include(lines, pattern) if pattern else lines
    return [f"Number of lines which match regexp = {len(found)}"]


def _number(lines: Sequence[str], _: str) -> list[str]:
    return [str(len(lines))]


def _grep(lines: Sequence[str], pattern: str) -> list[str]:
    """As the program, with `-i`, `-v` and `-c`."""
    words = pattern.split()
    flags = "".join(words.pop(0)[1:] for word in [*words] if word.startswith("-"))
    search = compiled(("(?i)" if "i" in flags else "") + " ".join(words).strip("'\"")).search
    found = [line for line in lines if bool(search(line)) is not ("v" in flags)]
    return _number(found, "") if "c" in flags else found


def _head(lines: Sequence[str], pattern: str) -> list[str]:
    return list(lines[: _counted(pattern)])


def _counted(pattern: str) -> int:
    """`lines 5`, `-n 5` and `5` are all five."""
    word = pattern.split()[-1] if pattern.strip() else ""
    return int(word[:6]) if word.isascii() and word.isdigit() else 10


def _display(lines: Sequence[str], pattern: str) -> list[str]:
    """What has no structure of its own is one text in it."""
    text = "".join(f"{line}\n" for line in lines)
    if pattern.startswith("xml"):
        banner = "    <cli>\n        <banner></banner>\n    </cli>"
        inner = f"    <output>\n{html.escape(text, quote=False)}    </output>\n{banner}"
        return f'<rpc-reply xmlns:junos="{_JUNOS}">\n{inner}\n</rpc-reply>'.splitlines()
    return [json.dumps({"output": text})] if pattern.startswith("json") else list(lines)


def _lines_counted(lines: Sequence[str], _: str) -> list[str]:
    return [f"Count: {len(lines)} lines"]


def _section(lines: Sequence[str], pattern: str) -> list[str]:
    search = compiled(pattern).search
    found: list[str] = []
    above: int | None = None
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if above is None or depth <= above:
            above = depth if search(line) else None
        if above is not None:
            found.append(line)
    return found


def _last(lines: Sequence[str], pattern: str) -> list[str]:
    count = _counted(pattern)
    return list(lines[-count:]) if count else []


def _all(lines: Sequence[str], _: str) -> list[str]:
    return list(lines)


FILTERS: Mapping[str, Callable[[Sequence[str], str], list[str]]] = {
    "include": _include,
    "exclude": _exclude,
    "begin": _begin,
    "count": _count,
    "lines": _lines_counted,
    "section": _section,
    "last": _last,
    "head": _head,
    "number": _number,
    "grep": _grep,
    "display": _display,
    "all": _all,
}


def split_pipes(line: str, *, chained: bool = True) -> tuple[str, list[str]]:
    """The command, and what stands behind each `|` outside quotes (or only the first)."""
    parts = [""]
    quoted = False
    for piece in re.split(r'(["|])', line):
        quoted ^= piece == '"'
        if piece == "|" and not quoted and (chained or len(parts) == 1):
            parts.append("")
        else:
            parts[-1] += piece
    return parts[0].rstrip(), [part.strip() for part in parts[1:]]


def run_pipes(text: str, pipes: Sequence[str], known: Mapping[str, str]) -> str:
    """Filters `text`. `known`: the platform's words for the filters. Raises FilterError."""
    lines = text.splitlines()
    for pipe in pipes:
        word, _, pattern = pipe.partition(" ")
        like = [name for name in known if name.startswith(word.lower())] if word else []
        chosen = word if word in known else like[0] if len(like) == 1 else ""
        if not chosen:
            raise FilterError(f"% Invalid filter: {word}\n")
        lines = FILTERS[known[chosen]](lines, pattern)
    return "".join(f"{line}\n" for line in lines)
