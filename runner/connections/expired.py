"""Devices that let nobody on before the password is changed: told, never answered."""

from __future__ import annotations

import re

from runner.errors import AuthenticationFailed

_WORDS = re.compile(
    r"(?im)\bpassword (?:has |is )?expired\b"
    r"|\brequired to change your password\b"
    r"|\bmust change your password now\b"
    # passwd(1) and its kin ask for the old one first, and then for a new one.
    r"|^\W*(?:current|old|new|changing)\b[^\n]{0,40}\bpassword\b[^\n]{0,40}:\s*\Z"
)


def wants_another_password(text: str) -> bool:
    """Whether what a device showed last, its question included, is about changing it."""
    return _WORDS.search(text) is not None


def has_expired(where: str, user: str | None) -> AuthenticationFailed:
    """The error; `where` begins it."""
    whose = f" of user {user!r}" if user else ""
    return AuthenticationFailed(
        f"{where} wants the password{whose} changed",
        hint="log in by hand once and set a new one",
    )
