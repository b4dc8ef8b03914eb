"""Filters on text: regular expressions, quoting, encodings, paths, comments."""

from __future__ import annotations

import base64
import binascii
import glob
import itertools
import ntpath
import os.path
import re
import shlex
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from jinja2 import Undefined

from runner.templating.failures import TemplateFault
from runner.templating.library.data import what
from runner.templating.results import as_text


@lru_cache(maxsize=512)
def pattern_of(pattern: str, ignorecase: bool = False, multiline: bool = False) -> re.Pattern[str]:
    """A compiled regular expression. Raises TemplateFault for one that is not valid."""
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise TemplateFault(f"'{pattern}' is not a regular expression: {error}") from error


def as_bytes(value: Any, encoding: str = "utf-8") -> bytes:
    """A value's text in an encoding; bytes as they are."""
    if isinstance(value, bytes):
        return value
    return str(value).encode(encoding, "surrogateescape")


def regex_search(
    value: Any, regex: str, *groups: str, ignorecase: bool = False, multiline: bool = False
) -> str | list[str | None] | None:
    """The first match as text, or the groups named by `\\1` or `\\g<name>`; None if none."""
    wanted = [_group(group) for group in groups]
    match = pattern_of(regex, ignorecase, multiline).search(str(value))
    if match is None:
        return None
    if not wanted:
        return match.group()
    try:
        return [match.group(group) for group in wanted]
    except IndexError as error:
        raise TemplateFault(f"regex_search: '{regex}' has no such group") from error


_GROUP = re.compile(r"\\(?:(\d+)|g<(\w+)>)")


def _group(reference: str) -> str | int:
    match = _GROUP.fullmatch(reference)
    if match is None:
        raise TemplateFault(
            f"regex_search: '{reference}' is not a group", hint=r"write '\1' or '\g<name>'"
        )
    return int(match[1]) if match[1] else match[2]


def regex_findall(
    value: Any, regex: str, multiline: bool = False, ignorecase: bool = False
) -> list[Any]:
    """All matches: text, or a list of groups each where there are several."""
    return pattern_of(regex, ignorecase, multiline).findall(str(value))


def regex_replace(
    value: Any,
    pattern: str = "",
    replacement: str = "",
    ignorecase: bool = False,
    multiline: bool = False,
    count: int = 0,
    mandatory_count: int = 0,
) -> str:
    """`value` with matches replaced; `mandatory_count` says how many there must be."""
    text = str(value)
    try:
        result, found = pattern_of(pattern, ignorecase, multiline).subn(
            replacement, text, count=count
        )
    except (re.error, IndexError) as error:
        raise TemplateFault(f"regex_replace: '{replacement}' does not fit: {error}") from error
    if mandatory_count and found != mandatory_count:
        raise TemplateFault(
            f"regex_replace: '{pattern}' should match {mandatory_count} times and matches {found}"
        )
    return result


def text_in(value: Any, name: str) -> str:
    """`value`, which a filter takes only as text. Raises TemplateFault, and what an undefined
    value raises."""
    if not isinstance(value, str):
        if isinstance(value, Undefined):
            str(value)
        hint = "`| string` makes one of it"
        raise TemplateFault(f"{name} wants a text and got {what(value)}", hint=hint)
    return value


_POSIX_BASIC = re.compile(r"[].[^$*\\]")


def regex_escape(value: Any, re_type: str = "python") -> str:
    """`value` so that it matches itself."""
    if re_type == "python":
        return re.escape(str(value))
    if re_type != "posix_basic":
        hint = "there are `python` and `posix_basic`"
        raise TemplateFault(f"regex_escape: there is no kind '{re_type}'", hint=hint)
    return _POSIX_BASIC.sub(r"\\\g<0>", str(value))


def split(value: Any, sep: str | None = None, maxsplit: int = -1) -> list[str]:
    """The parts of a text."""
    return text_in(value, "split").split(sep, maxsplit)


def quote(value: Any) -> str:
    """Quoted for a shell."""
    return shlex.quote(as_text(value))


def b64encode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:
    """Base64 of the text; `urlsafe`: with `-` and `_` instead of `+` and `/`."""
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    return encode(as_bytes(value, encoding)).decode("ascii")


def b64decode(value: Any, encoding: str = "utf-8", urlsafe: bool = False) -> str:
    """The text that base64 stands for. Raises TemplateFault."""
    decode = base64.urlsafe_b64decode if urlsafe else base64.b64decode
    try:
        return decode(str(value)).decode(encoding, "surrogateescape")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TemplateFault(f"b64decode: this is not base64 of text: {error}") from error


def path_join(value: Any) -> str:
    """Path parts as one path."""
    return os.path.join(*([value] if isinstance(value, str) else map(str, value)))  # noqa: PTH118


def commonpath(value: Sequence[str]) -> str:
    """The longest path that all paths share."""
    return os.path.commonpath(value)


def fileglob(value: Any) -> list[str]:
    """Files of the controller that a shell pattern matches."""
    return [name for name in glob.glob(text_in(value, "fileglob")) if os.path.isfile(name)]  # noqa: PTH113, PTH207


_UUID_NAMESPACE = uuid.UUID("361e6d51-faec-444a-9079-341386da8e2e")


def to_uuid(value: Any, namespace: str | uuid.UUID = _UUID_NAMESPACE) -> str:
    """A UUID (version 5) made from the text; the same text gives the same UUID."""
    try:
        space = namespace if isinstance(namespace, uuid.UUID) else uuid.UUID(namespace)
    except ValueError as error:
        raise TemplateFault(f"to_uuid: '{namespace}' is not a UUID") from error
    return str(uuid.uuid5(space, str(value)))


_URL_PARTS = (
    *("fragment", "hostname", "netloc", "password", "path"),
    *("port", "query", "scheme", "username"),
)


def split_url(value: Any, query: str = "") -> Any:
    """The parts of a URL, or the one asked for."""
    url = urlsplit(text_in(value, "urlsplit"))
    parts = {name: getattr(url, name) for name in _URL_PARTS}
    if not query:
        return parts
    if query not in parts:
        raise TemplateFault(f"urlsplit: '{query}' is not a part", hint=", ".join(_URL_PARTS))
    return parts[query]


def urldecode(value: Any, encoding: str = "utf-8", errors: str = "replace") -> str:
    """A text out of a URL, `%20` and `+` taken back."""
    return unquote_plus(text_in(value, "urldecode"), encoding, errors)


_COMMENTS: dict[str, dict[str, str]] = {
    "plain": {"decoration": "# "},
    "erlang": {"decoration": "% "},
    "c": {"decoration": "// "},
    "cblock": {"beginning": "/*", "decoration": " * ", "end": " */"},
    "xml": {"beginning": "<!--", "decoration": " - ", "end": "-->"},
}


def comment(value: Any, style: str = "plain", **parts: Any) -> str:
    """The text as a comment in a style; every part of the style may be given."""
    if style not in _COMMENTS:
        raise TemplateFault(f"comment: '{style}' is not a style", hint=", ".join(_COMMENTS))
    look = {"beginning": "", "end": "", "newline": "\n", "prefix_count": 1, "postfix_count": 1}
    look |= _COMMENTS[style] | parts
    newline, decoration = str(look["newline"]), str(look["decoration"])
    bare = decoration.rstrip()
    *inner, last = text_in(value, "comment").split(newline)
    lines = [*(decoration + line if line else bare for line in inner), decoration + last]
    around = [
        *[str(look["beginning"])] * bool(look["beginning"]),
        *_before(str(look.get("prefix", bare)), newline, int(str(look["prefix_count"]))),
        *lines,
        *[str(look.get("postfix", bare))] * int(str(look["postfix_count"])),
        *[str(look["end"])] * bool(look["end"]),
    ]
    return newline.join(around)


def _before(prefix: str, newline: str, count: int) -> list[str]:
    """The lines above a comment; a prefix that is a line break makes empty ones."""
    if prefix == newline:
        return [""] * count
    return [prefix] * count if prefix else []


_VLANS = re.compile(r"(\d+)(?:-(\d+))?")
_VLAN_MAX = 4094


def vlan_expander(value: Any) -> list[int]:
    """`1,3,5-7` as numbers, sorted."""
    found: set[int] = set()
    for part in str(value).split(","):
        match = _VLANS.fullmatch(part.strip())
        if match is None:
            raise TemplateFault(f"vlan_expander: '{part}' is neither a number nor a range")
        first, last = int(match[1]), int(match[2] or match[1])
        if last > _VLAN_MAX:
            raise TemplateFault(f"vlan_expander: {last} is above {_VLAN_MAX}")
        found.update(range(first, last + 1))
    return sorted(found)


def vlan_parser(
    value: Sequence[Any], first_line_len: int = 48, other_line_len: int = 44
) -> list[str]:
    """VLAN numbers as lines of ranges, as a switch writes them."""
    lines: list[str] = []
    for part in _ranges(sorted({int(number) for number in value})):
        limit = first_line_len if len(lines) <= 1 else other_line_len
        if lines and len(lines[-1]) + len(part) + 1 <= limit:
            lines[-1] += f",{part}"
        else:
            lines.append(part)
    return lines


def _ranges(numbers: list[int]) -> Iterator[str]:
    for _, group in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        if len(run) > 2:
            yield f"{run[0]}-{run[-1]}"
        else:
            yield from map(str, run)


def _path_filter(function: Callable[..., Any]) -> Callable[..., Any]:
    def path_filter(value: Any, *arguments: Any, **options: Any) -> Any:
        if value is None or isinstance(value, (int, float, list, tuple, dict)):
            raise TemplateFault(f"{function.__name__} wants a path and got {what(value)}")
        return function(str(value), *arguments, **options)

    return path_filter


FILTERS: dict[str, Any] = {
    "regex_search": regex_search,
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_escape": regex_escape,
    "split": split,
    "quote": quote,
    "b64encode": b64encode,
    "b64decode": b64decode,
    "path_join": path_join,
    "commonpath": commonpath,
    "fileglob": fileglob,
    "to_uuid": to_uuid,
    "urlsplit": split_url,
    "urldecode": urldecode,
    "comment": comment,
    "vlan_expander": vlan_expander,
    "vlan_parser": vlan_parser,
    "basename": _path_filter(os.path.basename),
    "dirname": _path_filter(os.path.dirname),
    "splitext": _path_filter(os.path.splitext),
    "expanduser": _path_filter(os.path.expanduser),
    "expandvars": _path_filter(os.path.expandvars),
    "realpath": _path_filter(os.path.realpath),
    "normpath": _path_filter(os.path.normpath),
    "relpath": _path_filter(os.path.relpath),
    "win_basename": _path_filter(ntpath.basename),
    "win_dirname": _path_filter(ntpath.dirname),
    "win_splitdrive": _path_filter(ntpath.splitdrive),
}
