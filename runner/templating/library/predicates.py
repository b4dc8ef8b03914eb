"""Tests: what may stand after `is`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import ParseResult, urlparse

from jinja2 import Undefined

from runner.templating.failures import TemplateFault
from runner.templating.files import VAULTED
from runner.templating.library.data import elements
from runner.templating.library.text import pattern_of, text_in
from runner.templating.library.values import boolean
from runner.templating.undefined import is_defined
from runner.values import Secret


def _result(value: Any, name: str) -> Mapping[str, Any]:
    if isinstance(value, Undefined):
        str(value)
    if not isinstance(value, Mapping):
        raise TemplateFault(
            f"the test '{name}' wants the result of a task",
            hint="register it: `register: r`, then `r is " + name + "`",
        )
    return value


def failed(value: Any) -> bool:
    """Whether a registered result says that its task failed."""
    return bool(_result(value, "failed").get("failed", False))


def succeeded(value: Any) -> bool:
    """Whether it did not fail (it may have been skipped)."""
    return not failed(_result(value, "succeeded"))


def changed(value: Any) -> bool:
    """Whether it, or one of its items, changed something."""
    result = _result(value, "changed")
    if "changed" in result or not isinstance(result.get("results"), list):
        return bool(result.get("changed", False))
    return any(isinstance(item, Mapping) and item.get("changed") for item in result["results"])


def skipped(value: Any) -> bool:
    """Whether it was skipped."""
    return bool(_result(value, "skipped").get("skipped", False))


def unreachable(value: Any) -> bool:
    """Whether the host could not be reached."""
    return bool(_result(value, "unreachable").get("unreachable", False))


def regex(
    value: Any,
    pattern: str = "",
    ignorecase: bool = False,
    multiline: bool = False,
    match_type: str = "search",
) -> bool:
    """Whether a regular expression fits: `search`, `match` or `fullmatch`."""
    if match_type not in ("search", "match", "fullmatch"):
        raise TemplateFault(f"the test 'regex': '{match_type}' is no match_type")
    compiled = pattern_of(pattern, ignorecase, multiline)
    return getattr(compiled, match_type)(str(value)) is not None


def match(value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
    """Whether the text begins so."""
    return regex(value, pattern, ignorecase, multiline, "match")


def search(
    value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False
) -> bool:
    """Whether the text has it anywhere."""
    return regex(value, pattern, ignorecase, multiline, "search")


_OPERATORS: dict[str, Callable[[int], bool]] = {
    **dict.fromkeys(("==", "=", "eq"), lambda order: order == 0),
    **dict.fromkeys(("!=", "<>", "ne"), lambda order: order != 0),
    **dict.fromkeys(("<", "lt"), lambda order: order < 0),
    **dict.fromkeys(("<=", "le"), lambda order: order <= 0),
    **dict.fromkeys((">", "gt"), lambda order: order > 0),
    **dict.fromkeys((">=", "ge"), lambda order: order >= 0),
}


def version(
    value: Any,
    version: Any,
    operator: str = "eq",
    strict: bool | None = None,
    version_type: str | None = None,
) -> bool:
    """Compares versions; `15.2(4)M` and the like too, unless strict or of another type."""
    if strict is not None and version_type is not None:
        raise TemplateFault("the test 'version' takes strict or version_type, not both")
    if not value or not version:
        raise TemplateFault("the test 'version': a version is empty")
    if operator not in _OPERATORS:
        raise TemplateFault(
            f"the test 'version': '{operator}' is no comparison", hint=", ".join(_OPERATORS)
        )
    kind = version_type or ("strict" if strict else "loose")
    if kind not in _KEYS:
        raise TemplateFault(f"the test 'version': '{kind}' is no kind", hint=", ".join(_KEYS))
    key = _KEYS[kind]
    return _OPERATORS[operator](_order(key(str(value)), key(str(version))))


def _order(left: list[Any], right: list[Any]) -> int:
    for one, two in zip_longest(left, right, fillvalue=None):
        if one == two:
            continue
        if one is None or two is None:
            return -1 if one is None else 1
        if isinstance(one, str) != isinstance(two, str):
            # A release beats letters: 1.2.1 is newer than 1.2.b, whatever the letters say.
            return -1 if isinstance(one, str) else 1
        return -1 if one < two else 1
    return 0


def _loose(text: str) -> list[Any]:
    parts = re.split(r"(\d+|[a-z]+|\.)", text, flags=re.IGNORECASE)
    return [int(part) if part.isdecimal() else part for part in parts if part and part != "."]


_STRICT = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?")


def _strict(text: str) -> list[Any]:
    found = _STRICT.fullmatch(text)
    if found is None:
        raise TemplateFault(f"the test 'version': '{text}' is not a strict version (1.2.3)")
    numbers = [int(found[1]), int(found[2]), int(found[3] or 0)]
    before = [ord(found[4]), int(found[5])] if found[4] else [256, 0]
    return numbers + before


_SEMANTIC = re.compile(
    r"v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
)


def _semantic(text: str) -> list[Any]:
    found = _SEMANTIC.fullmatch(text)
    if found is None:
        raise TemplateFault(f"the test 'version': '{text}' is not a semantic version (1.2.3-rc1)")
    numbers: list[Any] = [int(found[1]), int(found[2]), int(found[3])]
    if found[4] is None:
        return [*numbers, 1]
    # Numbers sort before words in a pre-release, and fewer parts before more.
    parts = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in found[4].split(".")]
    return [*numbers, 0, *parts]


_PEP440 = re.compile(
    r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)[-_.]?(?:(a|alpha|b|beta|c|rc|pre|preview)[-_.]?(\d*))?"
    r"(?:[-_.]?(post|rev|r)[-_.]?(\d*)|-(\d+))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+.*)?",
    re.IGNORECASE,
)
_STAGES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}


def _pep440(text: str) -> list[Any]:
    found = _PEP440.fullmatch(text.strip())
    if found is None:
        raise TemplateFault(f"the test 'version': '{text}' is not a Python version (1.2rc1)")
    release = [int(part) for part in found[2].split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    stage = (_STAGES[found[3].lower()], int(found[4] or 0)) if found[3] else (3, 0)
    post = int(found[6] or found[7] or 0) + 1 if found[5] or found[7] else 0
    dev = (0, int(found[9] or 0)) if found[8] else (1, 0)
    if found[8] and not found[3] and not post:
        stage = (-1, 0)
    return [int(found[1] or 0), tuple(release), stage, post, dev]


_KEYS: dict[str, Callable[[str], list[Any]]] = {
    "loose": _loose,
    "strict": _strict,
    "semver": _semantic,
    "semantic": _semantic,
    "pep440": _pep440,
}


def contains(value: Any, element: Any) -> bool:
    """Whether a list, a text or a dictionary has it."""
    return element in value


def subset(value: Any, other: Any) -> bool:
    """Whether every element is in the other list."""
    others = elements(other, "subset")
    return all(item in others for item in elements(value, "subset"))


def superset(value: Any, other: Any) -> bool:
    """Whether every element of the other list is in this one."""
    return subset(other, value)


def truthy(value: Any, convert_bool: bool = False) -> bool:
    """Whether the value counts as true; `convert_bool` reads `yes`, `off` and so on."""
    if convert_bool and isinstance(value, str) and value.lower() in _WORDS:
        return boolean(value)
    return bool(value)


_WORDS = frozenset("yes no on off true false 1 0 y n t f".split())


def falsy(value: Any, convert_bool: bool = False) -> bool:
    """Whether the value counts as false."""
    return not truthy(value, convert_bool)


def _on_path(holds: Callable[[str], bool]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        return holds(text_in(value, "a test of files"))

    return test


def _same_file(value: Any, other: Any) -> bool:
    """Raises TemplateFault where one of them is not there."""
    try:
        return os.path.samefile(text_in(value, "same_file"), text_in(other, "same_file"))  # noqa: PTH121
    except OSError as error:
        message = f"the test 'same_file': {error.filename}: {error.strerror}"
        raise TemplateFault(message, hint="`is exists` asks for a file first") from error


def _vaulted_file(value: Any) -> bool:
    """Raises TemplateFault where it cannot be read."""
    try:
        with Path(text_in(value, "vaulted_file")).open("rb") as file:
            return file.read(len(VAULTED)) == VAULTED
    except OSError as error:
        raise TemplateFault(f"the test 'vaulted_file': {value}: {error.strerror}") from error


def _uri(value: Any, schemes: Any = None) -> bool:
    """Of one of the schemes; without any, every text will do, as in Ansible."""
    parts = _parts_of_url(value)
    return parts is not None and (not schemes or parts.scheme in schemes)


def _url(value: Any, schemes: Any = None) -> bool:
    """The same, and it says where."""
    parts = _parts_of_url(value)
    if parts is None or not _uri(value, schemes):
        return False
    return bool(parts.netloc or parts.scheme == "file")


def _parts_of_url(value: Any) -> ParseResult | None:
    """None: this is no URL."""
    if isinstance(value, Undefined):
        str(value)
    try:
        return urlparse(value) if isinstance(value, str) else None
    except ValueError:  # A bracket that does not close.
        return None


def _nan(value: Any) -> bool:
    """Raises what an undefined value raises."""
    if isinstance(value, Undefined):
        str(value)
    return isinstance(value, float) and value != value


def _vault_encrypted(value: Any) -> bool:
    """Raises what an undefined value raises."""
    if isinstance(value, Undefined):
        str(value)
    return isinstance(value, Secret)


TESTS: dict[str, Any] = {
    "defined": is_defined,
    "undefined": lambda value: not is_defined(value),
    "failed": failed,
    "failure": failed,
    "succeeded": succeeded,
    "success": succeeded,
    "successful": succeeded,
    "changed": changed,
    "change": changed,
    "skipped": skipped,
    "skip": skipped,
    "unreachable": unreachable,
    "reachable": lambda value: not unreachable(value),
    "started": lambda value: bool(_result(value, "started").get("started", 1)),
    "finished": lambda value: bool(_result(value, "finished").get("finished", 1)),
    "timedout": lambda value: bool(_result(value, "timedout").get("timedout", False)),
    "regex": regex,
    "match": match,
    "search": search,
    "version": version,
    "version_compare": version,
    "contains": contains,
    "subset": subset,
    "issubset": subset,
    "superset": superset,
    "issuperset": superset,
    "all": all,
    "any": any,
    "truthy": truthy,
    "falsy": falsy,
    "exists": _on_path(os.path.exists),
    **dict.fromkeys(("file", "is_file"), _on_path(os.path.isfile)),
    **dict.fromkeys(("directory", "is_dir"), _on_path(os.path.isdir)),
    **dict.fromkeys(("link", "is_link"), _on_path(os.path.islink)),
    "link_exists": _on_path(os.path.lexists),
    **dict.fromkeys(("mount", "is_mount"), _on_path(os.path.ismount)),
    **dict.fromkeys(("abs", "is_abs"), _on_path(os.path.isabs)),
    "same_file": _same_file,
    "is_same_file": _same_file,
    "nan": _nan,
    "isnan": _nan,
    "url": _url,
    "uri": _uri,
    "urn": lambda value: _uri(value, ["urn"]),
    "vault_encrypted": _vault_encrypted,
    "vaulted_file": _vaulted_file,
}
