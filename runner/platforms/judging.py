"""What a platform's patterns say of a line, a command or an output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from re import Match

from runner.platforms.model import Mode, Platform
from runner.values import MASK

_VETO = re.compile(
    r"[>;`\x00-\x08\x0a-\x1f\x7f]|\$\(|&&|\|\||(?:^|\|)\s*$|\b(?:redirect|append|tee|save)\b",
    re.IGNORECASE,
)
"""Whatever the platform says: output that goes elsewhere, a second command, an empty pipe."""


LONGEST_PROMPT = 512
"""In characters. A longer line is no prompt, and is not searched for one."""


def is_read_only(platform: Platform, command: str) -> bool:
    """Whether `command` certainly changes nothing on the device. When in doubt, False."""
    if _VETO.search(command) is not None:
        return False
    head, pipe, filters = command.partition("|")
    if pipe:
        allowed = platform.read_only_filter
        if allowed is None or allowed.fullmatch(filters.strip()) is None:
            return False
    wanted = head.strip()
    return any(pattern.fullmatch(wanted) for pattern in platform.read_only)


def mode_of(platform: Platform, line: str) -> Mode | None:
    """The mode whose prompt `line` is; None if it is no prompt."""
    last = line.rstrip(" \t\x00")
    if len(last) > LONGEST_PROMPT:
        return None
    return next((mode for mode in platform.modes.values() if mode.prompt.fullmatch(last)), None)


def error_in(platform: Platform, text: str) -> str | None:
    """The first line of `text` that is one of the platform's error messages."""
    found = [match for pattern in platform.errors if (match := pattern.search(text))]
    if not found:
        return None
    first = min(found, key=lambda match: match.start())
    start = text.rfind("\n", 0, first.start()) + 1
    return text[start:].split("\n", 1)[0].strip()


def without_volatile(platform: Platform, text: str) -> str:
    """`text` (a backup) without the lines that change by themselves."""
    patterns = platform.backup.volatile if platform.backup else ()
    if not patterns:
        return text
    return "\n".join(lasting(text.split("\n"), patterns))


def lasting(lines: Iterable[str], volatile: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """The lines that none of the patterns is for; blanks at their ends do not count."""
    for line in lines:
        bare = line.rstrip()
        if not any(pattern.fullmatch(bare) for pattern in volatile):
            yield line


def redact(platform: Platform, text: str) -> str:
    """`text` with what the platform's secret patterns find replaced by asterisks."""
    for pattern in platform.secrets:
        text = pattern.sub(_mask, text)
    return text


def _mask(match: Match[str]) -> str:
    start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
    whole = match.group()
    return whole[:start] + MASK + whole[end:]
