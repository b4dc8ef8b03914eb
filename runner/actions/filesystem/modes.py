"""File modes as Ansible writes them: octal digits, a number, or `u=rwX,g-w`."""

from __future__ import annotations

import re
import stat
from functools import cache
from pathlib import Path
from typing import Any

from runner.errors import ActionFailed

_CLAUSE = re.compile(r"(?P<who>[ugoa]*)(?P<steps>(?:[-+=](?:[rwxXst]*|[ugo]))+)")
_STEP = re.compile(r"([-+=])([rwxXstugo]*)")
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_SPECIAL = {"u": stat.S_ISUID, "g": stat.S_ISGID, "o": 0}
_CLEARED = {**_SPECIAL, "o": stat.S_ISVTX}
"""What `=` takes away besides the three bits."""
_BITS = {"r": 4, "w": 2, "x": 1}


def mode_bits(value: Any, status: int) -> int:
    """The permission bits that `value` means for a file whose `st_mode` is `status`.

    YAML makes 0644 the number 420, and '0644' a text: both mean the same bits. Raises
    ActionFailed for anything that is no mode.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        bits = value
    elif re.fullmatch(r"(0o)?[0-7]+", text := str(value).strip()):
        bits = int(text, 8)
    else:
        bits = _symbolic(text, status)
    if not 0 <= bits <= 0o7777:
        raise _no_mode(value)
    return bits


def _symbolic(text: str, status: int) -> int:
    bits = stat.S_IMODE(status)
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None:
            raise _no_mode(text)
        who = match["who"].replace("a", "ugo")
        for sign, letters in _STEP.findall(match["steps"]):
            bits = _stepped(bits, who, sign, letters, status)
    return bits


def _stepped(bits: int, who: str, sign: str, letters: str, status: int) -> int:
    allowed = 0o7777 if who else 0o7777 & ~umask()
    classes = who or "ugo"
    wanted = 0
    for each in classes:
        wanted |= _letters(letters, each, bits, status)
    wanted &= allowed
    if sign == "+":
        return bits | wanted
    if sign == "-":
        return bits & ~wanted
    cleared = 0
    for each in classes:
        cleared |= 0o7 << _SHIFTS[each] | _CLEARED[each]
    return bits & ~cleared | wanted


def _letters(letters: str, who: str, bits: int, status: int) -> int:
    """What the letters of one step mean for one of owner, group, others."""
    if letters in _SHIFTS:
        return (bits >> _SHIFTS[letters] & 0o7) << _SHIFTS[who]
    found = 0
    for letter in letters:
        if letter == "s":
            found |= _SPECIAL[who]
        elif letter == "t":
            found |= stat.S_ISVTX
        elif letter == "X":
            found |= int(stat.S_ISDIR(status) or bool(bits & 0o111)) << _SHIFTS[who]
        else:
            found |= _BITS[letter] << _SHIFTS[who]
    return found


@cache
def umask() -> int:
    """What new files are not given, throughout a run. Read, not set and set back: other threads
    make files."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    except OSError:
        pass
    return 0o022


def _no_mode(value: Any) -> ActionFailed:
    return ActionFailed(
        f"`mode` must be octal digits like '0644' or letters like 'u=rw,go=r', not {value!r}"
    )
