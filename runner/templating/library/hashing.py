"""Passwords as programs and devices keep them. Needs the library passlib."""

from __future__ import annotations

from typing import Any

from runner.templating.failures import TemplateFault
from runner.templating.library.text import text_in

_KINDS = {
    "md5": "md5_crypt",
    "blowfish": "bcrypt",
    "sha256": "sha256_crypt",
    "sha512": "sha512_crypt",
}


def password_hash(
    value: Any,
    hashtype: str = "sha512",
    salt: str | None = None,
    salt_size: int | None = None,
    rounds: int | None = None,
    ident: str | None = None,
) -> str:
    """A password as a crypt hash."""
    scheme = _KINDS.get(hashtype, hashtype)
    if scheme not in _KINDS.values():
        raise TemplateFault(f"password_hash: '{hashtype}' is not known", hint=", ".join(_KINDS))
    options = {"salt": salt, "salt_size": salt_size, "rounds": rounds}
    if scheme == "bcrypt":
        options["ident"] = ident
    return hashed(text_in(value, "password_hash"), scheme, options)


def hashed(password: str, scheme: str, options: dict[str, Any]) -> str:
    """A password under a scheme of passlib's, by its name there. Raises TemplateFault.

    Options that are none or empty are as if they were not there.
    """
    try:
        from passlib import hash as schemes  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise TemplateFault(
            "password_hash needs the library passlib", hint="pip install passlib"
        ) from error
    known = getattr(schemes, scheme, None)
    if known is None:
        hint = "sha512_crypt, sha256_crypt, md5_crypt, bcrypt …"
        raise TemplateFault(f"passlib knows no hash '{scheme}'", hint=hint)
    given = {name: option for name, option in options.items() if option}
    try:
        return str(known.using(**given).hash(password))
    except (ValueError, TypeError) as error:
        raise TemplateFault(f"password_hash: {error}") from error
