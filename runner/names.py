"""Names that become paths and lines on a screen: which are refused, and how to make one."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Collection

LONGEST = 200
"""Bytes of UTF-8. File systems stop at 255, and file names get suffixes."""

_HARMLESS = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9_.:@%+=()\-]*")
_HARMLESS_BYTES = f"{string.ascii_letters}{string.digits}_.:@%+=()-".encode()
_NOT_FIRST = frozenset(["", *".@%+=()-"])
_REFUSED_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "an invisible or direction-changing character",
    "Cs": "half a character",
    "Co": "a private character",
    "Cn": "an unassigned character",
    "Zl": "a line break",
    "Zp": "a line break",
    "Zs": "a blank",
}
_UNSAFE = re.compile(r"[^\w.:@%+=()\-]+")


def are_harmless(names: Collection[str]) -> bool:
    """Whether all names are plain words that nobody takes for one another: a fleet's are.

    False says no more than that they must be looked at one by one.
    """
    joined = "\n".join(names)
    if not joined.isascii():
        return False
    odd = joined.encode().translate(None, _HARMLESS_BYTES)
    return (
        odd == b"\n" * (len(names) - 1)
        and {name[:1] for name in names}.isdisjoint(_NOT_FIRST)
        and max(map(len, names), default=0) <= LONGEST
        and len(set(joined.lower().split("\n"))) == len(names)
    )


def check_host_name(name: str) -> str | None:
    """What is wrong with `name` as a host's name and as a part of a path; None: nothing."""
    if _HARMLESS.fullmatch(name) and len(name) <= LONGEST:
        return None
    if not name:
        return "it is empty"
    for character in name:
        if problem := _refuse(character):
            return problem
    if name[0] in ".-":
        return f"it begins with '{name[0]}'"
    if len(name.encode()) > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    return None


def _refuse(character: str) -> str | None:
    if character in "/\\":
        return f"it has a path separator ({character}) in it"
    if character == ",":
        return "it has a comma in it"
    kind = _REFUSED_CATEGORIES.get(unicodedata.category(character))
    return f"it has {kind} in it (U+{ord(character):04X})" if kind else None


def twin_key(name: str) -> str:
    """Equal for names that a file system or a reader may take for one another."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def safe_component(text: str) -> str:
    """`text` as one path component: readable, never empty, hidden, an option or a way out."""
    plain = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())
    safe = _UNSAFE.sub("_", plain).lstrip("._-").rstrip("_")
    shortened = safe.encode()[:LONGEST].decode("utf-8", "ignore")
    return shortened if shortened and check_host_name(shortened) is None else "_"
