"""`add_host` and `group_by`: hosts and groups that the inventory gets while a play runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from runner.actions.api import AddHost, AddToGroup, Base, Call, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.errors import ActionFailed
from runner.names import check_host_name

_WITH_PORT = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>\d{1,5})")
_OF_THE_TASK = frozenset({"name", "groups"})


class AddingHost(Base):
    """Adds a host to the inventory, for plays to come; every other argument is a variable."""

    parameters: Mapping[str, Parameter] = {
        "name": Parameter(
            "text", aliases=("hostname", "host"), says="Its name, perhaps with `:port`."
        ),
        "groups": Parameter("list", aliases=("groupname", "group"), says="Groups it is to be in."),
        "*": Parameter("any", says="Variables of the host."),
    }
    once = True

    def run(self, call: Call) -> Outcome:
        """Changed when the inventory has no such host, or not in these groups."""
        args = Arguments(call, self.parameters)
        written = args.text("name")
        if not written:
            raise ActionFailed("`add_host` needs the `name` of the host")
        match = _WITH_PORT.fullmatch(written)
        name = match["name"].strip("[]") if match else written
        if problem := check_host_name(name):
            raise ActionFailed(f"{name!a} is no name for a host: {problem}")
        own = {key: value for key, value in call.args.items() if key not in _OF_THE_TASK}
        if match:
            own["ansible_ssh_port"] = int(match["port"])
        groups = tuple(dict.fromkeys(group for group in args.texts("groups") if group))
        told = {"host_name": name, "groups": list(groups), "host_vars": own}
        known = call.variables.get("groups") or {}
        new = any(name not in known.get(group, ()) for group in ("all", *groups))
        change = AddHost(name, groups, own)
        return Outcome(changed=new, values={"add_host": told}, inventory=(change,))


class GroupBy(Base):
    """Puts the host into the group that `key` names."""

    parameters: Mapping[str, Parameter] = {
        "key": Parameter("text", required=True, says="The group; blanks become dashes."),
        "parents": Parameter("list", default=["all"], says="Groups that it is to be in."),
    }

    def run(self, call: Call) -> Outcome:
        """Changed when the host is not in that group yet."""
        args = Arguments(call, self.parameters)
        group = _name(args.text("key"))
        if not group:
            raise ActionFailed("`key` of `group_by` is empty: it names no group")
        given = args.get("parents")
        parents = tuple(map(_name, [given] if isinstance(given, str) else args.texts("parents")))
        change = AddToGroup(group, call.host, parents)
        values = {"add_group": group, "parent_groups": list(parents)}
        new = group not in (call.variables.get("group_names") or ())
        return Outcome(changed=new, values=values, inventory=(change,))


def _name(value: Any) -> str:
    return str(value).replace(" ", "-")
