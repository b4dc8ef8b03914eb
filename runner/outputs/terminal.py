"""What may be shown on a terminal, and in which colour."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TextIO

Colour = Literal["auto", "always", "never"]

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and newline
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # invisible
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff"  # bytes that did not decode, and half characters
    "\U000e0000-\U000e0fff]"  # tags
)


def printable(text: str) -> str:
    """`text` with everything escaped that could move the cursor, hide or reorder text.

    Tab and newline stay. A byte that did not decode is shown as `\\xff`.
    """
    return _UNSAFE.sub(_escape, text)


def one_line(text: str) -> str:
    """`printable`, with newlines and tabs escaped too: for names and messages."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def encodable(text: str, encoding: str | None) -> str:
    """`text` with the characters escaped that a stream of `encoding` cannot take."""
    if encoding is None or encoding.lower().replace("-", "") == "utf8":
        return text
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def wants_colour(stream: TextIO, choice: Colour, environ: Mapping[str, str] = os.environ) -> bool:
    """The flag decides; without one, a terminal does, unless NO_COLOR is set or it is dumb."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def shown_path(path: str | os.PathLike[str]) -> str:
    """A path as people type it: relative to here when it is below, always on one line."""
    try:
        return one_line(str(Path(path).relative_to(Path.cwd())))
    except (ValueError, OSError):
        return one_line(os.fspath(path))
