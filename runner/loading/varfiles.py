"""Files of variables (YAML or JSON, vaulted or not), and variables given as flags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runner.errors import LoadError
from runner.loading.files import read_file
from runner.loading.keyvalue import words_in
from runner.loading.parsed import ParsedFiles
from runner.loading.scopes import YamlScope, marked
from runner.loading.vault import Vault, is_vaulted
from runner.values import Masks, Origin, Source
from runner.yaml import Document, parse

SUFFIXES = ("", ".yml", ".yaml", ".json")
"""What a file of variables may end with, in the order in which they are looked for."""

_FLAG = "-e"
_SHORTEST_NUMBER_MASKED = 6
_WORD = re.compile(
    r"""(?:\{\{.*?\}\}|\{%.*?%\}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\S)+""", re.DOTALL
)


def read_vars(
    path: Path | str,
    vault: Vault | None = None,
    *,
    origin: Origin | None = None,
    parsed: ParsedFiles | None = None,
) -> YamlScope:
    """The variables in a file; none if it is empty. `origin` is where the file is named.

    `parsed` reads large files faster the second time.

    A file that is vaulted as a whole is decrypted here, and the texts in it are masked from
    then on. Raises LoadError.
    """
    data = read_file(path, what="variables file", origin=origin)
    vault = vault or Vault()
    vaulted = is_vaulted(data)
    if vaulted:
        data = vault.decrypt(data, Origin(str(path), 1, 1))
        parsed = None
    document = (parsed or ParsedFiles(vault)).parse(data, str(path))
    scope = _mapping(document)
    if vaulted and vault.masks is not None:
        _mask(scope.values, vault.masks)
    return scope


def _mapping(document: Document) -> YamlScope:
    values = {} if document.data is None else document.data
    if not isinstance(values, dict):
        raise document.error("variables must be a mapping", hint="write `name: value` lines")
    for name in values:
        if not isinstance(name, str) or isinstance(name, Source):
            raise document.key_error("a variable's name must be text", (name,), hint="quote it")
    return YamlScope(values, document)


def _mask(value: Any, masks: Masks) -> None:
    if isinstance(value, str):
        masks.add(str(value))
    elif isinstance(value, dict):
        for item in value.values():
            _mask(item, masks)
    elif isinstance(value, list):
        for item in value:
            _mask(item, masks)
    elif isinstance(value, int) and len(str(value)) >= _SHORTEST_NUMBER_MASKED:
        masks.add(str(value))


def parse_extra_vars(flags: Sequence[str], vault: Vault | None = None) -> dict[str, Any]:
    """The variables of all `-e` flags: `k=v` words, `{…}` (YAML or JSON), `@file`.

    The last one wins. Values of `k=v` are text. Raises LoadError.
    """
    result: dict[str, Any] = {}
    for flag in flags:
        result.update(_one_flag(flag.strip(), vault or Vault()))
    return result


def _one_flag(flag: str, vault: Vault) -> dict[str, Any]:
    if flag.startswith("@"):
        return dict(read_vars(flag[1:], vault).values)
    if flag.startswith(("/", "./", "~")) and "=" not in flag:
        raise LoadError(f"-e {flag}: a file wants an @ before its name")
    if flag.startswith(("{", "[")):
        return dict(_mapping(parse(flag, _FLAG, vault=vault.secret)).values)
    words = _WORD.findall(flag)
    if words and "=" not in words[0]:
        raise LoadError(
            f"-e {words[0]}: expected key=value, JSON or @file",
            hint=f"for a file of variables write -e @{words[0]}",
        )
    if words_in(flag) is None:
        raise LoadError("-e: a quote is not closed", hint='-e "k=\'a b\'", or -e \'{"k": "a b"}\'')
    return dict(_pair(word) for word in words)


def _pair(word: str) -> tuple[str, Any]:
    name, equals, value = word.partition("=")
    if not equals or not name:
        # The word is not shown: it may be the second half of a password.
        raise LoadError(
            "-e: a word that is no key=value", hint="quote a value with blanks: -e \"k='a b'\""
        )
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return name, marked(value, Origin(_FLAG, 1, 1))
