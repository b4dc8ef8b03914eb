"""What an inventory program prints: groups as keys, `_meta` with the hosts' variables.

Its texts are data: templates in them are not rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from runner.errors import LoadError
from runner.loading.inventory.groups import GroupLoopError, Tree
from runner.loading.scopes import PlainScope
from runner.values import Origin

_PARTS = ("hosts", "vars", "children")
_META = "_meta"
_PRIORITY = "ansible_group_priority"

Answer = Mapping[str, Any]


def check(answer: Any, source: str) -> Answer:
    """Raises LoadError unless `answer` is a mapping of groups."""
    if not isinstance(answer, dict):
        raise _wrong(source, "--list must print a JSON object of groups")
    for group, content in answer.items():
        if group != _META and not isinstance(content, (dict, list)):
            raise _wrong(source, f"the group {group} must be an object or a list of hosts")
    return answer


def host_variables(answer: Answer) -> Mapping[str, Any] | None:
    """`_meta.hostvars`; None if hosts must be asked for one by one."""
    meta = answer.get(_META)
    return meta.get("hostvars") if isinstance(meta, dict) else None


def hosts_of(answer: Answer) -> list[str]:
    """All hosts that its groups name, each once."""
    found: dict[str, None] = {}
    for group, content in _groups(answer):
        found.update(dict.fromkeys(_texts(_parts(group, content).get("hosts"))))
    return list(found)


def fill(tree: Tree, answer: Answer, hostvars: Mapping[str, Any], source: str) -> list[str]:
    """Adds what a program said; returns warnings. Raises LoadError."""
    warnings: list[str] = []
    for group, content in _groups(answer):
        _fill_group(tree, group, _parts(group, content), source)
    for group, content in _groups(answer):
        for child in _texts(_parts(group, content).get("children")):
            try:
                tree.add_child(group, child)
            except GroupLoopError as loop:
                raise _wrong(source, str(loop)) from None
    for host, values in hostvars.items():
        member = tree.hosts.get(host)
        if member is not None and values:
            member.scopes.append(PlainScope(_mapping(values, host, source)))
            _look_for_templates(values, host, source, warnings)
    return warnings[:1]


def _groups(answer: Answer) -> Iterator[tuple[str, Any]]:
    return ((group, content) for group, content in answer.items() if group != _META)


def _parts(group: str, content: Any) -> Mapping[str, Any]:
    if isinstance(content, list):
        return {"hosts": content}
    if content and not any(part in content for part in _PARTS):
        # Once this form meant a host that is its own group.
        return {"hosts": [group], "vars": content}
    return dict(content)


def _fill_group(tree: Tree, name: str, parts: Mapping[str, Any], source: str) -> None:
    group = tree.add_group(name)
    origin = Origin(source, 1, 1)
    for host in _texts(parts.get("hosts")):
        tree.add_host(host, name, source, lambda: origin)
    variables = _mapping(parts.get("vars") or {}, f"the group {name}", source)
    if _PRIORITY in variables:
        group.priority = _priority(variables.pop(_PRIORITY), source)
    if variables:
        group.scopes.append(PlainScope(variables))


def _priority(value: Any, source: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise _wrong(source, "a group's priority must be a number") from None


def _texts(items: Any) -> Iterable[str]:
    if isinstance(items, (list, dict)):
        return [item for item in items if isinstance(item, str)]
    return [items] if isinstance(items, str) else []


def _mapping(values: Any, of: str, source: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise _wrong(source, f"the variables of {of} must be an object")
    return dict(values)


def _look_for_templates(values: Any, host: str, source: str, warnings: list[str]) -> None:
    for name, value in values.items() if isinstance(values, dict) else ():
        if isinstance(value, str) and "{{" in value:
            warnings.append(
                f"{source}: {name} of {host} looks like a template; what a program says is not "
                "rendered"
            )


def _wrong(source: str, message: str) -> LoadError:
    return LoadError(message, origin=Origin(source, 1, 1))
