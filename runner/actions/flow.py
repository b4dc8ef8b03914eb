"""`include_tasks`, `include_role`, `meta`: words that change what a host does next.

Their actions only say what is asked for; the host program does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.actions.api import Action, Base, Call, Outcome, Parameter

META_WORDS = (
    "flush_handlers",
    "end_play",
    "end_host",
    "end_batch",
    "end_role",
    "clear_host_errors",
    "clear_facts",
    "reset_connection",
    "noop",
    "refresh_inventory",
)

APPLY = Parameter("mapping", says="Keywords for all tasks that it brings.")

TASKS_PARAMETERS: Mapping[str, Parameter] = {
    "file": Parameter("text", required=True, says="The file of tasks.")
}
"""What `import_tasks` takes."""

ROLE_PARAMETERS: Mapping[str, Parameter] = {
    "name": Parameter("text", required=True, aliases=("role",), says="The role's name or path."),
    "tasks_from": Parameter("text", says="Another file of its `tasks/` than `main`."),
    "vars_from": Parameter("text", says="Another file of its `vars/`."),
    "defaults_from": Parameter("text", says="Another file of its `defaults/`."),
    "handlers_from": Parameter("text", says="Another file of its `handlers/`."),
    "allow_duplicates": Parameter("flag", says="Whether it runs again if it has run already."),
    "public": Parameter("flag", says="Whether later tasks see its variables."),
    "rolespec_validate": Parameter("flag", says="Whether its arguments are looked at first."),
}
"""What `import_role` takes."""


class IncludeTasks(Base):
    """Goes on with the tasks of a file, which is read when a host comes to it. `apply` holds
    keywords for all of them."""

    parameters: Mapping[str, Parameter] = {**TASKS_PARAMETERS, "apply": APPLY}
    free_form: str | None = "file"
    raw: frozenset[str] = frozenset({"apply"})

    def run(self, call: Call) -> Outcome:
        """The file to include, and how."""
        return _asked("file", call.args)


class IncludeRole(Base):
    """Goes on with the tasks of a role, which is read when a host comes to it. `apply` holds
    keywords for all of them; `public` leaves its variables to the tasks that follow."""

    parameters: Mapping[str, Parameter] = {**ROLE_PARAMETERS, "apply": APPLY}
    raw: frozenset[str] = frozenset({"apply"})

    def run(self, call: Call) -> Outcome:
        """The role to include, and how."""
        return _asked("name", call.args)


class ImportTasks(IncludeTasks):
    """The tasks of a file, in its place: read before the play runs."""

    parameters: Mapping[str, Parameter] = TASKS_PARAMETERS


class ImportRole(IncludeRole):
    """The tasks of a role, in its place: read before the play runs."""

    parameters: Mapping[str, Parameter] = ROLE_PARAMETERS


IMPORTS: Mapping[str, Action] = {"import_role": ImportRole(), "import_tasks": ImportTasks()}
"""Words that are gone when a playbook is loaded: what they name stands in their place."""


class Meta(Base):
    """Steers the play: runs notified handlers, ends it for a host or for all, and the like."""

    parameters: Mapping[str, Parameter] = {
        "free_form": Parameter(
            "text", required=True, choices=META_WORDS, says="What is to be done."
        )
    }
    free_form: str | None = "free_form"

    def run(self, call: Call) -> Outcome:
        """The word."""
        return Outcome(values={"meta": call.args["free_form"]})


def _asked(what: str, args: Mapping[str, Any]) -> Outcome:
    more = {name: value for name, value in args.items() if name != what}
    return Outcome(values={"include": args[what], "include_args": more})
