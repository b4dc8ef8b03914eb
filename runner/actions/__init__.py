"""Everything a task can do. To add an action, write one file and add one line here."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from runner.actions.absent import ABSENT
from runner.actions.api import Action
from runner.actions.late import LATE

_WHERE: Mapping[str, tuple[str, str]] = {
    ABSENT: ("absent", "Absent"),
    "add_host": ("adding", "AddingHost"),
    "assemble": ("assemble", "Assemble"),
    "assert": ("assertion", "Assert"),
    "backup": ("backup", "Backup"),
    "blockinfile": ("blockinfile", "BlockInFile"),
    "cli": ("cli", "Cli"),
    "cli_parse": ("cli_parse", "CliParse"),
    "command": ("processes", "Command"),
    "config": ("config", "Config"),
    "copy": ("copy_and_template", "Copy"),
    "debug": ("debug", "Debug"),
    "expect": ("expect", "Expect"),
    "facts": ("facts", "Facts"),
    "fail": ("assertion", "Fail"),
    "fetch": ("slurp", "Fetch"),
    "file": ("file", "File"),
    "find": ("find", "Find"),
    "gather_facts": ("gather_facts", "GatherFacts"),
    "get_url": ("get_url", "GetUrl"),
    "group_by": ("adding", "GroupBy"),
    "include_role": ("flow", "IncludeRole"),
    "include_tasks": ("flow", "IncludeTasks"),
    "include_vars": ("include_vars", "IncludeVars"),
    LATE: ("late", "Late"),
    "lineinfile": ("lineinfile", "LineInFile"),
    "meta": ("flow", "Meta"),
    "pause": ("pause", "Pause"),
    "ping": ("ping", "Ping"),
    "net_get": ("transfer", "NetGet"),
    "net_put": ("transfer", "NetPut"),
    "ping_device": ("ping_device", "PingDevice"),
    "raw": ("processes", "Raw"),
    "reach": ("reach", "Reach"),
    "replace": ("replace", "Replace"),
    "script": ("processes", "Script"),
    "set_fact": ("set_fact", "SetFact"),
    "set_stats": ("set_stats", "SetStats"),
    "setup": ("setup", "Setup"),
    "shell": ("processes", "Shell"),
    "slurp": ("slurp", "Slurp"),
    "stat": ("stat", "Stat"),
    "telnet": ("telnet", "Telnet"),
    "tempfile": ("tempfile", "Tempfile"),
    "template": ("copy_and_template", "Template"),
    "uri": ("uri", "Uri"),
    "validate_argument_spec": ("validate_argument_spec", "ValidateArgumentSpec"),
    "wait_for": ("wait_for", "WaitFor"),
    "wait_for_connection": ("wait_for_connection", "WaitForConnection"),
}
"""By an action's name: the module of this package that has it, and its class."""


class Actions(Mapping[str, Action]):
    """The actions, each imported when it is first asked for: most plays use few of them."""

    def __init__(self) -> None:
        self.made: dict[str, Action] = {}
        """Those that were asked for."""

    def __getitem__(self, name: str) -> Action:
        action = self.made.get(name)
        if action is None:
            module, made_by = _WHERE[name]
            made: Action = getattr(importlib.import_module(f"runner.actions.{module}"), made_by)()
            # Two threads may make it at once; all get the same.
            action = self.made.setdefault(name, made)
        return action

    def __contains__(self, name: object) -> bool:
        return name in _WHERE

    def __iter__(self) -> Iterator[str]:
        return iter(_WHERE)

    def __len__(self) -> int:
        return len(_WHERE)


ACTIONS = Actions()
