"""Filters on lists and dictionaries."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Environment, Undefined, pass_environment
from jinja2.filters import do_unique

from runner.templating.failures import TemplateFault
from runner.templating.results import finished

_LIST_MERGES: dict[str, Callable[[list[Any], list[Any]], list[Any]]] = {
    "replace": lambda _low, high: high,
    "keep": lambda low, _high: low,
    "append": lambda low, high: low + high,
    "prepend": lambda low, high: high + low,
    "append_rp": lambda low, high: [item for item in low if item not in high] + high,
    "prepend_rp": lambda low, high: high + [item for item in low if item not in high],
}


def combine(*values: Any, recursive: bool = False, list_merge: str = "replace") -> dict[Any, Any]:
    """Dictionaries laid on one another, the last on top; lists of them are opened."""
    if list_merge not in _LIST_MERGES:
        raise TemplateFault(
            f"combine: '{list_merge}' is no list_merge", hint=", ".join(_LIST_MERGES)
        )
    result: dict[Any, Any] = {}
    for value in flatten(values):
        result = _merged(result, _mapping(value, "combine"), recursive, list_merge)
    return result


def _merged(
    low: Mapping[Any, Any], high: Mapping[Any, Any], recursive: bool, list_merge: str
) -> dict[Any, Any]:
    result = dict(low)
    for key, value in high.items():
        below = result.get(key)
        if recursive and isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = _merged(below, value, recursive, list_merge)
        elif isinstance(below, list) and isinstance(value, list):
            result[key] = _LIST_MERGES[list_merge](below, value)
        else:
            result[key] = value
    return result


def _mapping(value: Any, name: str) -> Mapping[Any, Any]:
    if isinstance(value, Undefined):
        str(value)
    if not isinstance(value, Mapping):
        raise TemplateFault(f"{name} wants a dictionary and got {what(value)}")
    return value


def what(value: Any) -> str:
    """What a value is, in words."""
    words = {str: "text", list: "a list", type(None): "none", bool: "a boolean"}
    words |= {int: "a number", float: "a number", dict: "a dictionary"}
    return words.get(type(value), f"a {type(value).__name__}")


def sequence(value: Any, name: str) -> list[Any]:
    """`value` as a list; text and dictionaries are refused."""
    if isinstance(value, Undefined):
        str(value)
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise TemplateFault(f"{name} wants a list and got {what(value)}")
    return list(value)


def elements(value: Any, name: str) -> list[Any]:
    """The elements of a list, a text or a dictionary (its keys), which make a set."""
    return list(value) if isinstance(value, (str, Mapping)) else sequence(value, name)


def flatten(value: Any, levels: int | None = None, skip_nulls: bool = True) -> list[Any]:
    """Lists in the list opened, `levels` deep (all, if not given)."""
    result: list[Any] = []
    for item in value:
        if isinstance(item, (list, tuple)) and levels != 0:
            result += flatten(item, None if levels is None else levels - 1, skip_nulls)
        elif not (skip_nulls and item in (None, "None", "null")):
            result.append(item)
    return result


def dict2items(value: Any, key_name: str = "key", value_name: str = "value") -> list[Any]:
    """A dictionary as a list of pairs."""
    return [
        {key_name: key, value_name: item} for key, item in _mapping(value, "dict2items").items()
    ]


def items2dict(value: Any, key_name: str = "key", value_name: str = "value") -> dict[Any, Any]:
    """A list of pairs as a dictionary."""
    try:
        return {item[key_name]: item[value_name] for item in sequence(value, "items2dict")}
    except (KeyError, TypeError) as error:
        raise TemplateFault(
            f"items2dict: every item needs the keys '{key_name}' and '{value_name}'"
        ) from error


def subelements(value: Any, subelements: Any, skip_missing: bool = False) -> list[Any]:
    """Pairs of an element and each of the elements of a list in it."""
    elements = (
        list(value.values()) if isinstance(value, Mapping) else sequence(value, "subelements")
    )
    names = subelements.split(".") if isinstance(subelements, str) else list(subelements)
    result = []
    for element in elements:
        result += [(element, part) for part in _part(element, names, skip_missing)]
    return result


def _part(element: Any, names: list[str], skip_missing: bool) -> list[Any]:
    found = element
    for name in names:
        if not isinstance(found, Mapping) or name not in found:
            if skip_missing:
                return []
            raise TemplateFault(
                f"subelements: an element has no '{name}'", hint="skip_missing=true leaves it out"
            )
        found = found[name]
    if not isinstance(found, list):
        raise TemplateFault(f"subelements: '{'.'.join(names)}' is {what(found)}, not a list")
    return found


def _distinct(items: Iterable[Any]) -> list[Any]:
    # Elements may be lists and dictionaries, which no set holds.
    seen: set[Any] = set()
    unhashable: list[Any] = []
    result = []
    for item in items:
        try:
            if item in seen:
                continue
            seen.add(item)
        except TypeError:
            if item in unhashable:
                continue
            unhashable.append(item)
        result.append(item)
    return result


def _within(items: list[Any]) -> Callable[[Any], bool]:
    try:
        lookup: Any = set(items)
    except TypeError:
        lookup = items

    def holds(item: Any) -> bool:
        try:
            return item in lookup
        except TypeError:
            return False

    return holds


def difference(value: Any, other: Any) -> list[Any]:
    """What is in the first list only, once each."""
    holds = _within(elements(other, "difference"))
    return _distinct(item for item in elements(value, "difference") if not holds(item))


def intersect(value: Any, other: Any) -> list[Any]:
    """What is in both lists, once each."""
    holds = _within(elements(other, "intersect"))
    return _distinct(item for item in elements(value, "intersect") if holds(item))


def union(value: Any, other: Any) -> list[Any]:
    """What is in either list, once each."""
    return _distinct([*elements(value, "union"), *elements(other, "union")])


def symmetric_difference(value: Any, other: Any) -> list[Any]:
    """What is in one list and not in the other."""
    return union(difference(value, other), difference(other, value))


@pass_environment
def unique(
    environment: Environment, value: Any, case_sensitive: bool | None = None, attribute: Any = None
) -> list[Any]:
    """The list without repetitions. Case counts only if asked for, as everywhere in Jinja."""
    items = elements(value, "unique")
    if attribute is None and all(isinstance(item, (Mapping, list)) for item in items):
        return _distinct(items)
    try:
        return list(do_unique(environment, items, bool(case_sensitive), attribute))
    except TypeError:
        return _distinct(items)


def ternary(value: Any, true_val: Any, false_val: Any, none_val: Any = None) -> Any:
    """One of two values, or of three where None has its own."""
    if value is None and none_val is not None:
        return none_val
    return true_val if value else false_val


@pass_environment
def extract(environment: Environment, key: Any, container: Any, morekeys: Any = None) -> Any:
    """The element of a container that `key` names, and what `morekeys` name inside it."""
    more = [] if morekeys is None else morekeys
    keys = [key, *(more if isinstance(more, list) else [more])]
    value = container
    for name in keys:
        value = environment.getitem(value, name)
    return value


def zipped(value: Any, *others: Any) -> list[Any]:
    """Lists side by side, as long as the shortest."""
    return list(zip(value, *others, strict=False))


def zip_longest(value: Any, *others: Any, fillvalue: Any = None) -> list[Any]:
    """Lists side by side, as long as the longest."""
    return list(itertools.zip_longest(value, *others, fillvalue=fillvalue))


MAX_PRODUCT = 1_000_000


def _bounded(items: Iterator[Any], name: str) -> list[Any]:
    result = list(itertools.islice(items, MAX_PRODUCT + 1))
    if len(result) > MAX_PRODUCT:
        raise TemplateFault(f"{name} gives more than {MAX_PRODUCT:,} elements")
    return result


def product(value: Any, *others: Any, repeat: int = 1) -> list[Any]:
    """Every element of a list with every element of the others."""
    return _bounded(itertools.product(value, *others, repeat=repeat), "product")


def combinations(value: Any, r: int) -> list[Any]:
    """All choices of `r` elements."""
    return _bounded(itertools.combinations(value, r), "combinations")


def permutations(value: Any, r: int | None = None) -> list[Any]:
    """All orders of (`r` of) the elements."""
    return _bounded(itertools.permutations(value, r), "permutations")


def lists_mergeby(
    *values: Any, recursive: bool = False, list_merge: str = "replace"
) -> list[dict[Any, Any]]:
    """Lists of dictionaries merged by the value of one key, which is the last argument."""
    *lists, index = values
    if len(lists) == 1:
        lists = sequence(lists[0], "lists_mergeby")
    found: dict[Any, dict[Any, Any]] = {}
    for item in itertools.chain.from_iterable(sequence(part, "lists_mergeby") for part in lists):
        if index in _mapping(item, "lists_mergeby"):
            key = item[index]
            found[key] = _merged(found.get(key, {}), item, recursive, list_merge)
    return [found[key] for key in sorted(found)]


def rekey_on_member(value: Any, key: str, duplicates: str = "error") -> dict[Any, Any]:
    """A list of dictionaries as a dictionary by the value of one of their keys."""
    if duplicates not in ("error", "overwrite"):
        hint = "`error` or `overwrite`"
        raise TemplateFault(f"rekey_on_member: duplicates cannot be '{duplicates}'", hint=hint)
    items = value.values() if isinstance(value, Mapping) else sequence(value, "rekey_on_member")
    result: dict[Any, Any] = {}
    for item in items:
        name = _mapping(item, "rekey_on_member").get(key)
        if name is None:
            raise TemplateFault(f"rekey_on_member: an item has no '{key}'")
        if name in result and duplicates == "error":
            raise TemplateFault(f"rekey_on_member: '{name}' is there twice")
        result[name] = item
    return result


def json_query(value: Any, expr: str) -> Any:
    """What a JMESPath expression finds. Needs the extra `net`."""
    try:
        import jmespath  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise TemplateFault(
            "json_query needs the library jmespath", hint="install playrun[net]"
        ) from error
    try:
        return jmespath.search(expr, finished(value))
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise TemplateFault(f"json_query: '{expr}' is not valid: {reason}") from error


_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "equality": lambda key, name: key == name,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "regex": lambda key, pattern: re.match(pattern, key) is not None,
}


def keep_keys(value: Any, target: Any, matching_parameter: str = "equality") -> Any:
    """Some keys of dictionaries, however deep in lists and dictionaries, and what leads to them.

    Of what holds more, only the whole key is compared.
    """
    return _kept(_container(value, "keep_keys"), target, _matching(target, matching_parameter))


def _kept(value: Any, target: Any, matches: Callable[[Any], bool]) -> Any:
    if isinstance(value, list):
        return [_kept(item, target, matches) for item in value]
    if not isinstance(value, Mapping):
        return value
    result = {}
    for key, item in value.items():
        if key in _names(target) or (not isinstance(item, (list, Mapping)) and matches(key)):
            result[key] = item
        elif isinstance(item, (list, Mapping)):
            inner = _kept(item, target, matches)
            if isinstance(inner, list):
                inner = [part for part in inner if part not in ([], {})]
            if inner:
                result[key] = inner
    return result


def remove_keys(value: Any, target: Any, matching_parameter: str = "equality") -> Any:
    """Lists and dictionaries without some keys, however deep; elements left empty go too."""
    return _filled(
        _without_keys(_container(value, "remove_keys"), _matching(target, matching_parameter))
    )


def _without_keys(value: Any, matches: Callable[[Any], bool]) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_keys(item, matches) for k, item in value.items() if not matches(k)}
    return [_without_keys(item, matches) for item in value] if isinstance(value, list) else value


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(item) for key, item in value.items()}
    return [_filled(item) for item in value if item] if isinstance(value, list) else value


def _container(value: Any, name: str) -> Any:
    return value if isinstance(value, Mapping) else sequence(value, name)


def _names(target: Any) -> list[Any]:
    return [target] if isinstance(target, str) else list(target)


def _matching(target: Any, how: str) -> Callable[[Any], bool]:
    names = _names(target)
    if how not in _MATCHES:
        hint = ", ".join(_MATCHES)
        raise TemplateFault(f"keep_keys or remove_keys: '{how}' is no way to match", hint=hint)
    return lambda key: any(_MATCHES[how](str(key), str(name)) for name in names)


FILTERS: dict[str, Any] = {
    "combine": combine,
    "flatten": flatten,
    "dict2items": dict2items,
    "items2dict": items2dict,
    "subelements": subelements,
    "difference": difference,
    "intersect": intersect,
    "union": union,
    "symmetric_difference": symmetric_difference,
    "unique": unique,
    "ternary": ternary,
    "extract": extract,
    "zip": zipped,
    "zip_longest": zip_longest,
    "product": product,
    "combinations": combinations,
    "permutations": permutations,
    "lists_mergeby": lists_mergeby,
    "rekey_on_member": rekey_on_member,
    "json_query": json_query,
    "keep_keys": keep_keys,
    "remove_keys": remove_keys,
}
