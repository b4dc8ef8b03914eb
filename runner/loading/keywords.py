"""The words of the playbook language: what each may hold.

One literal table for plays, roles, blocks and tasks each. `docs/language.md` is generated
from them. Sources: Ansible's "Playbook Keywords" page for the names and meanings; the words
marked "ours" are playrun's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Holds = Literal[
    "text",
    "flag",
    "number",
    "mapping",
    "conditions",
    "names",
    "tasks",
    "list",
    "loop",
    "output",
    "word",
    "commands",
    "any",
]
"""`flag` and `number` accept a template too; `word` must be a plain text without one."""


class Keyword(NamedTuple):
    """One keyword: what it holds and one line for the reference."""

    holds: Holds
    doc: str
    choices: tuple[str, ...] = ()
    least: int = 0
    """Of a number."""
    fraction: bool = False
    """Whether a number may have one."""


_CONNECTING: Mapping[str, Keyword] = {
    "connection": Keyword(
        "text", "How to reach the hosts: `network_cli`, `ssh`, `telnet`, `local`."
    ),
    "remote_user": Keyword("text", "The user to log in as."),
    "port": Keyword("number", "The port to connect to.", least=1),
    "timeout": Keyword("number", "Seconds that a task may take; 0: any."),
    "become": Keyword("flag", "Become privileged (enable) after login."),
    "become_method": Keyword("text", "`enable` on network devices."),
    "become_user": Keyword("text", "Whom to become, where that can be chosen."),
    "become_flags": Keyword("text", "Accepted; devices have none."),
    "become_exe": Keyword("text", "Accepted; devices have none."),
}

_CONDUCT: Mapping[str, Keyword] = {
    "check_mode": Keyword("flag", "Change nothing: say what would be done."),
    "diff": Keyword("flag", "Show what changes."),
    "ignore_errors": Keyword("flag", "Go on after a failed task."),
    "ignore_unreachable": Keyword("flag", "Go on after a host could not be reached."),
    "any_errors_fatal": Keyword("flag", "A failure on one host ends the play for all."),
    "run_once": Keyword("flag", "Run on the first host only; all hosts get the result."),
    "throttle": Keyword("number", "How many hosts at a time; 0: no bound."),
    "no_log": Keyword("flag", "Show nothing of the results."),
    "environment": Keyword("any", "Environment variables of programs; a mapping, or a list."),
    "module_defaults": Keyword("any", "Arguments of actions where a task gives none."),
    "collections": Keyword("list", "Collections whose roles need no full name."),
    "debugger": Keyword("word", "Accepted as `never`: there is no debugger.", ("never",)),
    "redact": Keyword("flag", "Ours: apply the platform's secret patterns to the host files."),
}

_DELEGATED: Mapping[str, Keyword] = {
    "delegate_to": Keyword("text", "The host to do it on, instead of the one it is done for."),
    "delegate_facts": Keyword("flag", "Facts are the delegate's."),
}

INHERITED: Mapping[str, Keyword] = {
    **_CONNECTING,
    **_CONDUCT,
    **_DELEGATED,
    "notify": Keyword("list", "Handlers to run after a change."),
}
"""Keywords whose nearest value counts: of the task, its blocks, its role, its play."""

PLAY: Mapping[str, Keyword] = {
    "name": Keyword("text", "What the play is for; shown while it runs."),
    "hosts": Keyword("any", "Which hosts: a pattern, or a list of patterns."),
    "commands": Keyword("commands", "Ours: short for one `cli` task before roles and tasks."),
    "pre_tasks": Keyword("tasks", "Tasks that run before `commands` and roles."),
    "roles": Keyword("list", "Roles, by name or as mappings; they run before `tasks`."),
    "tasks": Keyword("tasks", "The tasks, in order."),
    "post_tasks": Keyword("tasks", "Tasks that run after `tasks`."),
    "handlers": Keyword("tasks", "Tasks that run when they were notified."),
    "vars": Keyword("mapping", "Variables of this play."),
    "vars_files": Keyword("any", "Files of variables; of a list in the list the first there is."),
    "vars_prompt": Keyword("list", "Variables that are asked for."),
    "strategy": Keyword(
        "word", "`linear`, `free`, `host_pinned`, or who runs: an executor's name."
    ),
    "lockstep": Keyword(
        "word", "Ours: where hosts wait for one another.", ("always", "auto", "never")
    ),
    "workers": Keyword("number", "Ours: how many hosts are worked on at a time.", least=1),
    "processes": Keyword(
        "number", "Ours: how many processes under `strategy: processes`.", least=1
    ),
    "serial": Keyword("any", "Hosts of a batch: a number, a percentage, or a list of them."),
    "order": Keyword(
        "word",
        "The order of hosts.",
        ("inventory", "reverse_inventory", "sorted", "reverse_sorted", "shuffle"),
    ),
    "max_fail_percentage": Keyword(
        "number", "The play ends when more of a batch fail.", fraction=True
    ),
    "force_handlers": Keyword("flag", "Failed hosts run their handlers too."),
    "output": Keyword("output", "Ours: where the host files of `commands` go; a path template."),
    "gather_facts": Keyword("flag", "Whether facts of the hosts are gathered first."),
    "gather_subset": Keyword("list", "Which facts."),
    "gather_timeout": Keyword("number", "Seconds that gathering may take."),
    "fact_path": Keyword("text", "Accepted; there are no local facts."),
    "tags": Keyword("names", "Tags that all tasks of the play inherit."),
    "user": Keyword("text", "As `remote_user`."),
    **_CONNECTING,
    **_CONDUCT,
}

ROLE: Mapping[str, Keyword] = {
    "role": Keyword("text", "The role's name or path."),
    "name": Keyword("text", "The same."),
    "when": Keyword("conditions", "Asked of each of its tasks."),
    "vars": Keyword("mapping", "Variables of the role's tasks."),
    "tags": Keyword("names", "Tags that its tasks inherit."),
    **_CONNECTING,
    **_CONDUCT,
    **_DELEGATED,
}
"""A role in `roles` or `dependencies`; every other key is a parameter of the role."""

BLOCK: Mapping[str, Keyword] = {
    "name": Keyword("text", "What the block is for."),
    "block": Keyword("tasks", "Tasks that share a fate."),
    "rescue": Keyword("tasks", "Tasks for hosts on which one of them failed."),
    "always": Keyword("tasks", "Tasks that run in any case."),
    "when": Keyword("conditions", "Asked of each of its tasks."),
    "vars": Keyword("mapping", "Variables of its tasks."),
    "tags": Keyword("names", "Tags that its tasks inherit."),
    **INHERITED,
}

WITH: Mapping[str, str] = {
    "items": "As `loop`, one level of lists flattened.",
    "list": "As `loop`.",
    "flattened": "As `loop`, lists in lists flattened.",
    "indexed_items": "Pairs of index and item.",
    "dict": "The `key` and `value` of each entry of a mapping.",
    "nested": "Every combination of the lists' elements.",
    "cartesian": "The same.",
    "together": "The lists' elements side by side.",
    "subelements": "Each element with each element of one of its lists.",
    "sequence": "Numbers, from `start=1 end=5 stride=2 format=%02d`.",
    "random_choice": "One element by chance.",
    "inventory_hostnames": "Hosts of a pattern.",
    "fileglob": "Files that match.",
    "first_found": "The first file there is.",
    "file": "Contents of files.",
    "lines": "Lines that programs print.",
    "template": "Rendered template files.",
    "env": "Environment variables.",
    "password": "A password, kept in a file.",
    "csvfile": "A field of a CSV file.",
    "ini": "A value of an INI file.",
    "pipe": "What programs print.",
    "vars": "Values of variables by name.",
    "varnames": "Names of variables that match.",
    "url": "Contents of web pages.",
    "unvault": "Contents of vaulted files.",
    "config": "Settings.",
}
"""What may stand behind `with_`: lookups."""

TASK: Mapping[str, Keyword] = {
    "name": Keyword("text", "What the task is for; shown while it runs."),
    "action": Keyword("any", "The action by name, instead of as the task's own key."),
    "local_action": Keyword("any", "The same, with `delegate_to: localhost`."),
    "args": Keyword("any", "More arguments of the action; a mapping, or a template of one."),
    "when": Keyword("conditions", "Run only where this holds; a list must hold in full."),
    "register": Keyword("word", "The variable that gets the result."),
    "loop": Keyword("loop", "Run once for each item of this list."),
    "loop_control": Keyword("mapping", "Names and habits of the loop."),
    "until": Keyword("conditions", "Run again until this holds."),
    "retries": Keyword("number", "How often it is run again; 3 unless said."),
    "delay": Keyword("number", "Seconds before it is run again; 5 unless said.", fraction=True),
    "vars": Keyword("mapping", "Variables of this task."),
    "tags": Keyword("names", "Tags of this task."),
    "changed_when": Keyword("conditions", "When the task counts as changed."),
    "failed_when": Keyword("conditions", "When the task counts as failed."),
    "listen": Keyword("list", "Of a handler: other names it is notified by."),
    "async": Keyword("number", "Accepted as 0: tasks do not run in the background."),
    "poll": Keyword("number", "Accepted unless 0."),
    "output": Keyword("output", "Ours: write what a `cli` task prints to the host file."),
    **INHERITED,
    **{f"with_{name}": Keyword("loop", doc) for name, doc in WITH.items()},
}

LOOP_CONTROL: Mapping[str, Keyword] = {
    "loop_var": Keyword("text", "The variable that holds the item; `item` unless said."),
    "index_var": Keyword("text", "A variable that counts the items, from 0."),
    "label": Keyword("any", "What is shown of an item."),
    "pause": Keyword("number", "Seconds between two items.", fraction=True),
    "extended": Keyword("flag", "Whether there is `ansible_loop`."),
    "extended_allitems": Keyword("flag", "Whether it holds all items."),
    "break_when": Keyword("conditions", "When the items after this one are left out."),
}

PROMPT: Mapping[str, Keyword] = {
    "name": Keyword("word", "The variable."),
    "prompt": Keyword("text", "The question."),
    "default": Keyword("any", "What an empty answer means."),
    "private": Keyword("flag", "Whether the answer is hidden; it is unless said."),
    "confirm": Keyword("flag", "Whether it is asked twice."),
    "encrypt": Keyword("text", "How the answer is hashed."),
    "salt": Keyword("text", "The salt of the hash."),
    "salt_size": Keyword("number", "Its length.", least=1),
    "unsafe": Keyword("flag", "Whether an open answer is plain text; else it may be a template."),
}

IMPORT_PLAYBOOK: Mapping[str, Keyword] = {
    "import_playbook": Keyword("text", "The file whose plays stand here."),
    "name": Keyword("text", "What it is for."),
    "vars": Keyword("mapping", "Variables of its plays; above their own."),
    "tags": Keyword("names", "Tags that its plays inherit."),
    "when": Keyword("conditions", "Asked of each of their tasks."),
}

INCLUDES_KNOW = frozenset(
    (
        "name action local_action args collections debugger ignore_errors loop loop_control "
        "no_log register run_once tags timeout vars when"
    ).split()
) | frozenset(f"with_{name}" for name in WITH)
"""Keywords of a task that an `include_tasks` or `include_role` may have: those of the files
that it brings belong under `apply`."""
