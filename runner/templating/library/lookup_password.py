"""The lookup `password`: made at random when first asked for, and kept in a file.

Terms, options and the file's form are those of Ansible's `password` lookup, so both read what
the other has made. The file is private (0600, its folders 0700) from its first byte on.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import string
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.templating.failures import TemplateFault
from runner.templating.library.hashing import hashed
from runner.templating.seeking import LookupCall
from runner.values import at_home

_LENGTH = 20
_CHARACTERS = ("ascii_letters", "digits", ".,:-_")
_NOWHERE = "/dev/null"
_OPTION = re.compile(r"\s(?P<name>\w+)=(?P<value>\S*)")
_OPTIONS = ("length", "chars", "encrypt", "seed", "ident")
_SALT = string.ascii_letters + string.digits
_SALT_LENGTH = 16


class _Wanted(NamedTuple):
    """One password: its file, and how it is made."""

    path: str
    length: int
    characters: str
    encrypt: str | None
    seed: str | None


def password(call: LookupCall) -> list[Any]:
    """The password of each term's file. Raises TemplateFault."""
    found = []
    for term in call.terms:
        wanted = _wanted(str(term), call.options)
        plain, salt = _made(wanted) if wanted.path == _NOWHERE else _kept(call, wanted)
        call.hide(plain)
        found.append(_encrypted(plain, wanted.encrypt, salt) if wanted.encrypt else plain)
    return found


def _wanted(term: str, given: Mapping[str, Any]) -> _Wanted:
    first = _OPTION.search(term)
    path = term[: first.start()] if first else term
    options: dict[str, Any] = {m["name"]: m["value"] for m in _OPTION.finditer(term)} | dict(given)
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise TemplateFault(
            f"the lookup 'password' has no option '{unknown[0]}'", hint=", ".join(_OPTIONS)
        )
    try:
        length = int(options.get("length", _LENGTH))
    except (TypeError, ValueError) as error:
        raise TemplateFault("the lookup 'password': length is a number") from error
    return _Wanted(
        path,
        length,
        _alphabet(options.get("chars", _CHARACTERS)),
        options.get("encrypt"),
        options.get("seed"),
    )


def _alphabet(chars: str | Sequence[str]) -> str:
    """Names of Python's `string` module stand for its characters, all else for itself.

    In a text `,,` is a comma, as commas part the names.
    """
    if isinstance(chars, str):
        comma = [","] if ",," in chars else []
        chars = [*filter(None, chars.replace(",,", ",").split(",")), *comma]
    found = "".join(str(getattr(string, name, name)) for name in chars)
    if not found:
        raise TemplateFault("the lookup 'password': `chars` leaves no characters to choose from")
    return "".join(dict.fromkeys(found))


def _made(wanted: _Wanted) -> tuple[str, str | None]:
    """A new password, with a salt if it is to be hashed. A seed makes it the same every time."""
    choose: random.Random = secrets.SystemRandom()
    if wanted.seed is not None:
        choose = random.Random(wanted.seed)  # noqa: S311 - asked for: the same every time
    plain = "".join(choose.choice(wanted.characters) for _ in range(wanted.length))
    if wanted.encrypt is None:
        return plain, None
    return plain, "".join(secrets.choice(_SALT) for _ in range(_SALT_LENGTH))


def _kept(call: LookupCall, wanted: _Wanted) -> tuple[str, str | None]:
    """What the file holds, or a new password that it holds from now on.

    Whoever comes first makes the file; another host that asks in the same moment finds it.
    """
    path = at_home(wanted.path)
    if not path.is_absolute():
        path = Path(str(call.variables.get("playbook_dir", ""))) / path
    made = _made(wanted)
    try:
        if path.exists() or not _keep(path, *made):
            return _read(call, path, made[1])
    except OSError as error:
        raise TemplateFault(f"cannot keep a password in {path}: {error.strerror}") from error
    return made


def _keep(path: Path, plain: str, salt: str | None) -> bool:
    """Puts the file there whole; False if another was quicker."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{plain} salt={salt}\n" if salt else f"{plain}\n")
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        Path(draft).unlink()
    return True


def _read(call: LookupCall, path: Path, salt: str | None) -> tuple[str, str | None]:
    plain, _, kept_salt = call.text(path).rstrip("\n").partition(" salt=")
    if not plain:
        raise TemplateFault(
            f"the password file {path} is empty", hint="remove it: a new one is made then"
        )
    return plain, kept_salt or salt


def _encrypted(plain: str, kind: str, salt: str | None) -> str:
    return hashed(plain, kind, {"salt": salt})
