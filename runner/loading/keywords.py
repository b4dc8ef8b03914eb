"""The words of the playbook language: what each may hold, and which we know but lack.

One literal table for plays and one for tasks. `docs/language.md` is generated from them.
Sources: Ansible's "Playbook Keywords" page for the names and meanings; the words marked
"ours" are playrun's own.
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


PLAY: Mapping[str, Keyword] = {
    "name": Keyword("text", "What the play is for; shown while it runs."),
    "hosts": Keyword("any", "Which hosts: a pattern, or a list of patterns."),
    "commands": Keyword("commands", "Ours: short for one `cli` task before roles and tasks."),
    "pre_tasks": Keyword("tasks", "Tasks that run before `commands`."),
    "tasks": Keyword("tasks", "The tasks, in order."),
    "post_tasks": Keyword("tasks", "Tasks that run after `tasks`."),
    "vars": Keyword("mapping", "Variables of this play."),
    "strategy": Keyword(
        "word", "`linear`, `free`, `host_pinned`, or who runs: an executor's name."
    ),
    "lockstep": Keyword(
        "word", "Ours: where hosts wait for one another.", ("always", "auto", "never")
    ),
    "workers": Keyword("number", "Ours: how many hosts are worked on at a time."),
    "processes": Keyword("number", "Ours: how many processes under `strategy: processes`."),
    "output": Keyword("output", "Ours: where the host files of `commands` go; a path template."),
    "redact": Keyword("flag", "Ours: apply the platform's secret patterns to the host files."),
    "tags": Keyword("names", "Tags that all tasks of the play inherit."),
    "gather_facts": Keyword("flag", "Accepted; only `false` is supported yet."),
    "connection": Keyword(
        "text", "How to reach the hosts: `network_cli`, `ssh`, `telnet`, `local`."
    ),
    "remote_user": Keyword("text", "The user to log in as."),
    "port": Keyword("number", "The port to connect to."),
    "become": Keyword("flag", "Become privileged (enable) after login."),
    "become_method": Keyword("text", "`enable` on network devices."),
    "check_mode": Keyword("flag", "Send only commands that read."),
    "ignore_errors": Keyword("flag", "Go on after a failed task."),
    "no_log": Keyword("flag", "Show nothing of the results."),
}

TASK: Mapping[str, Keyword] = {
    "name": Keyword("text", "What the task is for; shown while it runs."),
    "action": Keyword("any", "The action by name, instead of as the task's own key."),
    "args": Keyword("mapping", "More arguments of the action."),
    "when": Keyword("conditions", "Run only where this holds; a list must hold in full."),
    "register": Keyword("word", "The variable that gets the result."),
    "loop": Keyword("loop", "Run once for each item of this list."),
    "with_items": Keyword("loop", "As `loop`, one level of lists flattened."),
    "vars": Keyword("mapping", "Variables of this task."),
    "tags": Keyword("names", "Tags of this task."),
    "ignore_errors": Keyword("flag", "Go on after this task failed."),
    "changed_when": Keyword("conditions", "When the task counts as changed."),
    "failed_when": Keyword("conditions", "When the task counts as failed."),
    "delegate_to": Keyword("text", "Run elsewhere; only `localhost` is supported yet."),
    "run_once": Keyword("flag", "Run on the first host only; all hosts get the result."),
    "no_log": Keyword("flag", "Show nothing of the result."),
    "connection": Keyword("text", "How to reach the host for this task."),
    "become": Keyword("flag", "Become privileged (enable) for this task."),
    "check_mode": Keyword("flag", "Send only commands that read."),
    "output": Keyword("output", "Ours: write what a `cli` task prints to the host file."),
    "redact": Keyword("flag", "Ours: apply the platform's secret patterns to the host file."),
}

NOT_YET_PLAY = frozenset(
    [
        "any_errors_fatal",
        "become_exe",
        "become_flags",
        "become_user",
        "collections",
        "debugger",
        "diff",
        "environment",
        "fact_path",
        "force_handlers",
        "gather_subset",
        "gather_timeout",
        "handlers",
        "ignore_unreachable",
        "import_playbook",
        "max_fail_percentage",
        "module_defaults",
        "order",
        "roles",
        "run_once",
        "serial",
        "throttle",
        "timeout",
        "vars_files",
        "vars_prompt",
    ]
)

NOT_YET_TASK = frozenset(
    [
        "always",
        "any_errors_fatal",
        "async",
        "become_exe",
        "become_flags",
        "become_method",
        "become_user",
        "block",
        "collections",
        "debugger",
        "delay",
        "delegate_facts",
        "diff",
        "environment",
        "ignore_unreachable",
        "listen",
        "local_action",
        "loop_control",
        "module_defaults",
        "notify",
        "poll",
        "port",
        "remote_user",
        "rescue",
        "retries",
        "throttle",
        "timeout",
        "until",
        "with_dict",
        "with_fileglob",
        "with_first_found",
        "with_flattened",
        "with_indexed_items",
        "with_inventory_hostnames",
        "with_lines",
        "with_list",
        "with_nested",
        "with_random_choice",
        "with_sequence",
        "with_subelements",
        "with_together",
        "with_cartesian",
    ]
)
